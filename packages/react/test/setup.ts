/** Every test runs on a clock of its own, in a browser that has forgotten the one before. */
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { setHidden } from './harness.js';
import { FakeChannel, FakeLocks, FakeSheet } from './fake-browser.js';

const isBrowser = typeof document !== 'undefined';

/** Ends what a test leaves listening: the page goes on, the next test is somebody else's. */
const left: (() => void)[] = [];

function listensUntilTheEnd(target: EventTarget): void {
  const add = target.addEventListener.bind(target);
  vi.spyOn(target, 'addEventListener').mockImplementation((type, listener, options) => {
    add(type, listener, options);
    // React listens to this one once for all of its roots.
    if (type !== 'selectionchange') left.push(() => target.removeEventListener(type, listener, options));
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  if (!isBrowser) return;
  listensUntilTheEnd(window);
  listensUntilTheEnd(document);
  localStorage.clear();
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  vi.stubGlobal('CSSStyleSheet', FakeSheet);
  Object.defineProperty(document, 'adoptedStyleSheets', { configurable: true, writable: true, value: [] });
  Object.defineProperty(navigator, 'locks', { configurable: true, value: new FakeLocks() });
});

afterEach(() => {
  if (isBrowser) {
    cleanup();
    left.splice(0).forEach((end) => end());
    FakeChannel.closeAll();
    setHidden(false);
  }
  vi.useRealTimers();
});
