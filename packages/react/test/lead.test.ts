/** Who leads: by locks, and by a lease where there are none. Each candidate stands for a tab. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { stand } from '../src/lead.js';
import { FakeChannel, FakeLocks } from './fake-browser.js';
import { setHidden } from './harness.js';

const NAME = 'keyrack:test:events';
const LEASE = NAME;
const locks = (): FakeLocks => navigator.locks as unknown as FakeLocks;
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A tab that stands for the lead. */
class Candidate {
  static #count = 0;
  readonly name = `tab ${(Candidate.#count += 1)}`;
  leads = false;

  /** How often its turn has come. */
  turns = 0;
  readonly #end = new AbortController();

  constructor() {
    FakeLocks.owner = this.name;
    const onLead = () => ((this.leads = true), (this.turns += 1));
    stand(NAME, { onLead, onLost: () => (this.leads = false) }, this.#end.signal);
    onTestFinished(() => this.#end.abort());
  }

  /** Leaves as a page does that is closed. */
  leave(): void {
    this.leads = false;
    this.#end.abort();
  }
}

function withoutLocks(): void {
  Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined });
}

/** Writes to storage as another tab does: this one hears of it. jsdom tells nobody, as all are in one page. */
function tellAll(): void {
  const write = Storage.prototype.setItem;
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(function (this: Storage, key, value) {
    if (this.getItem(key) === value) return;
    write.call(this, key, value);
    setTimeout(() => dispatchEvent(new StorageEvent('storage', { key, newValue: value })), 1);
  });
}

test('H15 of five tabs one leads; when it is closed the next one does, at once', async () => {
  const tabs = Array.from({ length: 5 }, () => new Candidate());
  await pass();
  expect(tabs.map(({ leads }) => leads)).toEqual([true, false, false, false, false]);
  tabs[0]?.leave();
  await pass();
  expect(tabs.map(({ leads }) => leads)).toEqual([false, true, false, false, false]);
});

test('H15 when the tab that leads dies without a word the next one leads at once', async () => {
  const [one, two] = [new Candidate(), new Candidate()];
  await pass();
  locks().kill(one.name);
  await pass();
  expect(two.leads).toBe(true);
});

test('H15 a tab that no longer stands for it does not get it', async () => {
  const [one, two, three] = [new Candidate(), new Candidate(), new Candidate()];
  await pass();
  two.leave();
  one.leave();
  await pass();
  expect([one, two, three].map(({ leads }) => leads)).toEqual([false, false, true]);
});

test('H15 the tab that is looked at takes the lead from one that does not answer, within two seconds', async () => {
  const frozen = new Candidate();
  await pass();
  // It hears nothing more, and its lock stays.
  FakeChannel.closeAll();
  setHidden(true);
  const hidden = new Candidate();
  await pass(10_000);
  expect([frozen, hidden].map(({ leads }) => leads)).toEqual([true, false]);
  setHidden(false);
  await pass(2_000);
  expect([frozen, hidden].map(({ leads }) => leads)).toEqual([false, true]);
  // Awake again it waits for its turn like any other.
  hidden.leave();
  await pass();
  expect(frozen.leads).toBe(true);
});

test('H15 nobody takes the lead from a tab that answers', async () => {
  const tabs = Array.from({ length: 3 }, () => new Candidate());
  for (let look = 0; look < 5; look += 1) {
    setHidden(true);
    setHidden(false);
    await pass(3_000);
  }
  expect(tabs.map(({ turns }) => turns)).toEqual([1, 0, 0]);
});

test('H15 a frame whose locks are refused leads by lease', async () => {
  vi.spyOn(locks(), 'request').mockRejectedValue(new DOMException('no', 'SecurityError'));
  const tabs = [new Candidate(), new Candidate()];
  await pass(1_000);
  expect(tabs.map(({ leads }) => leads)).toEqual([true, false]);
});

test('H15 without locks one of five tabs leads, and stays', async () => {
  withoutLocks();
  tellAll();
  const tabs = Array.from({ length: 5 }, () => new Candidate());
  await pass(500);
  expect(tabs.filter(({ leads }) => leads).length).toBe(1);
  await pass(60_000);
  expect(tabs.reduce((sum, { turns }) => sum + turns, 0)).toBe(1);
});

test.for([0, 150, 399, 401, 799])('H15 without locks another leads within two seconds after death, %d ms in', async (ms) => {
  withoutLocks();
  const tabs = [new Candidate()];
  await pass(200 + ms);
  // A tab that dies: whatever it holds stays in storage, and nobody renews it.
  const left = localStorage.getItem(LEASE) as string;
  expect(tabs[0]?.leads).toBe(true);
  tabs[0]?.leave();
  localStorage.setItem(LEASE, left);
  const others = Array.from({ length: 3 }, () => new Candidate());
  await pass(2_000);
  expect(others.filter(({ leads }) => leads).length).toBe(1);
});

test('H15 without locks a tab that is closed leaves the lead to the next one at once', async () => {
  withoutLocks();
  tellAll();
  const one = new Candidate();
  await pass(200);
  const two = new Candidate();
  await pass(1_000);
  one.leave();
  await pass(200);
  expect(two.leads).toBe(true);
});

test('H15 without locks a tab whose timers stood still gives up when it hears of another', async () => {
  withoutLocks();
  tellAll();
  const asleep = new Candidate();
  await pass(200);
  localStorage.setItem(LEASE, `another ${Date.now() + 1_000}`);
  await pass(2);
  expect(asleep.leads).toBe(false);
});

test('H15 without locks two that claim it at the same time do not both lead', async () => {
  withoutLocks();
  const [one] = [new Candidate()];
  // Another tab wrote in the same instant, after this one had looked.
  localStorage.setItem(LEASE, `another ${Date.now() + 1_200}`);
  await pass(500);
  expect(one.turns).toBe(0);
});

test('H15 without locks a lease of the future, from before the clock was set back, holds nobody up', async () => {
  withoutLocks();
  localStorage.setItem(LEASE, `another ${Date.now() + 3_600_000}`);
  const one = new Candidate();
  await pass(500);
  expect(one.leads).toBe(true);
});

test.for(['', 'nonsense', ' ', '1 2 3'])('H15 without locks what nobody of ours wrote is no lease: %j', async (text) => {
  withoutLocks();
  localStorage.setItem(LEASE, text);
  const one = new Candidate();
  await pass(500);
  expect(one.leads).toBe(true);
});

test('H15 without locks and without storage nobody leads, and no timer runs on', async () => {
  withoutLocks();
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  const tabs = [new Candidate(), new Candidate()];
  await pass(5_000);
  expect(tabs.map(({ leads }) => leads)).toEqual([false, false]);
  expect(vi.getTimerCount()).toBe(0);
});
