import type { Auth, Requirement, SignedIn } from './auth.js';
import type { Keyrack } from './keyrack.js';
import { type Visitors, withoutForged } from './visitors.js';

/** A route handler of Next.js, or any function that answers a `Request`. */
export type RouteHandler<Rest extends readonly unknown[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>;

/** The same, told who sent the request. */
export type AuthedHandler<Rest extends readonly unknown[]> = (
  auth: SignedIn,
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/**
 * A route handler for whoever has a good token and what is required beside it; all others are answered:
 * `export const GET = withAuth(keyrack, (auth) => Response.json({ hello: auth.userId }))`.
 */
export function withAuth<Rest extends readonly unknown[]>(
  keyrack: Keyrack,
  handler: AuthedHandler<Rest>,
  requirement?: Requirement,
): RouteHandler<Rest> {
  return async (request, ...rest) => {
    const auth = await keyrack.authenticateRequest(request, requirement);
    return auth.ok ? handler(auth, request, ...rest) : auth.toResponse();
  };
}

/**
 * Who sends the request that a server component, a server action or a route handler is part of. Give it what `headers()` of
 * `next/headers` gives: `const auth = await authOf(keyrack, headers())`. No header but `Authorization` is believed: one that a
 * middleware wrote could have been written by whoever sent the request.
 */
export async function authOf(
  keyrack: Keyrack,
  headers: { get(name: string): string | null } | Promise<{ get(name: string): string | null }>,
  requirement?: Requirement,
): Promise<Auth> {
  return keyrack.authenticateRequest({ headers: await headers }, requirement);
}

/** What is used of `NextResponse` of `next/server`. */
export interface NextAnswers {
  next(init: { request: { headers: Headers } }): Response;
}

/**
 * The proxy of an application (`proxy.ts`, or `middleware.ts` before Next.js 16) whose pages are rendered for whoever visits:
 * `export const proxy = keyrackProxy(visitors, NextResponse)`. Behind it `await visitors.signedIn(headers())` says who it is.
 */
export function keyrackProxy(visitors: Visitors, answers: NextAnswers): (request: Request) => Promise<Response> {
  return async (request) => {
    const visit = await visitors.authenticateRequest(request);
    if (visit.status === 'handshake' || visit.status === 'unavailable') return visit.response;
    // A page that is fetched by the router cannot be sent elsewhere: what is no page of its own has the router open it anew.
    const isKnown = visit.status === 'signed_in' ? visit.isPresent : !visitors.isUndecided(request);
    if (!isKnown && request.headers.get('rsc')) {
      return new Response('open this page anew\n', { status: 401, headers: visit.headers });
    }
    const response = answers.next({ request: { headers: withoutForged(request.headers) } });
    visit.headers.forEach((value, name) => (name === 'vary' ? response.headers.append(name, value) : response.headers.set(name, value)));
    return response;
  };
}
