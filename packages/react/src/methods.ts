/** What can be done to a session: each method is one request whose answer is the new session. */
import type { Client } from './client.js';
import { clientError } from './error.js';
import type { Deployment, Session } from './types.gen.js';
import type { SessionMethods } from './view.js';

/**
 * How long a sign-out that is done waits for the settings that say where to go. It goes there later, too, unless
 * somebody has signed in or out meanwhile.
 */
const PATIENCE_MS = 1_000;

/** The methods of one client. */
export function sessionMethods(client: Client): SessionMethods {
  return {
    switchSignIn: (signInId) =>
      client.mutate({
        path: '/session/switch-sign-in',
        body: { sign_in_id: signInId },
        isDone: (now) => now.active_signin?.id === signInId,
      }),
    switchOrganization: (organizationId) =>
      client.mutate({
        path: '/session/switch-organization',
        body: { organization_id: organizationId },
        isDone: hasNew('active_organization_membership_id', organizationId),
      }),
    switchWorkspace: (workspaceId) =>
      client.mutate({
        path: '/session/switch-workspace',
        body: { workspace_id: workspaceId },
        isDone: hasNew('active_workspace_membership_id', workspaceId),
      }),
    signOut: (signInId) => signOut(client, signInId),
    exchangeTicket: () =>
      Promise.reject(clientError('not_enabled', 'Tickets are not part of this version of Keyrack.')),
  };
}

async function signOut(client: Client, signInId: string | undefined): Promise<void> {
  // Asked for beside the sign-out, so that it is there by then.
  const deployment = client.deployment.get();
  await client.mutate({
    path: '/session/sign-out',
    body: { sign_in_id: signInId },
    signsOut: true,
    isDone: ({ signins }) => !signins.some(({ id }) => signInId === undefined || id === signInId),
  });
  const { session } = client.view();
  const gone = deployment.then((settings) => {
    if (client.view().session === session) leave(client, settings, signInId === undefined);
  });
  await Promise.race([gone, new Promise((late) => setTimeout(late, PATIENCE_MS))]);
}

function leave(client: Client, settings: Deployment | undefined, isAll: boolean): void {
  const { after_sign_out_all_page_url: all, after_sign_out_one_page_url: one } = settings?.ui_settings ?? {};
  const url = isAll ? all : one;
  if (url) (client.navigate ?? ((to: string) => location.assign(to)))(url);
}

/**
 * Whether the same sign-in acts in another membership than before, or in none when none was asked for. Memberships
 * have ids of their own, so that nothing in the session says whether it is the one that was asked for.
 */
function hasNew(
  key: 'active_organization_membership_id' | 'active_workspace_membership_id',
  wanted: string | undefined,
): (now: Session, before: Session) => boolean {
  return ({ active_signin: now }, { active_signin: before }) =>
    now?.id === before?.id && (wanted ? !!now?.[key] && now[key] !== before?.[key] : now?.[key] === null);
}
