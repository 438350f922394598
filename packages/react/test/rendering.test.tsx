/** What React does to a page on its own account: rendering on a server, hydrating late, suspending, mounting twice. */
import { KeyrackProvider, type KeyrackProviderProps, useSession } from '@keyrack/react';
import { act, render } from '@testing-library/react';
import * as React from 'react';
import { StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { emptySession, session, signIn } from './fixtures.js';
import { pass, passUncollected, renderAsServer } from './harness.js';

const Status = () => <p>{useSession().status}</p>;
const Address = () => <p>{useSession().session?.active_signin?.user.email_address ?? 'nobody'}</p>;

const provided = (children: React.ReactNode, props: Partial<KeyrackProviderProps> = {}) => (
  <KeyrackProvider publishableKey={PRODUCTION_KEY} {...props}>
    {children}
  </KeyrackProvider>
);

/** Something beside the hook that is not there yet, until it is told to be. React 18 and 19 understand the throw. */
function neighbour(Shows: React.ComponentType = Status) {
  let arrive!: () => void;
  let promise: Promise<void> | undefined;
  return {
    suspend: () => (promise = new Promise((resolve) => (arrive = resolve))),
    /** Ends the waiting that was last begun; with another begun before it is called, React waits again. */
    get resolve() {
      return arrive;
    },
    arrive: () =>
      act(async () => {
        promise = undefined;
        arrive();
      }),
    Component: () => {
      if (promise) throw promise;
      return <Shows />;
    },
  };
}

interface Hydrated {
  readonly element: HTMLElement;
  readonly recovered: ReturnType<typeof vi.fn>;
  readonly errors: ReturnType<typeof vi.spyOn>;

  /** Every text that the page has had since the server wrote it. */
  readonly texts: readonly string[];
}

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** Lets a server write the page and the browser take it over, watching it from the first moment on. */
async function hydrate(page: React.ReactElement, before: () => unknown = () => undefined): Promise<Hydrated> {
  const element = document.body.appendChild(document.createElement('div'));
  element.innerHTML = renderAsServer(page);
  const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const texts = [element.textContent ?? ''];
  const observer = new MutationObserver(() => texts.push(element.textContent ?? ''));
  observer.observe(element, { childList: true, subtree: true, characterData: true });
  before();
  const recovered = vi.fn();
  const root = await act(async () => hydrateRoot(element, page, { onRecoverableError: recovered }));
  closing.push(() => {
    act(() => root.unmount());
    observer.disconnect();
    element.remove();
  });
  await pass();
  return { element, recovered, errors, texts };
}

test('H16 a page without initialSession hydrates without a mismatch and reads once', async () => {
  const server = new FakeServer(session(['ada']));
  const { element, recovered, errors } = await hydrate(provided(<Status />));
  expect(element.textContent).toBe('signed-in');
  expect(recovered).not.toHaveBeenCalled();
  expect(errors).not.toHaveBeenCalled();
  expect(server.count('GET /session')).toBe(1);
});

test('H16 with initialSession it hydrates without a mismatch, never shows anything else, and reads once', async () => {
  const server = new FakeServer(session(['ada']));
  const { texts, recovered, errors } = await hydrate(provided(<Address />, { initialSession: session(['ada']) }));
  await pass(29_000);
  expect(new Set(texts)).toEqual(new Set(['ada@example.com']));
  expect(recovered).not.toHaveBeenCalled();
  expect(errors).not.toHaveBeenCalled();
  expect(server.requests.map(({ path }) => path)).toEqual(['/session']);
  await pass(1_000);
  expect(server.requests.map(({ path }) => path)).toEqual(['/session', '/session?poll=1']);
});

test('H13 what is read after initialSession is ordered against it like any other answer', async () => {
  const server = new FakeServer(session(['bob'], 7));
  const { element } = await hydrate(provided(<Address />, { initialSession: session(['ada'], 9) }));
  expect(element.textContent).toBe('ada@example.com');
  server.session = session(['bob'], 10);
  await pass(30_000);
  expect(element.textContent).toBe('bob@example.com');
  server.session = emptySession();
  await pass(30_000);
  expect(element.textContent).toBe('nobody');
});

test('H10 a failed first read after initialSession keeps it, as stale', async () => {
  const server = new FakeServer();
  server.unreachable('GET', '/session');
  const Stale = () => <p>{String(useSession().stale)}</p>;
  const { texts } = await hydrate(provided(<Stale />, { initialSession: session(['ada']) }));
  expect(texts).toEqual(['false', 'true']);
});

test('H16 a part that hydrates after the session was loaded finds the page as the server wrote it', async () => {
  new FakeServer(session(['ada']));
  const late = neighbour();
  const page = provided(
    <>
      <Status />
      <Suspense>
        <late.Component />
      </Suspense>
    </>,
  );
  const { element, recovered, errors } = await hydrate(page, late.suspend);
  expect(element.textContent).toBe('signed-inloading');
  await late.arrive();
  await pass();
  expect(element.textContent).toBe('signed-insigned-in');
  expect(recovered).not.toHaveBeenCalled();
  expect(errors).not.toHaveBeenCalled();
});

test('H16 a late part with the same account hydrates as the server wrote it, whatever else has changed', async () => {
  const server = new FakeServer(session(['ada']));
  const late = neighbour(Address);
  const page = provided(
    <Suspense fallback="waiting">
      <late.Component />
    </Suspense>,
    { initialSession: session(['ada']) },
  );
  const { texts, recovered } = await hydrate(page, late.suspend);
  server.change({ signins: [signIn('ada'), signIn('bob')] });
  await pass(30_000);
  await late.arrive();
  await pass();
  expect(new Set(texts)).toEqual(new Set(['ada@example.com']));
  expect(recovered).not.toHaveBeenCalled();
});

/** As an application does: it shows the account, and renders again for its own reasons whenever it changes. */
function Busy() {
  const account = useSession().session?.active_signin?.id;
  const [seen, setSeen] = React.useState(account);
  const [told, setTold] = React.useState(account);
  React.useLayoutEffect(() => setSeen(account), [account]);
  React.useEffect(() => setTold(account), [account]);
  return <i title={`${seen} ${told}`} />;
}

test.for([
  ['beside nothing', null],
  ['beside a part that shows the account', <Busy key="busy" />],
] as const)('H16 a late part that a server wrote for another account disappears as soon as that is known, %s', async ([, beside]) => {
  const server = new FakeServer(session(['ada', 'bob']));
  const late = neighbour(Address);
  const page = provided(
    <>
      {beside}
      <Suspense fallback="waiting">
        <late.Component />
      </Suspense>
    </>,
    { initialSession: session(['ada', 'bob']) },
  );
  const { element, texts } = await hydrate(page, late.suspend);
  expect(element.textContent).toBe('ada@example.com');
  server.change({ active_signin: signIn('bob') });
  await passUncollected(30_000);
  expect(visible(element)).toBe('waiting');
  const from = texts.length;
  await late.arrive();
  await pass();
  expect(visible(element)).toBe('bob@example.com');
  expect(texts.slice(from).join()).not.toContain('ada');
});

/** Without what React keeps hidden behind a fallback. */
function visible(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  copy.querySelectorAll('[style*="display: none"]').forEach((hidden) => hidden.remove());
  return copy.textContent ?? '';
}

test('H16 a neighbour that suspends and resumes a hundred times costs no request', async () => {
  const server = new FakeServer(session(['ada']));
  const restless = neighbour();
  const page = () => <Suspense fallback={<p>waiting</p>}>{provided(<restless.Component />)}</Suspense>;
  const { container, rerender } = render(page());
  await pass();
  for (let times = 0; times < 100; times += 1) {
    restless.suspend();
    await act(async () => rerender(page()));
    await pass(50);
    expect(container.textContent).toContain('waiting');
    await restless.arrive();
    await pass(50);
    expect(container.textContent).toBe('signed-in');
  }
  expect(server.count('GET /session')).toBe(1);
});

test('H16 a neighbour that suspends a hundred times before the page is first shown costs one request', async () => {
  const server = new FakeServer(session(['ada']));
  const restless = neighbour();
  restless.suspend();
  const { container } = render(<Suspense fallback={<p>waiting</p>}>{provided(<restless.Component />)}</Suspense>);
  for (let times = 0; times < 100; times += 1) {
    const { resolve } = restless;
    restless.suspend();
    await act(async () => resolve());
  }
  expect(container.textContent).toBe('waiting');
  expect(server.requests).toEqual([]);
  await restless.arrive();
  await pass();
  expect(container.textContent).toBe('signed-in');
  expect(server.count('GET /session')).toBe(1);
});

test('H16 StrictMode, hydration and a neighbour that suspends together: one request', async () => {
  const server = new FakeServer(session(['ada']));
  const restless = neighbour();
  const page = (
    <StrictMode>
      {provided(
        <>
          <Status />
          <Suspense fallback="waiting">
            <restless.Component />
          </Suspense>
        </>,
        { initialSession: session(['ada']) },
      )}
    </StrictMode>
  );
  const { element, errors } = await hydrate(page, restless.suspend);
  await restless.arrive();
  await pass(20_000);
  expect(element.textContent).toBe('signed-insigned-in');
  expect(server.count('GET /session')).toBe(1);
  expect(errors).not.toHaveBeenCalled();
});

const { Activity } = React as { Activity?: React.ComponentType<{ mode: 'visible' | 'hidden'; children: React.ReactNode }> };

test.runIf(Activity)('H14 a provider that React hid reads again when it is shown, and hears the others', async () => {
  const Shown = Activity ?? Suspense;
  const server = new FakeServer(session(['ada', 'bob']));
  const page = (mode: 'visible' | 'hidden') => <Shown mode={mode}>{provided(<Address />)}</Shown>;
  const { container, rerender } = render(page('visible'));
  await pass();
  await act(async () => rerender(page('hidden')));
  server.change({ active_signin: signIn('bob') });
  await pass(20_000);
  expect(server.count('GET /session')).toBe(1);
  await act(async () => rerender(page('visible')));
  await pass();
  expect(container.textContent).toBe('bob@example.com');
  expect(server.count('GET /session')).toBe(2);
});
