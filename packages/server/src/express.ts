import { type Auth, type Requirement, demand, type SignedIn } from './auth.js';
import type { Headed } from './header.js';
import { isForged } from './forged.js';
import type { Keyrack } from './keyrack.js';
import type { Visitors } from './visitors.js';

/** What an answer of Express, or of plain Node, must be able to do. */
export interface Answer {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

type Next = (error?: unknown) => void;

/** What a request of Express, or of plain Node, must have for {@link visitorMiddleware}. */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  originalUrl?: string;
  headers: Record<string, string | readonly string[] | undefined>;
}

/** What of an answer of Node is used for visitors. */
export interface NodeAnswer {
  statusCode: number;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(body?: string): unknown;
}

/** Whoever visits, by the request. */
const visiting = new WeakMap<object, SignedIn>();

/**
 * Knows whoever opens a page: sends browsers to Keyrack and back where it has to, takes headers off that somebody could be
 * taken for somebody else by, and says that no cache may keep the page. {@link getVisitor} says who it is.
 */
export function visitorMiddleware(visitors: Visitors): (request: NodeRequest, answer: NodeAnswer, next: Next) => void {
  return (request, answer, next) => {
    for (const name of Object.keys(request.headers)) if (isForged(name)) delete request.headers[name];
    const get = (name: string): string | null => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : (value?.join(', ') ?? null);
    };
    const asked = { method: request.method ?? 'GET', url: request.originalUrl ?? request.url ?? '/', headers: { get } };
    void visitors.authenticateRequest(asked).then(async (visit) => {
      if (visit.status === 'handshake' || visit.status === 'unavailable') return send(visit.response, answer);
      visit.headers.forEach((value, name) => void answer.setHeader(name, value));
      if (visit.status === 'signed_in') visiting.set(request, visit.auth);
      next();
    }).catch(next);
  };
}

/** Whoever visits, if they are signed in. It works behind {@link visitorMiddleware}, which only knows what it verified. */
export function getVisitor(request: NodeRequest): SignedIn | undefined {
  return visiting.get(request);
}

async function send(response: Response, answer: NodeAnswer): Promise<void> {
  answer.statusCode = response.status;
  response.headers.forEach((value, name) => (name === 'set-cookie' ? undefined : void answer.setHeader(name, value)));
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) answer.setHeader('set-cookie', cookies);
  answer.end(await response.text());
}

/** A middleware of Express, of Connect, or of anything that calls one. */
export type Middleware = (request: Headed, answer: Answer, next: Next) => void;

/** What became of the token of each request; whoever sends one cannot write into it. */
const known = new WeakMap<Headed, Auth>();

/** Verifies the token of each request and lets everybody through: {@link requireAuth} and {@link getAuth} say who it is. */
export function keyrackMiddleware(keyrack: Keyrack): Middleware {
  return (request, _, next) => {
    keyrack.authenticateRequest(request).then((auth) => {
      known.set(request, auth);
      next();
    }, next);
  };
}

/**
 * Lets through whoever has a good token and what is required beside it; answers all others. It works behind
 * {@link keyrackMiddleware}.
 */
export function requireAuth(requirement: Requirement = {}): Middleware {
  return (request, answer, next) => {
    const auth = demand(found(request), requirement);
    if (auth.ok) {
      next();
      return;
    }
    answer.statusCode = auth.status;
    for (const [name, value] of Object.entries(auth.headers)) answer.setHeader(name, value);
    answer.end(auth.body);
  };
}

/** Whoever sends a request, if they have a good token. It works behind {@link keyrackMiddleware}. */
export function getAuth(request: Headed): SignedIn | undefined {
  const auth = found(request);
  return auth.ok ? auth : undefined;
}

function found(request: Headed): Auth {
  const auth = known.get(request);
  if (!auth) throw new Error('@keyrack/server: put keyrackMiddleware(keyrack) in front of this');
  return auth;
}
