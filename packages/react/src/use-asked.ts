import { useCallback, useEffect, useState } from 'react';
import type { KeyrackError } from './error.js';
import { useClient } from './provider.js';
import { useView } from './use-session.js';

/** The first pause after a failure, and the longest: each is twice as long as the one before. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: KeyrackError | undefined;

  /** Asks again now. Never rejects. */
  readonly refetch: () => Promise<void>;
}

/**
 * What the server says to a secret that stands in no address, for those are kept by logs and histories. Asked once the
 * session is there; again, after pauses that grow, until the server has said something about it.
 *
 * @param body What it is asked with, as JSON; nothing is asked while that is undefined.
 */
export function useAsked<T>(path: string, body: string | undefined): Asked<T> {
  const client = useClient();
  const { loading, error: early } = useView();
  const [{ data, error, failures }, setKnown] = useState<Omit<Asked<T>, 'refetch'> & { readonly failures: number }>({
    data: undefined,
    error: undefined,
    failures: 0,
  });
  const refetch = useCallback(async () => {
    if (body === undefined) return;
    await client.loaded;
    await client.send({ path, body: JSON.parse(body) as object }).then(
      (answer) => setKnown({ data: answer as T, error: undefined, failures: 0 }),
      (failed: KeyrackError) => setKnown((before) => ({ data: undefined, error: failed, failures: before.failures + 1 })),
    );
  }, [client, path, body]);
  useEffect(() => void refetch(), [refetch]);
  useEffect(() => {
    const isRefusal = !!error && error.status >= 400 && error.status < 500 && error.status !== 429;
    if (!error || isRefusal) return undefined;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LAST_PAUSE_MS);
    const timer = setTimeout(() => void refetch(), Math.max(pause, (error.retryAfter ?? 0) * 1_000));
    return () => clearTimeout(timer);
  }, [error, failures, refetch]);
  return { data, error: error ?? (loading ? early : undefined), refetch };
}
