/** What the owner of an account can do to it: changes of `/me`, made for the account that is shown and no other. */
import { act } from './acts.js';
import { base64 } from './base64.js';
import type { Client } from './client.js';
import { clientError, isLost, type KeyrackError } from './error.js';
import { inNameOf } from './reading.js';
import type { AccountDeletion, CurrentUser, Session, UserEmailAddress, UserPhoneNumber } from './types.gen.js';

/** What everything that hangs on the account lies under. */
export const ME = '/me';

/** What of the account's own profile is to be changed; what is left out stays. */
export interface ProfileChanges {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly username?: string;

  /** `none`, `optional` or `enforced`; less than the deployment asks for only where it leaves that to its users. */
  readonly second_factor_policy?: string;

  /** `available`, `busy` or `away`. */
  readonly availability?: string;
}

/**
 * What the owner of an account can do to it. Each resolves when the hooks show it, and is done for the account that was
 * shown when it was called. Where a deployment is to be sure that the owner is there, it rejects with
 * `reauthentication_required`: `useReauthentication()` has that proved, and repeats the call.
 */
export interface AccountMethods {
  /**
   * Changes names, username, and what is asked for at sign-ins.
   *
   * @throws KeyrackError `USERNAME_EXISTS`, `invalid_username`, `username_reserved`, `invalid_name`,
   * `second_factor_missing`, `second_factor_enforced`.
   */
  readonly update: (changes: ProfileChanges) => Promise<void>;

  /**
   * Sets the picture, a PNG, JPEG or WebP of at most 512 KiB; null removes it.
   *
   * @throws KeyrackError `invalid_picture`.
   */
  readonly setPicture: (picture: Blob | null) => Promise<void>;

  /**
   * Adds an address, which has to be proved next, and mails it a code.
   *
   * @throws KeyrackError `invalid_email`, `EMAIL_EXISTS`, restrictions of the deployment.
   */
  readonly addEmail: (email: string) => Promise<UserEmailAddress>;

  /** Mails another code to an address that is not proved. */
  readonly prepareEmail: (id: string) => Promise<void>;

  /** @throws KeyrackError `INVALID_CODE`, `verification_code_expired`, `EMAIL_EXISTS` when somebody else proved it. */
  readonly verifyEmail: (id: string, code: string) => Promise<void>;

  /** Makes a proved address the one that mail goes to. */
  readonly makeEmailPrimary: (id: string) => Promise<void>;

  /** @throws KeyrackError `NO_ALTERNATIVE_AUTH_METHOD` when nothing else would be left to sign in with. */
  readonly removeEmail: (id: string) => Promise<void>;

  /**
   * Adds a phone number, which has to be proved next, and sends it a code.
   *
   * @param phone National digits with a dial code, or E.164 (`+49…`) without.
   * @throws KeyrackError `invalid_phone_number`, `PHONE_NUMBER_EXISTS`.
   */
  readonly addPhone: (phone: string, countryCode?: string) => Promise<UserPhoneNumber>;
  readonly preparePhone: (id: string) => Promise<void>;

  /** @throws KeyrackError `INVALID_CODE`, `verification_code_expired`, `PHONE_NUMBER_EXISTS`. */
  readonly verifyPhone: (id: string, code: string) => Promise<void>;
  readonly makePhonePrimary: (id: string) => Promise<void>;

  /** @throws KeyrackError `NO_ALTERNATIVE_AUTH_METHOD`, `second_factor_enforced`. */
  readonly removePhone: (id: string) => Promise<void>;

  /**
   * Sets or changes the password. The account's other sign-ins end.
   *
   * @param current The one that it has; left out by an account without.
   * @throws KeyrackError `INVALID_CREDENTIALS`, `password_too_short`, `password_breached` and the like.
   */
  readonly setPassword: (next: string, current?: string) => Promise<void>;

  /** @throws KeyrackError `INVALID_CREDENTIALS`, `NO_ALTERNATIVE_AUTH_METHOD`. */
  readonly removePassword: (current: string) => Promise<void>;

  /** Everything that is stored of the account, as it is to be handed to its owner. */
  readonly exportData: () => Promise<object>;

  /**
   * Has the account deleted: it is signed out everywhere, and gone for good at `deletion_due_at`. Signing in to it before
   * takes that back. Resolves with undefined when the answer was lost and the account is signed out.
   *
   * @throws KeyrackError `INVALID_CREDENTIALS`, `no_session`, `session_changed`.
   */
  readonly deleteAccount: (password?: string) => Promise<AccountDeletion | undefined>;
}

/** Whether the account that is shown is another than it was, as far as its owner sees it. */
function differs(now: Session, before: Session): boolean {
  return JSON.stringify(now.active_signin?.user) !== JSON.stringify(before.active_signin?.user);
}

