import { KeyrackProvider, type Session, type SessionLoaded, type UseSession, useSession } from '@keyrack/react';
import { act, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { onTestFinished, vi } from 'vitest';
import { FakeLocks } from './fake-browser.js';
import { PRODUCTION_KEY } from './fake-server.js';

/** Lets time pass, and everything that is due in it happen and be rendered. */
export async function pass(ms = 0): Promise<void> {
  await act(async () => {
    // The code of the stream comes by a way of its own.
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(ms);
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(0);
  });
}

/**
 * The same as in a browser, where nothing collects what is to be rendered until everything else is done, as `act` of
 * React 18 does: for tests of what the page shows at a certain moment.
 */
export async function passUncollected(ms = 0): Promise<void> {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);
  await vi.advanceTimersByTimeAsync(ms);
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
}

/** A page with a provider and one component that uses the hook. */
export interface Tab {
  /** What the hook returned at the last rendering. */
  readonly hook: UseSession;

  /** The same, after the first load. */
  readonly loaded: SessionLoaded;

  /** Everything that the component ever showed, one entry for each rendering. */
  readonly shown: readonly string[];
  readonly unmount: () => void;
}

interface Options {
  readonly publishableKey?: string;
  readonly navigate?: (url: string) => void;
  readonly scope?: 'tab';
  readonly initialSession?: Session;
}

/** Opens a page and waits until what happens at once has happened. */
export async function open({ publishableKey = PRODUCTION_KEY, ...props }: Options = {}): Promise<Tab> {
  const shown: string[] = [];
  let hook: UseSession | undefined;

  function Page() {
    hook = useSession();
    const { session, loading, status } = hook;
    const text = loading ? status : (session.active_signin?.user.email_address ?? 'nobody');
    shown.push(text);
    return <p>{text}</p>;
  }

  const { unmount } = render(
    <KeyrackProvider publishableKey={publishableKey} {...props}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  return {
    get hook() {
      return hook as UseSession;
    },
    get loaded() {
      if (!hook || hook.loading) throw new Error(`not loaded: ${hook?.status}`);
      return hook;
    },
    shown,
    unmount,
  };
}

/** Opens so many tabs, each of which may die for itself. */
export async function openTabs(count: number): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let number = 0; number < count; number += 1) {
    FakeLocks.owner = `tab ${number}`;
    tabs.push(await open());
  }
  return tabs;
}

/** What a server writes. SWR takes jsdom for a browser and makes React 18 say so; test/server.test.tsx has no jsdom. */
export function renderAsServer(page: ReactNode): string {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    return renderToString(page);
  } finally {
    quiet.mockRestore();
  }
}

/** React and jsdom report a component that throws, also when that is what a test is about. */
export function expectNoise(): void {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const quiet = (event: Event): void => event.preventDefault();
  addEventListener('error', quiet);
  onTestFinished(() => removeEventListener('error', quiet));
}

/** Runs something that changes the page and waits for its outcome. */
export async function outcome<T>(work: Promise<T>): Promise<T> {
  const settled = work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await pass();
  const result = await settled;
  if ('error' in result) throw result.error;
  return result.value;
}

export function setHidden(isHidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: isHidden ? 'hidden' : 'visible' });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}
