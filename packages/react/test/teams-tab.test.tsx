/** What lies beside the session where a tab has a scope of its own. */
import { expect, test, vi } from 'vitest';
import type { Recorded, Reply } from './fake-server.js';
import { session } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { FakeStorage, TabServer } from './tab-server.js';
import { type Everything, everything, withTeams } from './teams.js';

class Server extends TabServer {
  override organizations = ['org_a', 'org_b', 'org_c'];

  protected override usual(request: Recorded, what: string): Reply {
    return this.teams.answer(request, what) ?? super.usual(request, what);
  }
}

function openTab(): Promise<Everything> {
  vi.stubGlobal('sessionStorage', new FakeStorage());
  return everything({ scope: 'tab' });
}

test('H40 two tabs show the lists of two accounts in two organizations, each its own', async () => {
  const server = withTeams(new Server(session(['ada', 'bob'])));
  const [one, two] = [await openTab(), await openTab()];
  await outcome(one.session.switchSignIn('sin_bob'));
  await outcome(one.session.switchOrganization('org_c'));
  await outcome(two.session.switchOrganization('org_a'));
  expect(one.text).toBe('bob: org_b org_c / / org_c / bob / for bob /');
  expect(two.text).toBe('ada: org_a org_b / wsp_a / org_a / ada / for ada for ada in a / for ada in a');
  await outcome(two.session.switchSignIn('sin_bob'));
  expect(two.text).toBe('bob: org_b org_c / / - / / for bob /');
  expect(one.text).toContain('/ org_c / bob /');
  await outcome(one.session.switchSignIn('sin_ada'));
  await pass(200);
  expect(one.text).toMatch(/^ada: org_a org_b/);
  expect(two.text).toMatch(/^bob: org_b org_c/);
  for (const { shown } of [one, two]) {
    expect(shown.filter((text) => text.startsWith('ada')).join()).not.toMatch(/org_c|for bob/);
    expect(shown.filter((text) => text.startsWith('bob')).join()).not.toMatch(/org_a|for ada/);
  }
  // Of each list there is one name of a scope in the address, and it is the tab's.
  const asked = server.requests.map(({ path }) => path).filter((path) => path.startsWith('/organizations/org_c'));
  expect(asked.length).toBeGreaterThan(0);
  for (const path of asked) expect(path.match(/scope=[^&]*/g)).toEqual(['scope=sin_bob.mem_org_c.-']);
});
