import { type Auth, type Requirement, demand, type SignedIn } from './auth.js';
import type { Keyrack } from './keyrack.js';

/** What is needed of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
}

/** A middleware of Hono. */
export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>;

/** What became of the token of each request; whoever sends one cannot write into it. */
const known = new WeakMap<HonoContext, Auth>();

/** Verifies the token of each request and lets everybody through: {@link requireAuth} and {@link getAuth} say who it is. */
export function keyrackMiddleware(keyrack: Keyrack): HonoMiddleware {
  return async (context, next) => {
    known.set(context, await keyrack.authenticateRequest(context.req.raw));
    await next();
    return undefined;
  };
}

/**
 * Lets through whoever has a good token and what is required beside it; answers all others. It works behind
 * {@link keyrackMiddleware}.
 */
export function requireAuth(requirement: Requirement = {}): HonoMiddleware {
  return async (context, next) => {
    const auth = demand(found(context), requirement);
    if (!auth.ok) return auth.toResponse();
    await next();
    return undefined;
  };
}

/** Whoever sends a request, if they have a good token. It works behind {@link keyrackMiddleware}. */
export function getAuth(context: HonoContext): SignedIn | undefined {
  const auth = found(context);
  return auth.ok ? auth : undefined;
}

function found(context: HonoContext): Auth {
  const auth = known.get(context);
  if (!auth) throw new Error('@keyrack/server: put keyrackMiddleware(keyrack) in front of this');
  return auth;
}
