import type { Known } from './claims.js';
import type { Clock } from './clock.js';
import { Refusal } from './refusal.js';

/** What a handler may ask of whoever calls, beside a good token. */
export interface Requirement {
  /** A permission that they must hold where they stand, be it in the organization or in the workspace. */
  readonly permission?: string;

  /** How many seconds ago, at most, they proved who they are. */
  readonly maxAgeSeconds?: number;
}

/** Whoever has a good token. */
export class SignedIn {
  readonly ok = true;

  /** All claims, also those that a template adds. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly #known: Known;
  readonly #clock: Clock;
  readonly #skew: number;

  /** @internal */
  constructor(known: Known, claims: Record<string, unknown>, clock: Clock, skew: number) {
    this.#known = known;
    this.claims = claims;
    this.#clock = clock;
    this.#skew = skew;
  }

  /** The user that the token speaks for. */
  get userId(): string {
    return this.#known.sub;
  }

  /** The session that it was minted in: one browser's. */
  get sessionId(): string {
    return this.#known.sid;
  }

  /** The sign-in that it speaks for: one account in that session. */
  get signInId(): string {
    return this.#known.signin_id;
  }

  /** The session's revision when it was minted. */
  get revision(): number {
    return this.#known.rev;
  }

  /** When it expires, in Unix seconds. */
  get expiresAt(): number {
    return this.#known.exp;
  }

  /** The organization that the sign-in stands in. */
  get organizationId(): string | undefined {
    return this.#known.organization;
  }

  /** The workspace that it stands in. */
  get workspaceId(): string | undefined {
    return this.#known.workspace;
  }

  /** The origin of the page that asked for the token. */
  get authorizedParty(): string | undefined {
    return this.#known.azp;
  }

  /** By what somebody proved who they are (RFC 8176). */
  get methods(): readonly string[] {
    return this.#known.amr;
  }

  /** Who acts as the user, when it is not the user. */
  get actor(): { readonly sub: string } | undefined {
    return this.#known.act;
  }

  /** Whether they may do this where they stand, be it by a role in the organization or in the workspace. */
  has(permission: string): boolean {
    const { organization, workspace } = this.#known.permissions;
    return organization.includes(permission) || workspace.includes(permission);
  }

  /** Whether they proved at most so many seconds ago who they are; not if the token does not say when that was. */
  isFresh(maxAgeSeconds = 600): boolean {
    const provedAt = this.#known.auth_time;
    if (provedAt === undefined) return false;
    const age = this.#clock.now() - provedAt * 1000;
    // A proof in the future, beyond what clocks may be apart, is none.
    return age >= -this.#skew && age <= maxAgeSeconds * 1000;
  }
}

/** Whoever calls: let in, or not. `ok` tells which. */
export type Auth = SignedIn | Refusal;

/** The same, with what a handler requires. */
export function demand(auth: Auth, { permission, maxAgeSeconds }: Requirement = {}): Auth {
  if (!auth.ok) return auth;
  if (permission !== undefined && !auth.has(permission)) return new Refusal('permission_missing');
  if (maxAgeSeconds !== undefined && !auth.isFresh(maxAgeSeconds)) return new Refusal('reauthentication_required', maxAgeSeconds);
  return auth;
}
