/**
 * Which tab of a browser leads. Where the browser has locks, the one that holds the lock: it goes with its tab, however
 * the tab ends. Elsewhere (insecure pages, old browsers) the one that renews a lease in localStorage.
 */
import { byLease } from './lease.js';

/** How long a leader may take to say that it is there, before a tab that is looked at takes it for frozen. */
const ANSWER_MS = 1_500;

/** What a candidate is told. */
export interface Turns {
  readonly onLead: () => void;

  /** Another tab has taken over. */
  readonly onLost: () => void;
}

/** Stands for the lead under this name until `end` is aborted, which gives it up as well. */
export function stand(name: string, turns: Turns, end: AbortSignal): void {
  if (navigator.locks) byLock(name, turns, end);
  else byLease(name, turns, end);
}

function byLock(name: string, turns: Turns, end: AbortSignal): void {
  /** How often it is held: twice for a moment, when the turn comes just as it is taken from somebody frozen. */
  let held = 0;
  const isLeading = (): boolean => held > 0;
  const claim = async (options: LockOptions): Promise<void> => {
    let isHeld = false;
    const hold = () =>
      new Promise<void>((release) => {
        if (end.aborted) return release();
        end.addEventListener('abort', () => release());
        isHeld = true;
        if ((held += 1) === 1) turns.onLead();
        tellHere();
      });
    try {
      await navigator.locks.request(name, options, hold);
    } catch {
      if (end.aborted) return;
      if (isHeld && (held -= 1) === 0) turns.onLost();
      // Sandboxed frames have locks and refuse them.
      if (options.signal) isHeld ? await claim(options) : byLease(name, turns, end);
    }
  };
  const tellHere = watchLeader(name, isLeading, () => void claim({ steal: true }), end);
  void claim({ signal: end });
}

/**
 * A tab that holds a lock is not frozen in Chromium; elsewhere, and behind a dialog, it may be. So whoever is looked at
 * and does not lead asks whether the leader is there. Returns what tells the others that it is this one.
 */
function watchLeader(name: string, isLeading: () => boolean, takeOver: () => void, end: AbortSignal): () => void {
  const channel = new BroadcastChannel(name);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tellHere = (): void => channel.postMessage('here');
  const ask = (): void => {
    if (document.hidden || isLeading()) return;
    clearTimeout(timer);
    timer = setTimeout(() => isLeading() || takeOver(), ANSWER_MS);
    channel.postMessage('who');
  };
  channel.onmessage = ({ data }) => {
    if (data === 'here') clearTimeout(timer);
    else if (isLeading()) tellHere();
  };
  document.addEventListener('visibilitychange', ask, { signal: end });
  end.addEventListener('abort', () => {
    clearTimeout(timer);
    channel.close();
  });
  ask();
  return tellHere;
}
