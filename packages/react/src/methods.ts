/** What can be done to a session: each method is one request whose answer is the new session. */
import type { Client } from './client.js';
import type { Deployment, TicketExchange } from './types.gen.js';
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
    switchOrganization: (organizationId) => switchScope(client, 'organization', organizationId),
    switchWorkspace: (workspaceId) => switchScope(client, 'workspace', workspaceId),
    signOut: (signInId) => signOut(client, signInId),
    exchangeTicket: (ticket, codeVerifier) =>
      client.mutate({
        path: '/session/ticket/exchange',
        body: { ticket, code_verifier: codeVerifier },
        // The answer has the session in it, beside what the ticket was exchanged for.
        send: async (request) => ((await client.send(request)) as TicketExchange | undefined)?.session,
        // An answer that is lost has taken the key with it: what it opened nobody has, and no session shows that it was done.
      }),
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
  const url = settings?.ui_settings[`after_sign_out_${isAll ? 'all' : 'one'}_page_url`];
  if (url) (client.navigate ?? ((to: string) => location.assign(to)))(url);
}

/**
 * Done is it when the same sign-in acts in another membership than before, or in none when none was asked for.
 * Memberships have ids of their own, so that nothing in the session says whether it is the one that was asked for.
 */
function switchScope(client: Client, kind: 'organization' | 'workspace', id: string | undefined): Promise<void> {
  const key = `active_${kind}_membership_id` as const;
  return client.mutate({
    path: `/session/switch-${kind}`,
    body: { [`${kind}_id`]: id },
    isDone: ({ active_signin: now }, { active_signin: before }) =>
      now?.id === before?.id && (id ? !!now?.[key] && now[key] !== before?.[key] : now?.[key] === null),
  });
}
