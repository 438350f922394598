/** Every test runs on a clock of its own, in a browser that has forgotten the one before. */
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { setHidden } from './harness.js';
import { FakeChannel, FakeLocks } from './fake-browser.js';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  Object.defineProperty(navigator, 'locks', { configurable: true, value: new FakeLocks() });
});

afterEach(() => {
  cleanup();
  FakeChannel.closeAll();
  setHidden(false);
  vi.useRealTimers();
});
