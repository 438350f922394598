/** Codes as an authenticator app makes them (RFC 6238: SHA-1, six digits, 30 seconds), from nothing but the RFC. */
import type { Page } from '@playwright/test';
import { createHmac } from 'node:crypto';
import type { Server } from './server.js';

const STEP_MS = 30_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a secret (base32) at a time, in Unix milliseconds. */
export function totp(secret: string, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS)));
  const mac = createHmac('sha1', bytes(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** How long until the next code, and a moment more. */
export function untilNext(now: number): number {
  return STEP_MS - (now % STEP_MS) + 1_000;
}

/** An app that was shown the secret of a page. No code is taken twice: after the first one it waits for the next. */
export class App {
  #last = 0;

  private constructor(
    readonly secret: string,
    readonly server: Server,
  ) {}

  /** Looks at what the page shows. */
  static async scan(page: Page, server: Server): Promise<App> {
    return new App(((await page.locator('.kr-secret').textContent()) ?? '').replaceAll(' ', ''), server);
  }

  async code(): Promise<string> {
    const now = await this.server.now();
    if (Math.floor(now / STEP_MS) <= this.#last) await this.server.advance(untilNext(now));
    const then = await this.server.now();
    this.#last = Math.floor(then / STEP_MS);
    return totp(this.secret, then);
  }
}

function bytes(base32: string): Buffer {
  const bits = [...base32.replace(/[\s=]/g, '')].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
}
