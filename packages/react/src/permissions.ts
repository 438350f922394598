/** What `has()` of `useSession()` knows. Loaded when it is first asked. */
import type { Client } from './client.js';
import type { Entry } from './entry.js';
import { membershipPath } from './memberships.js';
import type { Kind } from './places.js';
import { list } from './reading.js';
import { ownerOf, shelfOf } from './shelf.js';
import type { OrganizationMembership, Session, WorkspaceMembership } from './types.gen.js';

type Membership = OrganizationMembership | WorkspaceMembership;

const KINDS: readonly Kind[] = ['organization', 'workspace'];

/**
 * Whether the roles in the active memberships of `session` allow something, as its tokens say it. Undefined when that
 * hangs on a membership that was not read yet.
 *
 * @param find The account's memberships, as far as they were read.
 */
export function allows(
  session: Session | undefined,
  find: (kind: Kind) => readonly Membership[] | undefined,
  permission: string,
): boolean | undefined {
  const active = activeIn(session);
  const memberships = active.map(({ kind, id }) => find(kind)?.find((membership) => membership.id === id));
  if (memberships.some((one) => one?.roles.some(({ permissions }) => permissions.includes(permission)))) return true;
  return memberships.includes(undefined) ? undefined : false;
}

/** The memberships that the active sign-in acts in: two at most. */
export function activeIn(session: Session | undefined): { readonly kind: Kind; readonly id: string }[] {
  return KINDS.flatMap((kind) => {
    const id = session?.active_signin?.[`active_${kind}_membership_id`];
    return id ? [{ kind, id }] : [];
  });
}

/** From now on the client's `has()` knows what the active memberships allow, and says when that changes. */
export function watch(client: Client): void {
  const shelf = shelfOf(client);
  // A server renders once, and reads nothing for it. Whoever asked twice gets one of these.
  if (typeof document === 'undefined' || shelf.isWatched) return;
  shelf.isWatched = true;
  let shown: readonly Entry<readonly Membership[]>[] = [];
  let stop: readonly (() => void)[] = [];
  const follow = (): void => {
    const { session } = client.view();
    const owner = ownerOf(session, 'account') as string;
    const now = activeIn(session).map(({ kind }) => {
      const path = membershipPath(kind);
      return shelf.entry(owner, path, () => list<Membership>(client, path, 'account'));
    });
    if (now.length === shown.length && now.every((entry, at) => entry === shown[at])) return;
    const before = stop;
    shown = now;
    stop = now.map((entry) => entry.subscribe(() => client.changed()));
    for (const end of before) end();
  };
  client.allows = (session, permission) =>
    allows(session, (kind) => shelf.find(ownerOf(session, 'account'), membershipPath(kind)), permission);
  client.subscribe(follow);
  follow();
  client.changed();
}
