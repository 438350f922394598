/** Organizations and workspaces, as far as the hook has to do with them: requests, tokens, what is dropped. */
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session } from './fixtures.js';
import { open, outcome, pass, type Tab } from './harness.js';

async function member() {
  const server = new FakeServer(session(['ada', 'bob']));
  server.organizations = ['org_a', 'org_b'];
  server.workspaces = { wsp_1: 'org_a', wsp_2: 'org_b' };
  return { server, tab: await open() };
}

function scopeOf({ loaded }: Tab): string {
  const { active_organization_membership_id: organization, active_workspace_membership_id: workspace } =
    loaded.session.active_signin ?? {};
  return `${organization} ${workspace}`;
}

test('H23 each sends one request with the id, and resolves when the hook shows the new scope', async () => {
  const { server, tab } = await member();
  const { switchOrganization, switchWorkspace } = tab.loaded;
  await outcome(switchOrganization('org_a'));
  expect(scopeOf(tab)).toBe('mem_org_a null');
  await outcome(switchWorkspace('wsp_2'));
  expect(scopeOf(tab)).toBe('mem_org_b mem_wsp_2');
  await outcome(switchOrganization());
  expect(scopeOf(tab)).toBe('null null');
  expect(server.requests.slice(1).map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/session/switch-organization', { organization_id: 'org_a' }],
    ['POST', '/session/switch-workspace', { workspace_id: 'wsp_2' }],
    ['POST', '/session/switch-organization', {}],
  ]);
});

test('H23 choosing an organization leaves a workspace that is not in it, and keeps one that is', async () => {
  const { tab } = await member();
  await outcome(tab.loaded.switchWorkspace('wsp_1'));
  await outcome(tab.loaded.switchOrganization('org_a'));
  expect(scopeOf(tab)).toBe('mem_org_a mem_wsp_1');
  await outcome(tab.loaded.switchOrganization('org_b'));
  expect(scopeOf(tab)).toBe('mem_org_b null');
});

test('H23 an id that is none, a signed-out visitor and an older server reject and change nothing', async () => {
  const { server, tab } = await member();
  const { session: before, switchOrganization, switchWorkspace } = tab.loaded;
  await expect(outcome(switchOrganization('mem_org_a'))).rejects.toMatchObject({ code: 'organization_not_found' });
  await expect(outcome(switchWorkspace(''))).rejects.toMatchObject({ code: 'workspace_not_found', status: 404 });
  server.refuse('POST', '/session/switch-organization', 404, 'not_found');
  await expect(outcome(switchOrganization())).rejects.toMatchObject({ name: 'KeyrackError', code: 'not_found' });
  server.refuse('POST', '/session/switch-workspace', 401, 'signed_out');
  await expect(outcome(switchWorkspace('wsp_1'))).rejects.toMatchObject({ code: 'signed_out', status: 401 });
  expect(tab.loaded.session).toBe(before);
});

test('H23 every change of the scope is another token, also back to a scope that was there before', async () => {
  const { tab } = await member();
  const tokens = [await outcome(tab.hook.getToken())];
  for (const id of ['org_a', undefined, 'org_b']) {
    await outcome(tab.loaded.switchOrganization(id));
    tokens.push(await outcome(tab.hook.getToken()));
  }
  await outcome(tab.loaded.switchWorkspace('wsp_2'));
  tokens.push(await outcome(tab.hook.getToken()));
  expect(tokens).toEqual([1, 2, 3, 4, 5].map((number) => `token ${number} of sin_ada`));
});

test('H33 a token under way during a switch of the scope is fetched again for the new one', async () => {
  for (const [path, change] of [
    ['/session/switch-organization', (tab: Tab) => tab.loaded.switchOrganization('org_a')],
    ['/session/switch-workspace', (tab: Tab) => tab.loaded.switchWorkspace('wsp_2')],
  ] as const) {
    const { server, tab } = await member();
    const [slow, switching] = [server.hold('GET', '/session/token'), server.hold('POST', path)];
    const token = tab.hook.getToken();
    const done = change(tab);
    await pass();
    switching.release();
    await outcome(done);
    slow.release();
    expect(await outcome(token)).toBe('token 2 of sin_ada');
    expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
    tab.unmount();
  }
});

test('H23 a switch of the scope in another tab is shown here, and its tokens are not the earlier ones', async () => {
  const { server, tab } = await member();
  const other = await open();
  await outcome(other.hook.getToken());
  await outcome(tab.loaded.switchOrganization('org_b'));
  expect(scopeOf(other)).toBe('mem_org_b null');
  expect(await outcome(other.hook.getToken())).toBe('token 2 of sin_ada');
  expect(server.count('GET /session')).toBe(2 + 2);
});

test.for([
  ['an organization', ({ loaded }: Tab) => loaded.switchOrganization('org_a'), 'organization'],
  ['a workspace', ({ loaded }: Tab) => loaded.switchWorkspace('wsp_1'), 'workspace'],
] as const)('H20 after a lost answer about %s it reads once and resolves if it is there', async ([, change, what]) => {
  const { server, tab } = await member();
  server.unreachable('POST', `/session/switch-${what}`);
  await expect(outcome(change(tab))).rejects.toMatchObject({ code: 'network' });
  server.lose('POST', `/session/switch-${what}`);
  await outcome(change(tab));
  expect(scopeOf(tab)).toContain('mem_org_a');
  expect(server.count('GET /session')).toBe(3);
});

test('H20 after a lost answer about no organization it reads once and resolves if it is there', async () => {
  const { server, tab } = await member();
  await outcome(tab.loaded.switchOrganization('org_a'));
  server.unreachable('POST', '/session/switch-organization');
  await expect(outcome(tab.loaded.switchOrganization())).rejects.toMatchObject({ code: 'network' });
  server.lose('POST', '/session/switch-organization');
  await outcome(tab.loaded.switchOrganization());
  expect(scopeOf(tab)).toBe('null null');
});

test('H20 a lost request is not taken for done because another organization is active already', async () => {
  const { server, tab } = await member();
  await outcome(tab.loaded.switchOrganization('org_a'));
  server.unreachable('POST', '/session/switch-organization');
  await expect(outcome(tab.loaded.switchOrganization('org_b'))).rejects.toMatchObject({ code: 'network' });
  expect(scopeOf(tab)).toBe('mem_org_a null');
});

test('H20 a lost answer is not taken for done when another account became active meanwhile', async () => {
  const { server, tab } = await member();
  server.once('POST', '/session/switch-organization', () => {
    server.change({ active_signin: server.session.signins[1] ?? null });
    throw new TypeError('Failed to fetch');
  });
  await expect(outcome(tab.loaded.switchOrganization())).rejects.toMatchObject({ code: 'network' });
});
