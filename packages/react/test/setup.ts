/** Every test runs on a clock of its own, in a browser that has forgotten the one before. */
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { setHidden } from './harness.js';
import { FakeChannel, FakeLocks, FakeSheet } from './fake-browser.js';

const isBrowser = typeof document !== 'undefined';

beforeEach(() => {
  vi.useFakeTimers();
  if (!isBrowser) return;
  localStorage.clear();
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  vi.stubGlobal('CSSStyleSheet', FakeSheet);
  Object.defineProperty(document, 'adoptedStyleSheets', { configurable: true, writable: true, value: [] });
  Object.defineProperty(navigator, 'locks', { configurable: true, value: new FakeLocks() });
});

afterEach(() => {
  if (isBrowser) {
    cleanup();
    FakeChannel.closeAll();
    setHidden(false);
  }
  vi.useRealTimers();
});
