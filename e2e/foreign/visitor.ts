import { expect } from '@playwright/test';
import type { Server } from '../tests/server.js';

/** A browser without a screen, as staging lets one be: its credential travels in a header. */
export class Visitor {
  #credential = '';

  private constructor(readonly server: Server) {}

  /** Somebody with a new account, who is signed in. */
  static async signsUp(server: Server, email: string): Promise<Visitor> {
    const visitor = new Visitor(server);
    const form = { first_name: 'Ada', last_name: 'Byron', email, password: 'a horse that counts to nine' };
    const { signup_attempts } = await visitor.post('/auth/signup', form);
    const proof = { attempt_identifier: signup_attempts[0].id, identifier_type: 'signup', strategy: 'email_otp' };
    await visitor.post('/auth/prepare-verification', proof);
    await visitor.post('/auth/attempt-verification', { ...proof, verification_code: await server.newestCode(email) });
    return visitor;
  }

  async get(path: string) {
    return this.#ask('GET', path);
  }

  async post(path: string, body: object) {
    return this.#ask('POST', path, JSON.stringify(body));
  }

  /** A token of the default template. */
  async token(): Promise<string> {
    return (await this.get('/session/token?template=default')).token;
  }

  async #ask(method: string, path: string, body?: string) {
    const headers = { 'content-type': 'application/json', 'x-development-session': this.#credential };
    const answer = await fetch(this.server.origin + path, { method, headers, ...(body && { body }) });
    this.#credential = answer.headers.get('x-development-session') ?? this.#credential;
    const said = await answer.text();
    expect(answer.status, `${path}: ${said}`).toBe(200);
    return JSON.parse(said).data;
  }
}
