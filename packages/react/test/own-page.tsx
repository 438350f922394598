/** The page of one's own account, for tests of what its owner meets there. */
import type { CurrentUser, Session } from '@keyrack/react';
import { useSession } from '@keyrack/react';
import { ManageAccount } from '@keyrack/react/ui';
import { beforeEach } from 'vitest';
import type { FakeServer } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { click, tab } from './hands.js';
import { pass } from './harness.js';
import { within } from './ways.js';

beforeEach(() => {
  // jsdom has dialogs, and cannot open them.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});

const MAIL = { is_primary: false, verified: true, verified_at: '', verification_strategy: 'otp', created_at: '', updated_at: '' };

/** Ada's session, Bob's beside it. */
export function ada(fields: Partial<CurrentUser> = {}): Session {
  const start = session(['ada', 'bob']);
  return withUser(start, {
    user_email_addresses: [
      { ...MAIL, id: 'eml_1', email: 'ada@example.com', is_primary: true },
      { ...MAIL, id: 'eml_2', email: 'ada@work.example', verified: false },
    ],
    ...fields,
  });
}

export function withUser(session: Session, fields: Partial<CurrentUser>): Session {
  const { active_signin: active } = session;
  if (!active) return session;
  const next = { ...active, user: { ...active.user, ...fields } };
  return { ...session, active_signin: next, signins: session.signins.map((one) => (one.id === next.id ? next : one)) };
}

/** The next request to a path changes the user so. */
export function becomes(server: FakeServer, path: string, fields: Partial<CurrentUser>, data: unknown = {}): void {
  server.once('POST', path, () => {
    const { active_signin, signins } = withUser(server.session, fields);
    server.change({ active_signin, signins });
    return { data };
  });
}

function Page() {
  const { switchSignIn } = useSession();
  return (
    <>
      <button onClick={() => switchSignIn?.('sin_bob')}>elsewhere</button>
      <ManageAccount />
    </>
  );
}

export async function openAccount(server: FakeServer, part?: string, given: Parameters<typeof within>[1] = {}): Promise<void> {
  server.once('GET', '/me/signins', () => ({ data: [signIn('ada'), { ...signIn('ada'), id: 'sin_9', browser: 'Firefox' }] }));
  server.once('GET', '/me/passkeys', () => ({ data: [] }));
  await within(<Page />, given);
  // Its parts are loaded one after the other.
  await pass();
  if (part) await click(tab(part));
}

export const last = (server: FakeServer, path: string): unknown => server.requests.filter((one) => one.path.startsWith(path)).at(-1)?.body;
