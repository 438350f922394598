import { KeyrackError } from '@keyrack/react';
import { fieldOf, type Problem } from '@keyrack/react/ui';
import { boot, type MessageKey } from './boot.js';
import { passwordRules } from './password.js';
import { say } from './say.js';

/** Puts an error into a sentence: its code is for programs, and its message for developers. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof KeyrackError)) return { text: say('error_unexpected') };
  const code = error.code.toLowerCase();
  const { min_length, max_length } = boot.deployment.auth_settings.password;
  const field = fieldOf(code);
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
