/** The server of a scenario: it answers nothing before a step says so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session, SignIn, SigninAttempt } from '@keyrack/react';
import { vi } from 'vitest';
import { ORIGIN } from './fake-server.js';
import { deployment } from './fixtures.js';

export type Json = Record<string, unknown>;

/** A session in its short form. */
export interface Short {
  readonly id?: string;
  readonly revision?: number;
  readonly reason?: string;
  readonly accounts?: readonly string[];
  readonly active?: string | null;
  readonly organization?: string;
  readonly workspace?: string;
  readonly first_name?: string;
  readonly email_address?: string;
  readonly attempts?: readonly string[];
}

export type Step = Readonly<Record<string, unknown>>;

interface File {
  readonly templates: { readonly sign_in: SignIn; readonly attempt: SigninAttempt };
  readonly scenarios: readonly { readonly name: string; readonly steps: readonly Step[] }[];
}

const { templates, scenarios } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../vectors/scenarios.json'), 'utf8'),
) as File;
export { scenarios };

export function sessionOf({ id = 'ses_1', revision = id ? 1 : 0, accounts = [], active = accounts[0] ?? null, ...more }: Short): Session {
  const signIn = (name: string): SignIn => ({
    ...templates.sign_in,
    id: `sin_${name}`,
    user_id: `usr_${name}`,
    active_organization_membership_id: name === active && more.organization ? `mem_${more.organization}` : null,
    active_workspace_membership_id: name === active && more.workspace ? `mem_${more.workspace}` : null,
    user: {
      ...templates.sign_in.user,
      id: `usr_${name}`,
      email_address: more.email_address ?? `${name}@example.com`,
      first_name: more.first_name ?? name,
    },
  });
  return {
    id,
    revision,
    end_reason: (more.reason ?? null) as Session['end_reason'],
    active_signin: active === null ? null : signIn(active),
    signins: accounts.map(signIn),
    signin_attempts: (more.attempts ?? []).map((attempt) => ({ ...templates.attempt, id: attempt })),
    signup_attempts: [],
  };
}

/** A request that waits until a step answers it. */
interface Waiting {
  readonly name: string;
  readonly answer: (response: Response) => void;
  readonly lose: () => void;
}

export interface Sent {
  readonly name: string;
  readonly full: string;
  readonly body: Json | undefined;
  readonly carried: string | null;
}

export interface Connection {
  readonly answer: (response: Response) => void;
  readonly lose: () => void;
  control?: ReadableStreamDefaultController<Uint8Array>;
}

/** A refusal as a step writes it. `errors` says more of them than that there is one of this code. */
export interface Refused {
  readonly status?: number;
  readonly code?: string;
  readonly errors?: readonly unknown[];
  readonly retry_after?: number;
}

/** What is given to an answer beside its data. */
interface Answered extends Refused {
  readonly data?: unknown;
  readonly credential?: string | undefined;
}

/** A server that answers nothing before a step says so. */
export class Script {
  /** Where a sign-out leads is asked for as everything else; otherwise it is no part of a scenario. */
  leads = false;
  readonly log: Sent[] = [];
  waiting: Waiting[] = [];
  connections: Connection[] = [];

  constructor() {
    vi.stubGlobal('fetch', (url: string, init?: RequestInit) => this.#fetch(url, init));
  }

  #fetch(url: string, { method = 'GET', headers, body, signal }: RequestInit = {}): Promise<Response> {
    const full = `${method} ${url.slice(ORIGIN.length)}`;
    const name = full.replace(/\?.*/, '');
    if (name === 'GET /deployment' && !this.leads) return Promise.resolve(json({ data: deployment() }));
    const carried = (headers as Record<string, string>)['X-Development-Session'] ?? null;
    this.log.push({ name, full, body: body ? (JSON.parse(body as string) as Json) : undefined, carried });
    return new Promise((resolve, reject) => {
      const lose = (): void => reject(new TypeError('Failed to fetch'));
      const one = { name, answer: resolve, lose };
      if (name === 'GET /session/events') this.connections.push(one);
      else this.waiting.push(one);
      signal?.addEventListener('abort', () => {
        this.waiting = this.waiting.filter((other) => other !== one);
        const connection = this.connections.find((other) => other === (one as Connection));
        if (connection?.control) connection.control.error(new DOMException('aborted', 'AbortError'));
        this.connections = this.connections.filter((other) => other !== connection);
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  }

  take(name: string, which = 1): Waiting {
    const found = this.waiting.filter((one) => one.name === name)[which - 1];
    if (!found) throw new Error('no such request waits');
    this.waiting = this.waiting.filter((one) => one !== found);
    return found;
  }
}

export function json({ status = 200, data, code, errors, retry_after: after, credential }: Answered): Response {
  const refused = errors ?? (code ? [{ code, message: 'Refused.' }] : null);
  const headers = { ...(credential && { 'x-development-session': credential }), ...(after && { 'retry-after': `${after}` }) };
  return {
    ok: status < 300,
    status,
    headers: new Headers(headers),
    json: async () => structuredClone({ status, message: '', data: data ?? null, session: null, errors: refused }),
  } as Response;
}
