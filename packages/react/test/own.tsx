/** A page with the hooks of one's own account, for tests of what its owner does. */
import {
  KeyrackProvider,
  type UseAuthenticators,
  useAuthenticators,
  type UseReauthentication,
  useReauthentication,
  type UserLoaded,
  type UseSession,
  useSession,
  useUser,
  type UseUserSignIns,
  useUserSignIns,
} from '@keyrack/react';
import { render } from '@testing-library/react';
import { type FakeServer, PRODUCTION_KEY, type Recorded } from './fake-server.js';
import { signIn } from './fixtures.js';
import { pass } from './harness.js';

/** What they returned at the last rendering. */
export interface Own {
  hook: UseSession;
  user: UserLoaded;
  ways: UseAuthenticators;
  signIns: UseUserSignIns;
  again: UseReauthentication;
}

/** Opens it, with one sign-in in the list of those. */
export async function openOwn(server: FakeServer): Promise<{ own: Own; unmount: () => void }> {
  const own = {} as Own;
  const mine = (): void => server.once('GET', '/me/signins', () => ({ data: [signIn('ada')] }));
  mine();
  function Page() {
    Object.assign(own, {
      hook: useSession(),
      user: useUser(),
      ways: useAuthenticators(),
      signIns: useUserSignIns(),
      again: useReauthentication(),
    });
    return null;
  }
  const { unmount } = render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  return { own, unmount };
}

/** The next request to a path changes the user whom the session shows. */
export function changes(server: FakeServer, path: string, first_name: string, data: unknown = {}): void {
  server.once('POST', path, () => {
    const { active_signin: active } = server.session;
    if (!active) return { status: 401, code: 'signed_out' };
    const next = { ...active, user: { ...active.user, first_name } };
    server.change({ active_signin: next, signins: server.session.signins.map((one) => (one.id === next.id ? next : one)) });
    return { data };
  });
}

/** The latest request to what begins so. */
export const last = (server: FakeServer, path: string): Recorded | undefined =>
  server.requests.filter((one) => one.method === 'POST' && one.path.startsWith(path)).at(-1);