/** Changes something of the account that the session shows too. */
export async function change<T>(client: Client, path: string, body: object | (() => Promise<object>) = {}): Promise<T> {
  return (await act<T>(client, { path: ME + path, body, reloads: [ME], changes: differs })) as T;
}

/** The same where the answer is what it is about: a lost one rejects, whatever was done. */
export async function made<T>(client: Client, path: string, body: object = {}): Promise<T> {
  return (await act<T>(client, { path: ME + path, body, reloads: [ME], changes: differs, needsAnswer: true })) as T;
}

/** Adds something that the session lists; when the answer is lost, what is new in that list is it. */
async function added<T extends { readonly id: string }>(client: Client, path: string, body: object, listed: (user: CurrentUser) => readonly T[]): Promise<T> {
  const list = (): readonly T[] => {
    const user = client.view().session?.active_signin?.user;
    return user ? listed(user) : [];
  };
  const before = list();
  const id = client.view().session?.active_signin?.user_id;
  try {
    return await made<T>(client, path, body);
  } catch (error) {
    const isSame = client.view().session?.active_signin?.user_id === id;
    const found = isLost(error as KeyrackError) && isSame && list().find((one) => !before.some((old) => old.id === one.id));
    if (!found) throw error;
    return found;
  }
}

/** Changes, or has sent, what the session shows nothing of. */
export async function ask<T>(client: Client, path: string, body: object = {}, reloads: readonly string[] = []): Promise<T> {
  return (await act<T>(client, { path: ME + path, body, reloads })) as T;
}

/** What can be done to the account of one client. */
export function accountMethods(client: Client): AccountMethods {
  return {
    update: async (changes) => void (await change(client, '', changes)),
    setPicture: (picture) => setPicture(client, picture),
    ...emailMethods(client),
    ...phoneMethods(client),
    setPassword: async (next, old = '') =>
      void (await change(client, '/update-password', { current_password: old, new_password: next })),
    removePassword: async (old) => void (await change(client, '/remove-password', { current_password: old })),
    exportData: async () => (await client.send({ path: inNameOf(client, '/me/export', 'account') })) as object,
    deleteAccount: async (password = '') => {
      const path = inNameOf(client, '/me/account/delete', 'account');
      const id = client.view().session?.active_signin?.id;
      if (!id) throw clientError('no_session', 'Nobody is signed in.');
      let answer: AccountDeletion | undefined;
      const send = async (): Promise<unknown> => {
        answer = (await client.send({ path, body: { password } })) as AccountDeletion;
        return client.send({ path: '/session' });
      };
      await client.mutate({ path, body: {}, send, isDone: ({ signins }) => !signins.some((one) => one.id === id) });
      return answer;
    },
  };
}

function emailMethods(client: Client): Pick<AccountMethods, 'addEmail' | 'prepareEmail' | 'verifyEmail' | 'makeEmailPrimary' | 'removeEmail'> {
  const of = (id: string, what: string): string => `/email-addresses/${encodeURIComponent(id)}/${what}`;
  return {
    addEmail: async (email) => {
      const one = await added(client, '/email-addresses', { email }, (user): readonly UserEmailAddress[] => user.user_email_addresses);
      await ask(client, of(one.id, 'prepare-verification'));
      return one;
    },
    prepareEmail: (id) => ask(client, of(id, 'prepare-verification')),
    verifyEmail: async (id, code) => void (await change(client, of(id, 'attempt-verification'), { code })),
    makeEmailPrimary: async (id) => void (await change(client, of(id, 'make-primary'))),
    removeEmail: async (id) => void (await change(client, of(id, 'delete'))),
  };
}

function phoneMethods(client: Client): Pick<AccountMethods, 'addPhone' | 'preparePhone' | 'verifyPhone' | 'makePhonePrimary' | 'removePhone'> {
  const of = (id: string, what: string): string => `/phone-numbers/${encodeURIComponent(id)}/${what}`;
  return {
    addPhone: async (phone, country) => {
      const body = { phone_number: phone, country_code: country };
      const one = await added(client, '/phone-numbers', body, (user): readonly UserPhoneNumber[] => user.user_phone_numbers);
      await ask(client, of(one.id, 'prepare-verification'));
      return one;
    },
    preparePhone: (id) => ask(client, of(id, 'prepare-verification')),
    verifyPhone: async (id, code) => void (await change(client, of(id, 'attempt-verification'), { code })),
    makePhonePrimary: async (id) => void (await change(client, of(id, 'make-primary'))),
    removePhone: async (id) => void (await change(client, of(id, 'delete'))),
  };
}

async function setPicture(client: Client, picture: Blob | null): Promise<void> {
  if (!picture) await change(client, '', { remove_profile_picture: true });
  else await change(client, '/profile-picture', async () => ({ file: await base64(picture) }));
}
