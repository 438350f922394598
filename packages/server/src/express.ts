import { type Auth, type Requirement, demand, type SignedIn } from './auth.js';
import type { Headed } from './header.js';
import type { Keyrack } from './keyrack.js';

/** What an answer of Express, or of plain Node, must be able to do. */
export interface Answer {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

type Next = (error?: unknown) => void;

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
