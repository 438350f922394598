/** Pages that a server renders in the scope that their address names. */
import { KeyrackProvider, useSession } from '@keyrack/react';
import { inScope, scopeOf } from '@keyrack/react/scope';
import { expect, test } from 'vitest';
import { PRODUCTION_KEY } from './fake-server.js';
import { emptySession, session, signIn } from './fixtures.js';
import { outcome, pass, renderAsServer } from './harness.js';
import { FakeStorage, openTab, standsIn, twoAccounts } from './tab-server.js';

const BOB_IN_A = 'sin_bob.mem_org_a.-';

test('H40 a scope is written and read: the sign-in, the organization and the workspace', () => {
  const both = session(['ada', 'bob']);
  expect(scopeOf(both)).toBe('sin_ada.-.-');
  expect(scopeOf(emptySession())).toBe('');
  for (const scope of ['sin_ada.-.-', 'sin_bob.-.-', BOB_IN_A, 'sin_ada.mem_org_b.mem_wsp_2']) {
    const seen = inScope(both, scope);
    expect(seen && scopeOf(seen)).toBe(scope);
    expect(seen && { ...seen, active_signin: null, signins: [] }).toEqual({ ...both, active_signin: null, signins: [] });
  }
  expect(inScope(both, 'sin_ada.-.-')).toBe(both);
  // Of an account that is listed and active nothing differs in the two places.
  const seen = inScope(both, BOB_IN_A);
  expect(seen?.signins).toEqual([both.signins[0], seen?.active_signin]);
  for (const wrong of ['', 'x', 'sin_cyd.-.-', 'sin_ada', 'sin_ada.-', 'sin_ada..-', 'sin_ada.-.', 'sin_ada.-.-.-', 'undefined']) {
    expect(inScope(both, wrong), wrong).toBeNull();
  }
});

test('H40 a server renders the page in the scope of its address', () => {
  function Page() {
    const { session: seen, loading } = useSession();
    return <p>{loading ? 'loading' : standsIn(seen)}</p>;
  }
  const seen = inScope(session(['ada', 'bob']), BOB_IN_A);
  const page = (
    <KeyrackProvider publishableKey={PRODUCTION_KEY} scope="tab" initialSession={seen}>
      <Page />
    </KeyrackProvider>
  );
  expect(renderAsServer(page)).toBe('<p>sin_bob org_a -</p>');
});

test('H40 the tab goes on in the scope that its page was rendered in, whatever it was before', async () => {
  const server = twoAccounts();
  const storage = new FakeStorage();
  storage.setItem('keyrack:http://localhost:4400:scope', 'sin_ada.mem_org_b.-');
  const seen = inScope(server.session, BOB_IN_A) ?? undefined;
  const slow = server.hold('GET', '/session');
  const tab = await openTab(storage, seen);
  expect(tab.loaded.session).toBe(seen);
  // What other tabs do meanwhile does not show another account, not for a moment.
  server.push({ active_signin: signIn('ada') });
  await pass(1_000);
  slow.release();
  await pass(1_000);
  expect(tab.stands).toBe('sin_bob org_a -');
  expect(new Set(tab.shown)).toEqual(new Set(['bob@example.com']));
  expect(storage.texts).toEqual([BOB_IN_A]);
  expect(await outcome(tab.loaded.getToken())).toBe(`token of ${BOB_IN_A}`);
});

test('H40 a page whose scope is gone goes on where the session stands', async () => {
  const server = twoAccounts();
  const seen = inScope(server.session, BOB_IN_A) ?? undefined;
  server.organizations = ['org_b'];
  const tab = await openTab(new FakeStorage(), seen);
  await pass(1_000);
  expect(tab.stands).toBe('sin_ada - -');
});
