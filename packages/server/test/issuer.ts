/** An issuer on this machine, with a clock that stands still until it is moved. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyrack, type Keyrack, type KeyrackOptions } from '@keyrack/server';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { onTestFinished, vi } from 'vitest';

export const ISSUER = 'https://auth.example.com';
export const NOW = 1_800_000_000;

export interface Signer {
  readonly jwk: object;
  readonly sign: (more?: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>;
}

export async function signer(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  const sign: Signer['sign'] = (more = {}, header = {}) => {
    const claims = { iss: ISSUER, sub: 'usr_1', sid: 'ses_1', signin_id: 'sin_1', rev: 7, iat: NOW - 5, nbf: NOW - 5 };
    const jwt = new SignJWT({ ...claims, exp: NOW + 1_000_000, ...more });
    return jwt.setProtectedHeader({ typ: 'JWT', alg: 'ES256', kid, ...header }).sign(privateKey);
  };
  return { jwk, sign };
}

/** Waits until this holds: as long as a machine may take that does other things as well. */
export const until = (holds: () => unknown): Promise<unknown> => vi.waitFor(holds, { timeout: 30_000, interval: 10 });

/** One stream that somebody opened. */
export interface Opened {
  readonly authorization: string | undefined;
  readonly lastEventId: string | undefined;
  readonly say: (text: string) => void;
  readonly end: () => void;
  readonly closed: Promise<void>;
}

export class Issuer {
  readonly #server: Server;
  readonly #opened: Opened[] = [];
  readonly #waiting: ((opened: Opened) => void)[] = [];

  /** What is published; `undefined` while the issuer is away. */
  keys: readonly Signer[] | undefined;
  fetches = 0;
  at = 0;

  /** Where a request for the keys is sent instead, if anywhere. */
  movedTo: string | undefined;

  private constructor(keys: readonly Signer[]) {
    this.keys = keys;
    this.#server = createServer((request, answer) => this.#answer(request, answer));
  }

  static async with(...keys: Signer[]): Promise<Issuer> {
    const issuer = new Issuer(keys);
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      issuer.#server.closeAllConnections();
      issuer.#server.close();
    });
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  keyrack(more: Partial<KeyrackOptions> = {}): Keyrack {
    const clock = { now: () => NOW * 1000 + this.at, passed: () => this.at };
    const keyrack = createKeyrack({ issuer: ISSUER, server: this.url, clock, ...more });
    onTestFinished(() => keyrack.close());
    return keyrack;
  }

  /** The next stream that is opened. */
  async stream(): Promise<Opened> {
    return this.#opened.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  #answer(request: IncomingMessage, answer: ServerResponse): void {
    if (request.url === '/admin/v1/revocations') {
      this.#stream(request, answer);
      return;
    }
    this.fetches += 1;
    if (this.movedTo) answer.writeHead(302, { location: `${this.movedTo}/.well-known/jwks.json` }).end();
    else if (!this.keys) answer.writeHead(502).end();
    else answer.end(JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) }));
  }

  #stream(request: IncomingMessage, answer: ServerResponse): void {
    const { authorization, 'last-event-id': lastEventId } = request.headers;
    const refusal = { 'Bearer sk_live_unknown': 401, 'Bearer sk_live_narrow': 403 }[String(authorization)];
    if (refusal) {
      answer.writeHead(refusal).end();
      return;
    }
    answer.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const opened: Opened = {
      authorization,
      lastEventId: lastEventId as string | undefined,
      say: (text) => void answer.write(text),
      end: () => void answer.end(),
      closed: new Promise((resolve) => answer.on('close', resolve)),
    };
    const next = this.#waiting.shift();
    if (next) next(opened);
    else this.#opened.push(opened);
  }
}
