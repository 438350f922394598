import { type SessionLoaded, useSessionList } from '@keyrack/react';
import { type RefObject, useState } from 'react';
import type { Account } from './account.js';
import { destination, goOn } from './links.js';
import { problemOf } from './problem.js';
import { say } from './say.js';

/** What the accounts page does. */
export interface Steps {
  readonly isBusy: boolean;
  readonly problem: string | undefined;

  /** What was done last, for those who do not see it. */
  readonly said: string;
  readonly choose: (account: Account, isActive: boolean) => void;
  readonly signOut: (account: Account) => void;
  readonly signOutAll: () => void;

  /** Takes one that has ended off the list. */
  readonly forget: (account: Account) => void;
}

/** What can be done, one at a time, and what came of it. */
export function useSteps(hook: SessionLoaded, way: 'sign-in' | 'sign-up', title: RefObject<HTMLElement | null>): Steps {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [said, setSaid] = useState('');
  const { forget } = useSessionList();

  function step(work: () => Promise<void>, done: () => void): void {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    work()
      .then(done, (error: unknown) => setProblem(problemOf(error).text))
      .finally(() => setBusy(false));
  }

  function tell(text: string): void {
    setSaid(text);
    title.current?.focus();
  }

  return {
    isBusy,
    problem,
    said,
    choose: ({ id, email }, isActive) =>
      step(
        () => (isActive ? Promise.resolve() : hook.switchSignIn(id)),
        () => (destination(way) === undefined ? setSaid(say('accounts_now_active', { email })) : goOn(way)),
      ),
    signOut: ({ id, email }) =>
      step(
        () => hook.signOut(id),
        () => tell(say('accounts_now_out', { email })),
      ),
    signOutAll: () =>
      step(
        () => hook.signOut(),
        () => tell(say('accounts_now_all_out')),
      ),
    forget: ({ id, email }) => {
      forget?.(id);
      tell(say('accounts_now_forgotten', { email }));
    },
  };
}
