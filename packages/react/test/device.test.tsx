/** Letting a program in, and telling a server that renders pages what this browser has seen. */
import { KeyrackProvider, ServerMark, useDevice, useSession, type UseDevice, type UseSession } from '@keyrack/react';
import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { emptySession, session } from './fixtures.js';
import { outcome, pass } from './harness.js';

type Loaded = Extract<UseSession, { loading: false }>;

interface Page {
  hook: UseSession;
  device: UseDevice;
}

async function opened(): Promise<Page> {
  const page = {} as Page;
  function Show() {
    Object.assign(page, { hook: useSession(), device: useDevice() });
    return <ServerMark />;
  }
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Show />
    </KeyrackProvider>,
  );
  await pass();
  return page;
}

function mark(): string | undefined {
  return /(?:^|; )keyrack_mark=([^;]*)/.exec(document.cookie)?.[1];
}

test('a program is looked at and decided on by the code that it shows, and the session stays as it is', async () => {
  const server = new FakeServer(session(['ada']));
  const page = await opened();
  const { hook } = page;
  const request = { program: 'tool', ip_address: '203.0.113.7' };
  server.once('POST', '/device/look', () => ({ data: request }));
  server.once('POST', '/device/confirm', () => ({ data: { confirmed: true, program: 'tool' } }));
  server.once('POST', '/device/deny', () => ({ data: { confirmed: false, program: 'tool' } }));
  expect(await outcome(page.device.look('BCDF-GHJK'))).toEqual(request);
  expect(await outcome(page.device.confirm('BCDF-GHJK'))).toMatchObject({ confirmed: true });
  expect(await outcome(page.device.deny('BCDF-GHJK'))).toMatchObject({ confirmed: false });
  const sent = server.requests.filter(({ path }) => path.startsWith('/device/'));
  expect(sent.map(({ path, body }) => [path.split('?')[0], body])).toEqual(
    ['look', 'confirm', 'deny'].map((what) => [`/device/${what}`, { user_code: 'BCDF-GHJK' }]),
  );
  expect(page.hook).toBe(hook);
  server.refuse('POST', '/device/look', 404, 'device_code_not_found');
  await expect(outcome(page.device.look('x'))).rejects.toMatchObject({ code: 'device_code_not_found', status: 404 });
});

test('a server that renders pages is left a mark of what this browser has seen last, and nothing secret', async () => {
  document.cookie = 'keyrack_mark=; Max-Age=0; Path=/';
  const server = new FakeServer(session(['ada', 'bob'], 7));
  const page = await opened();
  expect(mark()).toBe('sin_ada.7');
  await outcome((page.hook as Loaded).switchSignIn('sin_bob'));
  expect(mark()).toBe(`sin_bob.${server.session.revision}`);
  await outcome((page.hook as Loaded).signOut());
  expect(mark()).toBe('-');
});

test('before anything was read there is no mark, and where nobody is signed in it says so', async () => {
  document.cookie = 'keyrack_mark=; Max-Age=0; Path=/';
  const server = new FakeServer(emptySession());
  server.refuse('GET', '/session', 503, 'unavailable');
  const page = await opened();
  expect([page.hook.loading, mark()]).toEqual([true, undefined]);
  await pass(10_000);
  expect([page.hook.loading, mark()]).toEqual([false, '-']);
});
