/** What the tests of the ready components share. */
import { type Deployment, KeyrackProvider, useSession } from '@keyrack/react';
import { render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { type FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { deployment } from './fixtures.js';
import { pass } from './harness.js';
import { twoAccounts } from './teams.js';

/** A page with a way to switch the account that is no component of ours. */
export function WithSwitch({ children }: { readonly children: ReactNode }) {
  const { switchSignIn } = useSession();
  return (
    <>
      <button onClick={() => switchSignIn?.('sin_bob')}>elsewhere</button>
      {children}
    </>
  );
}

/** So many invitations to `place`, and whether there are more. */
export function pageOf(count: number, place: string, next_cursor: string | null) {
  const of = { user_id: 'usr_ada', kind: 'invitation_received', is_read: true, metadata: {} };
  const notifications = Array.from({ length: count }, (_, number) => ({ ...of, id: `${place} ${number}`, title: `${place} ${number}` }));
  return () => ({ data: { notifications, has_more: !!next_cursor, next_cursor } });
}

/** An organization that is suggested. */
export const CARTHAGE = { organization_id: 'org_c', name: 'Carthage', image_url: '', domain: 'example.com' };

/** The words on the tabs that there are. */
export const tabs = (): (string | null)[] => screen.getAllByRole('tab').map(({ textContent }) => textContent);

/** A deployment in which everything may be done. */
export const ALL = {
  custom_org_role_enabled: true,
  custom_workspace_role_enabled: true,
  enforce_mfa_per_org_enabled: true,
  ip_allowlist_per_org_enabled: true,
  allow_org_deletion: true,
  organization_permissions: ['organization:manage', 'bills:pay'],
};

/** Opens a page in a deployment with such settings. */
export async function open(children: ReactNode, settings: object = ALL): Promise<void> {
  const initial = { ...deployment(), b2b_settings: settings } as unknown as Deployment;
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY} initialDeployment={initial}>
      {children}
    </KeyrackProvider>,
  );
  await pass();
}

/** Ada administrates `org_a`, with Eve in it. */
export function administrator(): FakeServer {
  const server = twoAccounts();
  server.teams.members = { ...server.teams.members, org_a: { usr_ada: ['organization:admin'], usr_eve: ['organization:member'] } };
  server.scope('org_a', null);
  return server;
}
