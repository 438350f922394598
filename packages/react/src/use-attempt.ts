import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { attemptOf, attemptsOf, unsentOf } from './attempts.js';
import type { Client } from './client.js';
import type { KeyrackError } from './error.js';
import { useClient } from './provider.js';
import type { SigninAttempt, SignupAttempt } from './types.gen.js';
import { type Flow, useFlow } from './use-flow.js';
import { useView } from './use-session.js';

/** What the attempts of both kinds are. */
interface Kinds {
  readonly signin: SigninAttempt;
  readonly signup: SignupAttempt;
}

/** What the hooks of signing in and up are told. */
export interface AttemptOptions {
  /** The attempt to go on with, as `signin_attempt_id` or `signup_attempt_id` of a link says. The latest that waits when omitted. */
  readonly attemptId?: string | undefined;

  /**
   * Whether to stay with what is there when the session is loaded, the attempt that waits then or none, whatever another tab
   * begins or finishes later: for a form, which nobody wants to see taken away. When omitted `attempt` is always the latest
   * that waits, until this hook goes on with one.
   */
  readonly steady?: boolean | undefined;
}

/** What {@link useAttempt} returns. */
export interface UseAttempt<A> extends Flow {
  readonly client: Client;
  readonly attempt: A | null;
  readonly unsent: KeyrackError | undefined;

  /** Stays with an attempt, whatever another tab begins; with none when null. */
  readonly choose: (id: string | null) => void;
  readonly run: <T>(step: () => Promise<T>) => Promise<T>;

  /** Runs a step of the attempt that is shown. */
  readonly step: <T>(work: (attempt: A) => Promise<T>) => Promise<T>;
}

/** The attempt that a flow goes on with: the latest that waits, until one is chosen. */
export function useAttempt<K extends keyof Kinds>(kind: K, { attemptId, steady = false }: AttemptOptions): UseAttempt<Kinds[K]> {
  const client = useClient();
  const { session } = useView();
  const { run, ...flow } = useFlow();
  // Null: the person begins anew, whatever waits.
  const [chosen, choose] = useState<string | null | undefined>(attemptId);
  const attempt = useMemo(() => pick(attemptsOf(session, kind) as readonly Kinds[K][], chosen), [session, kind, chosen]);
  const unsent = useSyncExternalStore(
    client.subscribe,
    () => unsentOf(client, attempt),
    () => undefined,
  );
  const latest = useRef(attempt);
  latest.current = attempt;
  const settles = steady && !!session;
  useEffect(() => {
    if (settles) choose((before) => (before === undefined ? (latest.current?.id ?? null) : before));
  }, [settles]);
  const step = useCallback(
    <T>(work: (attempt: Kinds[K]) => Promise<T>) =>
      run(async () => {
        const found = (await attemptOf(client, kind as 'signin', latest.current?.id)) as Kinds[K];
        // Whatever another tab begins meanwhile: this hook stays with the one that it has gone on with.
        choose(found.id);
        return work(found);
      }),
    [client, kind, run],
  );
  return { ...flow, client, attempt, unsent, choose, run, step };
}

function pick<A extends { readonly id: string; readonly completed: boolean }>(attempts: readonly A[], chosen: string | null | undefined): A | null {
  if (chosen === null) return null;
  const found = chosen === undefined ? attempts.filter(({ completed }) => !completed).at(-1) : attempts.find(({ id }) => id === chosen);
  return found ?? null;
}
