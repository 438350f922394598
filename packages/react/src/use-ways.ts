/** The ways into one's own account beside addresses, numbers and the password, and where it is signed in. */
import { useMemo } from 'react';
import { ask, change, made, ME } from './account.js';
import type { Client } from './client.js';
import { makePasskey } from './passkey.js';
import { useClient } from './provider.js';
import { list } from './reading.js';
import type { SignIn, UserPasskey } from './types.gen.js';
import { type Beside, useEntry } from './use-entry.js';
import type { AuthenticatorSetUp } from './use-sign-up.js';

const PASSKEYS = `${ME}/passkeys`;
const SIGN_INS = `${ME}/signins`;

/** What can be done to the passkeys of the account. */
export interface PasskeyMethods {
  /**
   * Has the browser make a passkey, and registers it.
   *
   * @throws KeyrackError `passkey_cancelled`, `passkey_unavailable`, `passkey_exists`, `too_many_passkeys`,
   * `passkeys_disabled`, `reauthentication_required`.
   */
  readonly register: (name?: string) => Promise<void>;

  /** @throws KeyrackError `passkey_not_found`, `invalid_name`. */
  readonly rename: (id: string, name: string) => Promise<void>;

  /** @throws KeyrackError `NO_ALTERNATIVE_AUTH_METHOD`, `second_factor_enforced`, `reauthentication_required`. */
  readonly remove: (id: string) => Promise<void>;
}

/** What {@link usePasskeys} returns. */
export type UsePasskeys = Beside &
  (
    | ({ readonly loading: true; readonly passkeys?: undefined } & Partial<Record<keyof PasskeyMethods, undefined>>)
    | ({ readonly loading: false; readonly passkeys: readonly UserPasskey[] } & PasskeyMethods)
  );

/**
 * The passkeys of the account.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function usePasskeys(): UsePasskeys {
  const client = useClient();
  const { data: passkeys, error, refetch } = useEntry('account', PASSKEYS, list<UserPasskey>);
  const methods = useMemo(() => passkeyMethods(client), [client]);
  return useMemo(
    () => (passkeys ? { loading: false, passkeys, ...methods, error, refetch } : { loading: true, error, refetch }),
    [passkeys, methods, error, refetch],
  );
}

function passkeyMethods(client: Client): PasskeyMethods {
  const of = (id: string): string => `/passkeys/${encodeURIComponent(id)}`;
  return {
    register: async (name) => {
      const key = await makePasskey(client, await ask(client, '/passkeys/register/begin'));
      await change(client, '/passkeys/register/finish', { ...key, name });
    },
    rename: (id, name) => ask(client, of(id), { name }, [PASSKEYS]),
    remove: async (id) => void (await change(client, `${of(id)}/delete`)),
  };
}

/** What {@link useAuthenticators} returns. The authenticators stand with the user: `user.authenticators`. */
export interface UseAuthenticators {
  /**
   * Begins to set one up: its program is shown what this returns, which is seen nowhere else and never again.
   *
   * @throws KeyrackError `factor_not_offered`, `too_many_authenticators`, `reauthentication_required`.
   */
  readonly add: () => Promise<AuthenticatorSetUp & { readonly id: string }>;

  /**
   * Makes it count, by codes of the program that follow each other.
   *
   * @throws KeyrackError `INVALID_CODE`, `authenticator_not_found`.
   */
  readonly verify: (id: string, codes: readonly string[]) => Promise<void>;

  /** @throws KeyrackError `second_factor_enforced`, `authenticator_not_found`, `reauthentication_required`. */
  readonly remove: (id: string) => Promise<void>;

  /**
   * Makes backup codes in place of all that there are, each good for one sign-in. They are seen nowhere else and never
   * again: where the answer is lost this rejects with `network` or `timeout`, and they have to be made anew.
   *
   * @throws KeyrackError `factor_not_offered`, `second_factor_missing`, `reauthentication_required`.
   */
  readonly makeBackupCodes: () => Promise<readonly string[]>;
}

/** What can be done to the authenticators and the backup codes of the account. */
export function useAuthenticators(): UseAuthenticators {
  const client = useClient();
  return useMemo(
    () => ({
      add: () => ask(client, '/authenticator'),
      verify: async (id, codes) =>
        void (await change(client, '/authenticator/attempt-verification', { authenticator_id: id, codes })),
      remove: async (id) => void (await change(client, `/authenticator/${encodeURIComponent(id)}/delete`)),
      makeBackupCodes: () => made<readonly string[]>(client, '/backup-codes/regenerate'),
    }),
    [client],
  );
}

/** What can be done to the sign-ins of the account, wherever they are. */
export interface UserSignInMethods {
  /**
   * Ends one of them.
   *
   * @throws KeyrackError `sign_in_not_found`, `reauthentication_required`.
   */
  readonly signOut: (id: string) => Promise<void>;

  /** Ends all but the one that acts. */
  readonly signOutOthers: () => Promise<void>;
}

/** What {@link useUserSignIns} returns. */
export type UseUserSignIns = Beside &
  (
    | ({ readonly loading: true; readonly signins?: undefined } & Partial<Record<keyof UserSignInMethods, undefined>>)
    | ({ readonly loading: false; readonly signins: readonly SignIn[] } & UserSignInMethods)
  );

/**
 * Where the account is signed in: this browser and all others, with device, place, address and time.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useUserSignIns(): UseUserSignIns {
  const client = useClient();
  const { data: signins, error, refetch } = useEntry('account', SIGN_INS, list<SignIn>);
  const methods = useMemo(
    () => ({
      signOut: (id: string) => ask<void>(client, `/signins/${encodeURIComponent(id)}/signout`, {}, [SIGN_INS]),
      signOutOthers: () => ask<void>(client, '/signins/signout-others', {}, [SIGN_INS]),
    }),
    [client],
  );
  return useMemo(
    () => (signins ? { loading: false, signins, ...methods, error, refetch } : { loading: true, error, refetch }),
    [signins, methods, error, refetch],
  );
}
