// @vitest-environment node
/** On a server, where there is no window, no document and no storage. */
import {
  KeyrackProvider,
  type KeyrackProviderProps,
  SignedIn,
  useDeployment,
  useSession,
  useSessionList,
  useUser,
} from '@keyrack/react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { emptySession, session } from './fixtures.js';

const Status = () => <p>{useSession().status}</p>;
const Address = () => <p>{useSession().session?.active_signin?.user.email_address ?? 'nobody'}</p>;

const provided = (children: React.ReactNode, props: Partial<KeyrackProviderProps> = {}) => (
  <KeyrackProvider publishableKey={PRODUCTION_KEY} {...props}>
    {children}
  </KeyrackProvider>
);

beforeEach(() => void vi.spyOn(console, 'error'));
afterEach(() => expect(console.error).not.toHaveBeenCalled());

test('H16 on a server the hook is in its loading branch and asks nothing', () => {
  const server = new FakeServer(session(['ada']));
  expect(renderToString(provided(<Status />))).toBe('<p>loading</p>');
  expect(server.requests).toEqual([]);
});

test('H16 with initialSession the hooks are loaded on the server, which touches nothing of a browser', () => {
  const server = new FakeServer(session(['ada']));
  expect([typeof window, typeof document, typeof localStorage]).toEqual(Array(3).fill('undefined'));
  const forbidden = () => expect.fail('a page that is rendered once listens to nobody');
  vi.stubGlobal('BroadcastChannel', forbidden);
  const All = () => {
    const { signins, ended } = useSessionList();
    return <i>{[useUser().user?.id, signins?.length, ended?.length, useDeployment().loading].join()}</i>;
  };
  const page = (
    <>
      <Status />
      <Address />
      <All />
      <SignedIn>in</SignedIn>
    </>
  );
  expect(renderToString(provided(page, { initialSession: session(['ada', 'bob']) }))).toBe(
    '<p>signed-in</p><p>ada@example.com</p><i>usr_ada,2,0,true</i>in',
  );
  expect(renderToString(provided(<Status />, { initialSession: emptySession() }))).toBe('<p>signed-out</p>');
  expect(renderToString(provided(<Status />, { initialSession: null }))).toBe('<p>loading</p>');
  expect(server.requests).toEqual([]);
});

test('H16 two requests on a server share nothing', () => {
  new FakeServer();
  const pages = ['ada', 'bob'].map((name) => provided(<Address />, { initialSession: session([name]) }));
  expect(pages.map((page) => renderToString(page))).toEqual(['<p>ada@example.com</p>', '<p>bob@example.com</p>']);
});
