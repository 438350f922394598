/** What the roles of the active memberships allow, for what a page shows. */
import { Protect, useSession } from '@keyrack/react';
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { show, twoAccounts, using } from './teams.js';

const MANAGE = { permission: 'organization:manage' };

test('H42 has() says what the roles of both active memberships allow, once they were read', async () => {
  const server = twoAccounts();
  server.scope('org_a', 'wsp_a');
  const slow = server.hold('GET', '/me/organization-memberships');
  const page = await using(useSession);
  expect(server.count('GET /me')).toBe(0);
  const { has } = page.session;
  expect(has(MANAGE)).toBeUndefined();
  await pass();
  slow.release();
  await pass();
  expect(page.session.has).not.toBe(has);
  const may = ['organization:admin', 'organization:manage', 'workspace:admin'].map((permission) => page.session.has({ permission }));
  expect(may).toEqual([true, false, true]);
  const now = page.session.has;
  await outcome(page.session.refetch());
  expect(page.session.has).toBe(now);
});

test('H42 two hundred components that ask make one request, and none without an organization', async () => {
  const server = twoAccounts();
  server.scope('org_b', null);
  const One = () => <i>{useSession().has?.({ permission: 'organization:member' }) ? 'y' : 'n'}</i>;
  const { container } = await show(Array.from({ length: 200 }, (_, key) => <One key={key} />));
  await pass();
  expect(container.textContent).toBe('y'.repeat(200));
  expect(server.count('GET /me/')).toBe(1);
  const alone = new FakeServer(session(['eve']));
  const page = await using(() => useSession().has?.(MANAGE));
  await pass();
  expect(page.now).toBe(false);
  expect(alone.count('GET /me/')).toBe(0);
});

test('H42 what one account may is never said of another, nor of one scope in the next', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const shown: string[] = [];
  const page = await using(() => {
    const { session: now, has } = useSession();
    const { user, active_organization_membership_id: at } = now?.active_signin ?? {};
    shown.push(`${user?.first_name} ${at} ${has?.({ permission: 'organization:admin' })}`);
  });
  await pass();
  expect(shown.at(-1)).toBe('ada mem_org_a true');
  await outcome(page.session.switchOrganization('org_b'));
  expect(shown.at(-1)).toBe('ada mem_org_b false');
  await outcome(page.session.switchSignIn('sin_bob'));
  expect(shown.at(-1)).toBe('bob null false');
  await outcome(page.session.switchOrganization('org_c'));
  expect(shown.at(-1)).toBe('bob mem_org_c true');
  await outcome(page.session.signOut());
  expect(shown.at(-1)).toBe('undefined undefined false');
  expect(shown.filter((text) => / (mem_org_b|null|undefined) true/.test(text))).toEqual([]);
});

test('H42 a role that was taken elsewhere is gone with the next revision', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const page = await using(() => useSession().has?.({ permission: 'organization:admin' }));
  await pass();
  expect(page.now).toBe(true);
  server.teams.members = { ...server.teams.members, org_a: { usr_ada: [] } };
  server.push({});
  await pass(200);
  expect(page.now).toBe(false);
});

test('H42 Protect shows its children, or the fallback, and neither while nobody knows', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const slow = server.hold('GET', '/me/organization-memberships');
  const { container } = await show(
    <>
      <Protect permission="organization:admin" fallback="no ">
        yes 
      </Protect>
      <Protect permission="organization:manage" fallback="no">
        yes
      </Protect>
    </>,
  );
  expect(container.textContent).toBe('');
  slow.release();
  await pass();
  expect(container.textContent).toBe('yesno');
  expect(server.count('GET /me/')).toBe(1);
});

test('H42 Protect shows the fallback to whoever is not signed in, or acts in no organization', async () => {
  for (const names of [[], ['ada']]) {
    const server = new FakeServer(session(names));
    const { container, unmount } = await show(<Protect {...MANAGE} fallback="no" children="yes" />);
    expect(container.textContent).toBe('no');
    expect(server.count('GET /me/')).toBe(0);
    unmount();
  }
});
