import { expect } from '@playwright/test';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Program } from './program.js';

export type Mode = 'staging' | 'production';

/** Whom the operator makes an account for. */
export interface Account {
  readonly email: string;
  readonly password: string;
  readonly first?: string;
  readonly last?: string;
}

/** The server's program. */
export const BINARY = process.env['KEYRACK_BINARY'] ?? fileURLToPath(new URL('../../target/debug/keyrack', import.meta.url));

/** `keyrack dev` as a process of its own, with a data folder of its own. */
export class Server {
  /** Where the browser reaches it. */
  readonly origin: string;
  readonly #arguments: string[];
  readonly #folder: string;
  #program: Program | undefined;

  private constructor(port: number, folder: string, mode: Mode, more: readonly string[]) {
    this.origin = `http://localhost:${port}`;
    this.#folder = folder;
    this.#arguments = ['dev', '--listen', `127.0.0.1:${port}`, '--data', folder, '--mode', mode, ...more];
  }

  /** Starts one; `more` are further arguments. */
  static async start(mode: Mode, ...more: string[]): Promise<Server> {
    return Server.at(await freePort(), mode, ...more);
  }

  /** Starts one on this port. */
  static async at(port: number, mode: Mode, ...more: string[]): Promise<Server> {
    const server = new Server(port, await mkdtemp(join(tmpdir(), 'keyrack-e2e-')), mode, more);
    await server.#start();
    return server;
  }

  /** Starts one with a configuration, which may have to name the port. */
  static async configured(mode: Mode, toml: (port: number) => string, ...more: string[]): Promise<Server> {
    const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'keyrack-e2e-'))];
    const file = join(folder, 'keyrack.toml');
    await writeFile(file, toml(port));
    const server = new Server(port, folder, mode, ['--config', file, ...more]);
    await server.#start();
    return server;
  }

  /** Stops it as a person would with Ctrl-C, and starts it again with the same data. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  /** Stops it until `restart`. */
  async stop(): Promise<void> {
    await this.#stop();
  }

  async remove(): Promise<void> {
    await this.#stop();
    await rm(this.#folder, { recursive: true });
  }

  /** The address that it prints behind these words. */
  async printed(words: string): Promise<string> {
    const address = () => this.#program?.said.find((line) => line.includes(words))?.split(words)[1]?.trim() ?? '';
    await expect.poll(address, { message: words, intervals: [20] }).not.toBe('');
    return address();
  }

  /** What an operator types: `keyrack` with these arguments, about this server. */
  async operate(...args: string[]): Promise<void> {
    await promisify(execFile)(BINARY, [...args, '--data', this.#folder]);
  }

  /** The same, and what it answers. */
  async asked<T>(...args: string[]): Promise<T> {
    const { stdout } = await promisify(execFile)(BINARY, [...args, '--json', '--data', this.#folder]);
    return JSON.parse(stdout) as T;
  }

  /** An account that the operator makes in a deployment, of nothing but an address and a password, and names if there are any. */
  async makeAccount(deployment: string, { email, password, ...names }: Account): Promise<void> {
    const file = join(this.#folder, 'password');
    await writeFile(file, password);
    const named = Object.entries(names).flatMap(([name, value]) => [`--${name}-name`, value]);
    await this.operate('user', 'create', '--deployment', deployment, '--email', email, ...named, '--password-file', file);
    await rm(file);
  }

  /** Codes mailed to an address, or sent to a number in E.164, oldest first. */
  async codes(email: string): Promise<string[]> {
    const response = await fetch(`${this.origin}/dev/outbox?to=${encodeURIComponent(email)}`);
    const { messages } = (await response.json()) as { messages: { code: string | null }[] };
    return messages.flatMap(({ code }) => code ?? []);
  }

  /** The newest code for an address; mail leaves a moment after the answer that announces it: of a second one tells `codeOf`. */
  async newestCode(email: string): Promise<string> {
    await expect.poll(() => this.codes(email), { message: `a code for ${email}`, intervals: [20] }).not.toEqual([]);
    return (await this.codes(email)).at(-1) ?? '';
  }

  /** The code that what is done brings, whatever came before. */
  async codeOf(to: string, act: () => Promise<unknown>): Promise<string> {
    const before = (await this.codes(to)).length;
    await act();
    await expect.poll(async () => (await this.codes(to)).length, { message: `a code for ${to}`, intervals: [20] }).toBeGreaterThan(before);
    return this.newestCode(to);
  }

  /** Links mailed to an address, oldest first. */
  async links(email: string): Promise<string[]> {
    const response = await fetch(`${this.origin}/dev/outbox?to=${encodeURIComponent(email)}`);
    const { messages } = (await response.json()) as { messages: { link: string | null }[] };
    return messages.flatMap(({ link }) => link ?? []);
  }

  /** The link in the newest mail to an address that has one; where there was one before, `linkOf` is meant. */
  async newestLink(email: string): Promise<string> {
    await expect.poll(() => this.links(email), { message: `a link for ${email}`, intervals: [20] }).not.toEqual([]);
    return (await this.links(email)).at(-1) ?? '';
  }

  /** The link that what is done brings, whatever came before. */
  async linkOf(email: string, act: () => Promise<unknown>): Promise<string> {
    const before = (await this.links(email)).length;
    await act();
    await expect.poll(async () => (await this.links(email)).length, { message: `a link for ${email}`, intervals: [20] }).toBeGreaterThan(before);
    return this.newestLink(email);
  }

  /** Moves the server's clock; it was started with `--virtual-clock`. */
  async advance(ms: number): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${this.origin}/dev/clock`, { method: 'POST', headers, body: JSON.stringify({ advance_ms: ms }) });
  }

  /** What the server takes for the time, in Unix milliseconds. */
  async now(): Promise<number> {
    return ((await (await fetch(`${this.origin}/dev/clock`)).json()) as { now_ms: number }).now_ms;
  }

  async #start(): Promise<void> {
    const { KEYRACK_CONFIG: _config, KEYRACK_DATABASE_URL: _url, KEYRACK_MASTER_KEY: _key, ...env } = process.env;
    this.#program = await Program.start(BINARY, this.#arguments, { env, ready: /Keyrack is running at/ });
  }

  async #stop(): Promise<void> {
    const code = await this.#program?.stop();
    if (code !== 0) throw new Error(`keyrack ended with ${code} after Ctrl-C`);
  }
}

let given = 0;

/**
 * A port that nobody listens on, and that stays its server's while that is stopped and started again: the system gives
 * outgoing connections none below 32 768. Workers, which are processes, begin at different places.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + ((process.pid * 127 + given++) % 12_000);
    const listener = createServer().listen(port, '127.0.0.1');
    const isFree = await once(listener, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    listener.close();
    await once(listener, 'close');
    return port;
  }
}
