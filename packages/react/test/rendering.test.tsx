/** What React does to a page on its own account: rendering on a server, hydrating late, suspending, mounting twice. */
import { KeyrackProvider, useSession } from '@keyrack/react';
import { act, render } from '@testing-library/react';
import { Suspense, use } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session } from './fixtures.js';
import { pass } from './harness.js';

const Status = () => <p>{useSession().status}</p>;

/** Something beside the hook that is not there yet, until it is told to be. */
function neighbour() {
  let arrive!: () => void;
  let promise: Promise<void> | undefined;
  return {
    suspend: () => (promise = new Promise((resolve) => (arrive = resolve))),
    arrive: () => arrive(),
    Component: () => {
      if (promise) use(promise);
      return <Status />;
    },
  };
}

test('H16 on a server the hook is in its loading branch and asks nothing', () => {
  const server = new FakeServer(session(['ada']));
  const html = renderToString(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Status />
    </KeyrackProvider>,
  );
  expect(html).toBe('<p>loading</p>');
  expect(server.requests).toEqual([]);
});

test('H16 a part that hydrates after the session was loaded finds the page as the server wrote it', async () => {
  new FakeServer(session(['ada']));
  const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const late = neighbour();
  const page = (
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Status />
      <Suspense>
        <late.Component />
      </Suspense>
    </KeyrackProvider>
  );
  const element = document.createElement('div');
  element.innerHTML = renderToString(page);
  expect(element.textContent).toBe('loadingloading');
  late.suspend();
  const recovered = vi.fn();
  const root = await act(async () => hydrateRoot(element, page, { onRecoverableError: recovered }));
  await pass();
  expect(element.textContent).toBe('signed-inloading');
  await act(async () => late.arrive());
  await pass();
  expect(element.textContent).toBe('signed-insigned-in');
  expect(recovered).not.toHaveBeenCalled();
  expect(errors).not.toHaveBeenCalled();
  act(() => root.unmount());
});

test('H16 a neighbour that suspends and resumes costs no request', async () => {
  const server = new FakeServer(session(['ada']));
  const restless = neighbour();
  const page = () => (
    <Suspense fallback={<p>waiting</p>}>
      <KeyrackProvider publishableKey={PRODUCTION_KEY}>
        <restless.Component />
      </KeyrackProvider>
    </Suspense>
  );
  const { container, rerender } = render(page());
  await pass();
  restless.suspend();
  await act(async () => rerender(page()));
  await pass(100);
  expect(container.textContent).toContain('waiting');
  await act(async () => restless.arrive());
  await pass(1_000);
  expect(container.textContent).toBe('signed-in');
  expect(server.count('GET /session')).toBe(1);
});
