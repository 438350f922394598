import { KeyrackError } from '@keyrack/react';
import { boot, type MessageKey } from './boot.js';
import { passwordRules } from './password.js';
import { say } from './say.js';

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

/** Which field a code of the server is about. */
const FIELDS: Readonly<Record<string, string>> = {
  email_exists: 'email',
  invalid_email: 'email',
  email_not_allowed: 'email',
  email_blocked: 'email',
  disposable_email_blocked: 'email',
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
  verification_code_expired: 'code',
};

/** Puts an error into a sentence: its code is for programs, and its message for developers. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof KeyrackError)) return { text: say('error_unexpected') };
  const code = error.code.toLowerCase();
  const { min_length, max_length } = boot.deployment.auth_settings.password;
  const field = FIELDS[code];
  return {
    text: say(sentenceOf(code), { min: min_length, max: max_length, rules: passwordRules() }),
    ...(field && { field }),
    ...(error.code === 'too_many_attempts' && error.retryAfter && { wait: error.retryAfter }),
  };
}

function sentenceOf(code: string): MessageKey {
  const key = `error_${code}`;
  return Object.hasOwn(boot.messages, key) ? (key as MessageKey) : 'error_unexpected';
}
