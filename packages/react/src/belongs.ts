/** Whose is what: what is kept of one account, or of its scope, is dropped when another takes its place. */
import type { Session } from './types.gen.js';

/** For whom the active sign-in acts, and where: what is kept of one is not for another. */
export function actsFor(session: Pick<Session, 'active_signin'> | undefined): string {
  const { id, active_organization_membership_id: org, active_workspace_membership_id: workspace } =
    session?.active_signin ?? {};
  return [id, org, workspace].join();
}

/** The users whose sign-in was there before and is no longer. */
export function gone(before: Session, { signins }: Session): string[] {
  return before.signins.map(({ user_id }) => user_id).filter((user) => !signins.some(({ user_id }) => user_id === user));
}
