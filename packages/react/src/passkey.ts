/** Passkeys: what the server asks the browser for, and what the browser answers, in the form that each understands. */
import { prepareLeft, prepareStep } from './answer.js';
import type { Client } from './client.js';
import { notKeyrack, type KeyrackError } from './error.js';
import { hasPasskeys, type PasskeyOptions } from './has-passkeys.js';
import type { Session, SigninAttempt } from './types.gen.js';

/** What the server has a browser ask for: binary values are base64url. */
interface Options {
  readonly publicKey: {
    readonly challenge: string;
    readonly user?: { readonly id: string };
    readonly allowCredentials?: readonly { readonly id: string }[] | null;
    readonly excludeCredentials?: readonly { readonly id: string }[] | null;
  };
}

/** A passkey's answer: to `register` the key, to `get` the proof; binary values are base64url. */
export interface PasskeyAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: Readonly<Record<string, string | readonly string[] | undefined>>;
}

type Run = <T>(step: () => Promise<T>) => Promise<T>;

/**
 * Signs in with a passkey. `run` is told of what the person waits for, `onLeft` of the attempt that has a step left.
 *
 * @throws KeyrackError `passkey_cancelled`, `passkey_unavailable`, or the server's refusal.
 */
export async function signInWithPasskey(client: Client, options: PasskeyOptions, run: Run, onLeft: (id: string) => void): Promise<boolean> {
  const ask = async (): Promise<PasskeyAnswer> => getPasskey(client, await send(client, '/auth/passkey/login/begin'), options);
  const finish = async (answer: PasskeyAnswer): Promise<boolean> => {
    let isIn = true;
    await client.mutate({
      path: '/auth/passkey/login/finish',
      body: flat(answer),
      isDone: (now, before) => now.signins.some(({ id }) => !before.signins.some((one) => one.id === id)),
      follow: async (session) => {
        const left = leftOf(session);
        isIn = !left;
        if (left) onLeft(left.id);
        await prepareLeft(client, left);
      },
    });
    return isIn;
  };
  if (!options.autofill) return run(async () => finish(await ask()));
  const answer = await ask();
  return run(() => finish(answer));
}

/** A passkey that leaves a step left makes an attempt, and no sign-in yet. */
function leftOf({ signin_attempts }: Session): SigninAttempt | undefined {
  const last = signin_attempts.at(-1);
  return last && !last.completed && last.method === 'passkey' ? last : undefined;
}

/** Older servers take the answer of a sign-in without the part that is between. */
function flat({ response, ...answer }: PasskeyAnswer): object {
  return { ...answer, ...response };
}

/** @throws KeyrackError what kept it from being answered. */
async function send(client: Client, path: string): Promise<unknown> {
  await client.loaded;
  return client.send({ path, body: {} });
}

/**
 * Has the browser ask for a passkey.
 *
 * @param prepared What the server says to ask for.
 * @throws KeyrackError `passkey_cancelled`, `passkey_unavailable`.
 */
export async function getPasskey(client: Client, prepared: unknown, { autofill, signal }: PasskeyOptions = {}): Promise<PasskeyAnswer> {
  const { publicKey } = optionsOf(prepared);
  const over = supersede(client, signal, autofill);
  const got = await asked(client, () =>
    navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        allowCredentials: (publicKey.allowCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
      } as unknown as PublicKeyCredentialRequestOptions,
      ...(autofill && { mediation: 'conditional' }),
      ...(over && { signal: over }),
    }),
  );
  const { clientDataJSON, authenticatorData, signature, userHandle } = got.response as AuthenticatorAssertionResponse;
  return {
    ...idOf(got),
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      ...(userHandle && { userHandle: text(userHandle) }),
    },
  };
}

/**
 * Has the browser make a passkey.
 *
 * @param prepared What the server says to make.
 * @throws KeyrackError `passkey_cancelled`, `passkey_unavailable`, `passkey_exists` where this device has one already.
 */
export async function makePasskey(client: Client, prepared: unknown): Promise<PasskeyAnswer> {
  const { publicKey } = optionsOf(prepared);
  supersede(client);
  const made = await asked(client, () =>
    navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user?.id ?? '') },
        excludeCredentials: (publicKey.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
      } as unknown as PublicKeyCredentialCreationOptions,
    }),
  );
  const { clientDataJSON, attestationObject, getTransports } = made.response as AuthenticatorAttestationResponse;
  return {
    ...idOf(made),
    response: {
      clientDataJSON: text(clientDataJSON),
      attestationObject: text(attestationObject),
      transports: getTransports?.call(made.response) ?? [],
    },
  };
}

/** Has the browser answer what a step of a sign-in asks of a passkey: that one signs, or that one is made. */
export async function passkeyStep(
  client: Client,
  attempt: SigninAttempt,
  isNew: boolean,
  take: (said: object) => Promise<boolean>,
): Promise<boolean> {
  const prepared = await prepareStep(client, 'signin', attempt, { strategy: 'passkey' });
  const credential = await (isNew ? makePasskey : getPasskey)(client, prepared);
  return take({ method: 'passkey', credential });
}

/** Takes back what is listed below a field, for browsers answer one question at a time. What takes the next one back. */
function supersede(client: Client, signal?: AbortSignal, autofill = false): AbortSignal | undefined {
  client.offered?.abort();
  client.offered = undefined;
  if (!autofill) return signal;
  const own = (client.offered = new AbortController());
  if (signal?.aborted) own.abort();
  signal?.addEventListener('abort', () => own.abort());
  return own.signal;
}

/** @throws KeyrackError `network` */
function optionsOf(prepared: unknown): Options {
  const { options } = (prepared ?? {}) as { options?: Options };
  if (!options?.publicKey?.challenge) throw notKeyrack();
  return options;
}

/** The browser's refusals say little on purpose: who is asked may have pressed "cancel", or have none. */
async function asked(client: Client, ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const fail = (code: 'passkey_cancelled' | 'passkey_unavailable' | 'passkey_exists', message: string): KeyrackError =>
    client.failure(code, message);
  if (!hasPasskeys()) throw fail('passkey_unavailable', 'This browser has no passkeys. Use another way.');
  try {
    const answer = await ask();
    if (answer) return answer as PublicKeyCredential;
  } catch (error) {
    const { name } = error as DOMException;
    if (name === 'InvalidStateError') throw fail('passkey_exists', 'This device has a passkey of this account already.');
    if (name !== 'NotAllowedError' && name !== 'AbortError') {
      throw fail('passkey_unavailable', 'This browser cannot use a passkey here. Use another way.');
    }
  }
  throw fail('passkey_cancelled', 'No passkey was chosen. Try again, or use another way.');
}

function idOf({ id, rawId, type }: PublicKeyCredential): Pick<PasskeyAnswer, 'id' | 'rawId' | 'type'> {
  return { id, rawId: text(rawId), type };
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(letters.join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
