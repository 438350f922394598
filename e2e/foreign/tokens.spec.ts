import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { Server } from '../tests/server.js';
import { forged, unpacked } from './forged.js';
import { VERIFIERS } from './verifiers.js';
import { Visitor } from './visitor.js';

/** Tokens live as shortly as they may, so that one can be waited for to expire. */
const SHORT = `
[deployment.lifetimes]
token = "5 seconds"
`;

const TEAMS = `
[deployment.organizations]
enabled = true

[deployment.workspaces]
enabled = true
`;

/** How far the clocks of these verifiers may be apart, in seconds. */
const SKEW = 5;

let server: Server;
let other: Server;

test.beforeAll(async () => {
  [server, other] = await Promise.all([
    Server.configured('staging', (port) => deployment(port) + SHORT, '--virtual-clock'),
    Server.configured('staging', (port) => deployment(port) + TEAMS),
  ]);
});

test.afterAll(async () => {
  await Promise.all([server.remove(), other.remove()]);
});

function deployment(port: number): string {
  return `[[deployment]]\nid = "d"\nmode = "staging"\norigin = "http://localhost:${port}"\nhosts = ["localhost"]\n`;
}

for (const [name, verify] of Object.entries(VERIFIERS)) {
  test(`${name} takes a token of somebody who acts nowhere in particular, and learns who it is`, async () => {
    const visitor = await Visitor.signsUp(other, `${Object.keys(VERIFIERS).indexOf(name)}-nowhere@example.com`);
    const session = await visitor.get('/session');
    const [said] = await verify(other.origin, [await visitor.token()]);
    expect(said).toMatchObject({ user: session.active_signin.user_id, session: session.id, organization: null, workspace: null });
    expect([said?.of_organization ?? [], said?.of_workspace ?? []]).toEqual([[], []]);
  });

  test(`${name} takes a token of a member, and learns where she acts and what she may do`, async () => {
    const visitor = await Visitor.signsUp(other, `${Object.keys(VERIFIERS).indexOf(name)}-member@example.com`);
    const { organization } = await visitor.post('/organizations', { name: 'Analytical Engines' });
    const [first] = await verify(other.origin, [await visitor.token()]);
    expect(first).toMatchObject({ organization: organization.id, workspace: null });
    expect(first?.of_organization).toContain('organization:admin');
    expect(first?.of_workspace ?? []).toEqual([]);

    const { workspace } = await visitor.post('/workspaces', { organization_id: organization.id, name: 'Mill' });
    const [second] = await verify(other.origin, [await visitor.token()]);
    expect(second).toMatchObject({ organization: organization.id, workspace: workspace.id });
    expect(second?.of_workspace).toContain('workspace:admin');
  });

  test(`${name} refuses every forgery, and a token of another issuer`, async () => {
    const visitor = await Visitor.signsUp(other, `${Object.keys(VERIFIERS).indexOf(name)}-forger@example.com`);
    const good = await visitor.token();
    const bad = await forged(good, other.origin);
    const judged = await verify(other.origin, [good, ...Object.values(bad)]);
    expect(judged[0], 'the good one').not.toBeNull();
    const taken = Object.keys(bad).filter((_, index) => judged[index + 1] !== null);
    expect(taken).toEqual([]);
    expect(judged).toHaveLength(1 + Object.keys(bad).length);
    expect(await verify(server.origin, [good])).toEqual([null]);
  });

  test(`${name} refuses a token that has expired`, async () => {
    const visitor = await Visitor.signsUp(server, `${Object.keys(VERIFIERS).indexOf(name)}-late@example.com`);
    const token = await visitor.token();
    expect((await verify(server.origin, [token]))[0]).not.toBeNull();
    const { exp } = unpacked(token.split('.')[1]) as { exp: number };
    // A verifier takes the whole second, and so many more.
    await sleep((exp + SKEW + 1.1) * 1000 - Date.now());
    expect(await verify(server.origin, [token])).toEqual([null]);
  });
}

test('a token of a server whose clock is far ahead is taken by nobody', async () => {
  const visitor = await Visitor.signsUp(server, 'ahead@example.com');
  await server.advance(600_000);
  const token = await visitor.token();
  for (const [name, verify] of Object.entries(VERIFIERS)) {
    expect(await verify(server.origin, [token]), name).toEqual([null]);
  }
});
