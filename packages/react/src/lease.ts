/**
 * Leading without locks: localStorage says who leads and until when. Two tabs may claim it in the same instant, and
 * both write; after a moment both see who wrote last. A leader whose timers stood still, as those of hidden tabs do,
 * hears of another at the moment when that one writes.
 */
import type { Turns } from './lead.js';

/** How long a lease holds, how often it is looked at and renewed, and how long a claim waits for another one. */
const LEASE_MS = 1_200;
const LOOK_MS = 400;
const CLAIM_MS = 100;

/** Stands for the lead until `end` is aborted. */
export function byLease(name: string, turns: Turns, end: AbortSignal): void {
  const me = `${Math.random()}`;
  let leads = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const look = (): void => {
    clearTimeout(timer);
    const holder = holderOf(name);
    const isMine = holder === me;
    if (leads && holder && !isMine) turns.onLost();
    if (!leads && isMine) turns.onLead();
    leads = isMine || (leads && !holder);
    if ((isMine || !holder) && !write(name, `${me} ${Date.now() + LEASE_MS}`)) return;
    timer = setTimeout(look, holder ? LOOK_MS : CLAIM_MS);
  };

  addEventListener('storage', ({ key }) => key === name && look(), { signal: end });
  end.addEventListener('abort', () => {
    clearTimeout(timer);
    if (holderOf(name) === me) write(name, '');
  });
  look();
}

/** Who leads; undefined when nobody has renewed it in time, also by a clock that was set back meanwhile. */
function holderOf(name: string): string | undefined {
  try {
    const [holder, until] = (localStorage.getItem(name) ?? '').split(' ');
    const left = Number(until) - Date.now();
    return left > 0 && left <= LEASE_MS ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Whether there is a storage to write to. Without one nobody leads, and each tab goes on asking every 30 seconds. */
function write(name: string, text: string): boolean {
  try {
    localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
