import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Client } from './client.js';
import { clientError, isLost, type KeyrackError, notLoaded } from './error.js';
import { useClient } from './provider.js';
import { inNameOf } from './reading.js';
import { ownerOf } from './shelf.js';
import type { ReauthenticationMethod, ReauthenticationPrepared } from './types.gen.js';
import { type Flow, useFlow } from './use-flow.js';
import { useView } from './use-session.js';

/** What {@link useReauthentication} returns. */
export interface UseReauthentication extends Flow {
  /** The ways to prove that the owner is there, while a call waits for that; null otherwise. */
  readonly methods: readonly ReauthenticationMethod[] | null;

  /**
   * Makes a call. Where it is refused with `reauthentication_required` it waits until {@link prove} or
   * {@link provePasskey} is done, and is then repeated; {@link cancel} lets the refusal through.
   *
   * @throws KeyrackError whatever the call rejects with; `session_changed` when another account becomes active while it
   * waits, or the component goes.
   */
  readonly run: <T>(call: () => Promise<T>) => Promise<T>;

  /** Has a code sent, for `email_otp` and `phone_otp`. */
  readonly prepare: (method: ReauthenticationMethod) => Promise<ReauthenticationPrepared>;

  /**
   * Proves it with a password or a code, and goes on with the call that waits; also when the answer was lost, for that call
   * shows whether it counts.
   *
   * @throws KeyrackError `INVALID_CREDENTIALS`, `INVALID_CODE`, `verification_code_expired`, `too_many_attempts`.
   */
  readonly prove: (method: ReauthenticationMethod, secret: string) => Promise<void>;

  /**
   * The same with a passkey of the account.
   *
   * @throws KeyrackError `passkey_cancelled`, `passkey_unavailable`, `invalid_passkey`, `passkey_request_expired`.
   */
  readonly provePasskey: () => Promise<void>;

  /** Gives the call up that waits: it rejects with `reauthentication_required`. */
  readonly cancel: () => void;
}

/** A call that waits. */
interface Waiting {
  readonly owner: string | undefined;
  readonly methods: readonly ReauthenticationMethod[];
  readonly goOn: () => void;
  readonly giveUp: (error?: KeyrackError) => void;
}

/** Has the owner of the account prove to be there, when a call needs that, and repeats it. Without any look of its own. */
export function useReauthentication(): UseReauthentication {
  const client = useClient();
  const { session } = useView();
  const { run: step, ...flow } = useFlow();
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const latest = useRef<Waiting | null>(null);
  const owner = ownerOf(session, 'account');
  const isOwn = waiting !== null && waiting.owner === owner;

  const wait = useCallback((next: Waiting | null) => {
    latest.current = next;
    setWaiting(next);
  }, []);
  const drop = useCallback(() => {
    const { current } = latest;
    wait(null);
    current?.giveUp(clientError('session_changed', 'The account changed. Try again.'));
  }, [wait]);
  useEffect(() => {
    if (waiting && !isOwn) drop();
  }, [waiting, isOwn, drop]);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      latest.current?.giveUp(left());
    };
  }, []);

  const run = useCallback(
    async <T>(call: () => Promise<T>): Promise<T> => {
      for (;;) {
        const of = ownerOf(client.view().session, 'account');
        try {
          return await call();
        } catch (error) {
          if ((error as KeyrackError).code !== 'reauthentication_required') throw error;
          // Nobody would be asked.
          if (isGone.current) throw left();
          latest.current?.giveUp();
          await new Promise<void>((goOn, reject) =>
            wait({ owner: of, methods: methodsOf(error as KeyrackError), goOn, giveUp: (why = error as KeyrackError) => reject(why) }),
          );
          if (ownerOf(client.view().session, 'account') !== of) throw clientError('session_changed', 'The account changed. Try again.');
        }
      }
    },
    [client, wait],
  );

  const methods = useMemo(() => {
    const prove = (body: object): Promise<void> =>
      step(async () => {
        // When the answer was lost: the call that waits is refused once more if it was not proved, and a code that was used
        // would be wrong.
        await proved(client, body).catch((error: KeyrackError) => {
          if (!isLost(error)) throw error;
        });
        const { current } = latest;
        wait(null);
        current?.goOn();
      });
    return {
      prepare: (method: ReauthenticationMethod) => step(() => prepared<ReauthenticationPrepared>(client, method)),
      prove: (method: ReauthenticationMethod, secret: string) =>
        prove(method === 'password' ? { method, password: secret } : { method, verification_code: secret }),
      provePasskey: async () => {
        const credential = await step(async () => {
          const { getPasskey } = await import('./passkey.js').catch(notLoaded);
          return getPasskey(client, await prepared(client, 'passkey'));
        });
        await prove({ method: 'passkey', credential });
      },
      cancel: () => {
        const { current } = latest;
        wait(null);
        current?.giveUp();
      },
    };
  }, [client, step, wait]);
  return { ...flow, methods: isOwn ? waiting.methods : null, run, ...methods };
}

function left(): KeyrackError {
  return clientError('session_changed', 'This was left. Try again.');
}

function methodsOf({ errors }: KeyrackError): readonly ReauthenticationMethod[] {
  return errors[0]?.meta?.methods ?? [];
}

async function prepared<T>(client: Client, method: ReauthenticationMethod): Promise<T> {
  const path = inNameOf(client, '/session/reauthenticate/prepare', 'account');
  return (await client.send({ path, body: { method } })) as T;
}

/** What it renews is a key that a later read does not show: a lost answer is one that was not given. */
async function proved(client: Client, body: object): Promise<void> {
  await client.mutate({ path: inNameOf(client, '/session/reauthenticate', 'account'), body });
}
