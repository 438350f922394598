// @vitest-environment jsdom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import useSWR from '../src/clock.js';

const PAUSE_MS = 30_000;

let reads: number;
let root: Root;
let answer: () => void;

/** Each answer takes until it is let through. */
function read(): Promise<unknown> {
  reads += 1;
  return new Promise<void>((resolve) => (answer = resolve));
}

function Clock({ pause = PAUSE_MS }: { readonly pause?: number }) {
  useSWR('a session', read, { refreshInterval: pause });
  return null;
}

const show = (pause?: number) => act(async () => root.render(<Clock {...(pause && { pause })} />));
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers();
  reads = 0;
  root = createRoot(document.createElement('div'));
});

afterEach(async () => {
  await act(async () => root.unmount());
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('the hook is called at once, and a pause after each answer', async () => {
  await show();
  expect(reads).toBe(1);
  await pass(PAUSE_MS - 1);
  expect(reads).toBe(1);
  await pass(1);
  expect(reads).toBe(2);
  await pass(3 * PAUSE_MS);
  expect(reads).toBe(2);
  answer();
  await pass(PAUSE_MS);
  expect(reads).toBe(3);
});

test('a shorter pause, after a failure, holds at once', async () => {
  await show();
  await pass(PAUSE_MS / 2);
  await show(1_000);
  await pass(1_000);
  expect(reads).toBe(2);
});

test('a page that nobody sees and one without a network wait', async () => {
  await show();
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  await pass(2 * PAUSE_MS);
  expect(reads).toBe(1);
  hidden.mockReturnValue(false);
  const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  await pass(2 * PAUSE_MS);
  expect(reads).toBe(1);
  online.mockReturnValue(true);
  await pass(PAUSE_MS);
  expect(reads).toBe(2);
});

test('nothing is called once the page is gone, whatever was under way', async () => {
  await show();
  await pass(PAUSE_MS);
  await act(async () => root.render(null));
  answer();
  await pass(3 * PAUSE_MS);
  expect(reads).toBe(2);
});
