/**
 * A tab's scope as a text, for the address of a page that a server renders: sessionStorage is not sent to servers, so
 * there the address says which scope a page is for. Nothing of React is in here, and nothing that only browsers have.
 */
import type { Session, SignIn } from './types.gen.js';

/**
 * `<sign-in>.<organization>.<workspace>`, `-` for none, of what is active; `""` when nobody is signed in.
 * The query parameter `scope` of Keyrack's API takes it. It is no secret, and it proves nothing.
 */
export function scopeOf({ active_signin: active }: Pick<Session, 'active_signin'>): string {
  if (!active) return '';
  return [active.id, active.active_organization_membership_id ?? '-', active.active_workspace_membership_id ?? '-'].join('.');
}

/**
 * The session as a tab with this scope sees it: its sign-in is the active one and stands there. Null when the session has
 * no such sign-in, or the text is none that {@link scopeOf} gives.
 *
 * It looks at the text alone. Whether the account is still a member there is known by who asks Keyrack for a token of
 * that scope: render an account's data only with what such a token gave.
 */
export function inScope(session: Session, scope: string): Session | null {
  const [id, organization, workspace, more] = scope.split('.');
  const signIn = session.signins.find((one) => one.id === id);
  if (!signIn || !organization || !workspace || more !== undefined) return null;
  const stands = { ...signIn, ...membership('organization', organization), ...membership('workspace', workspace) };
  if (scopeOf(session) === scope && scopeOf({ active_signin: signIn }) === scope) return session;
  return { ...session, active_signin: stands, signins: session.signins.map((one) => (one === signIn ? stands : one)) };
}

function membership(kind: 'organization' | 'workspace', id: string): Partial<SignIn> {
  return { [`active_${kind}_membership_id`]: id === '-' ? null : id };
}
