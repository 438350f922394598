import { type EndReason, KeyrackError } from '@keyrack/react';

/** Where the server's sentence suits a developer better than the person in front of this page. */
const SENTENCES: Readonly<Record<string, string>> = {
  INVALID_CREDENTIALS: 'Email or password is wrong.',
  USER_ALREADY_SIGNED_IN: 'This account is signed in here already. Switch to it above.',
  too_many_accounts: 'This browser holds as many accounts as it may. Sign one out first.',
  EMAIL_EXISTS: 'This address has an account already. Sign in with it.',
  invalid_email: 'That is not an email address.',
  INVALID_CODE: 'That code is wrong. Look at the newest message, or send a new code.',
  verification_code_expired: 'That code has expired. Send a new one.',
  CODE_REQUIRED: 'Type the code from the message.',
  BAD_SIGN_IN_ATTEMPT: 'This sign-up has ended. Begin again.',
  no_session: 'Nobody is signed in.',
};

/** What to tell people about an error. */
export function sentence(error: unknown): string {
  if (!(error instanceof KeyrackError)) return 'The server could not be reached. Try again.';
  return SENTENCES[error.code] ?? error.message;
}

const FIELDS: Readonly<Record<string, string>> = {
  INVALID_CREDENTIALS: 'password',
  EMAIL_EXISTS: 'email',
  invalid_email: 'email',
  password_too_short: 'password',
  password_too_long: 'password',
  password_breached: 'password',
  password_names_you: 'password',
  INVALID_CODE: 'code',
  verification_code_expired: 'code',
  CODE_REQUIRED: 'code',
};

/** Name of the form field that an error is about, if it is about one. */
export function fieldOf(error: KeyrackError | undefined): string | undefined {
  return error && FIELDS[error.code];
}

const ENDINGS: Readonly<Partial<Record<EndReason, string>>> = {
  signed_out_elsewhere: 'You were signed out in another place.',
  idle: 'You were signed out because the account was not used for a while.',
  max_age: 'You were signed out because the sign-in had reached its full age.',
  revoked_by_admin: 'An administrator ended your sign-in.',
  credentials_changed: 'You were signed out because your password changed.',
  user_disabled: 'Your account was disabled.',
  user_deleted: 'Your account was deleted.',
  evicted_by_cap: 'You were signed out because the account was signed in in too many places.',
};

/** Why the last sign-in ended, when the person did not end it here. */
export function ending(reason: EndReason | null): string | undefined {
  return reason ? ENDINGS[reason] : undefined;
}
