import type { KeyrackError } from '../../error.js';

/** What went wrong, for the person in front of the page. */
export interface Problem {
  readonly text: string;

  /** Name of the field that it is about, if it is about one. */
  readonly field?: string;

  /** Seconds until another try makes sense, where the server said so. */
  readonly wait?: number;

  /** Whether it is over, and only said so that people know. */
  readonly isOver?: boolean;
}

/** Which field a code of the server is about, in lower case. */
const FIELDS: Readonly<Record<string, string>> = {
  email_exists: 'email',
  invalid_email: 'email',
  email_not_allowed: 'email',
  email_blocked: 'email',
  disposable_email_blocked: 'email',
  phone_number_exists: 'phone_number',
  invalid_phone_number: 'phone_number',
  country_restricted: 'phone_number',
  username_exists: 'username',
  username_reserved: 'username',
  invalid_username: 'username',
  password_too_short: 'password',
  password_too_long: 'password',
  password_too_simple: 'password',
  password_breached: 'password',
  password_names_you: 'password',
  code_required: 'code',
  invalid_code: 'code',
  missing_verification_code: 'code',
  verification_code_expired: 'code',
  last_digits_wrong: 'last_digits',
};

/** The field that a refusal is about; undefined when it is about none. */
export function fieldOf(code: string): string | undefined {
  return FIELDS[code.toLowerCase()];
}

/** What the server says, which tells people what to do. */
export function problemOf(error: unknown): Problem {
  const { code = '', message, retryAfter } = error as Partial<KeyrackError>;
  const field = fieldOf(code);
  return {
    text: message ?? String(error),
    ...(field && { field }),
    ...(code === 'too_many_attempts' && retryAfter && { wait: retryAfter }),
  };
}
