import { boot, type MessageKey } from './boot.js';
import { say } from './say.js';

const { min_length: min, max_length: max, ...rules } = boot.deployment.auth_settings.password;

/** Each kind of character that may be asked for: whether it is, what it is called, what is one. */
const KINDS: readonly (readonly [boolean, MessageKey, RegExp])[] = [
  [rules.require_lowercase, 'password_lowercase', /\p{Ll}/u],
  [rules.require_uppercase, 'password_uppercase', /\p{Lu}/u],
  [rules.require_number, 'password_number', /\p{Nd}/u],
  [rules.require_special, 'password_special', /[^\p{L}\p{N}]/u],
];

const asked = KINDS.filter(([isAsked]) => isAsked);

/** The kinds of character that a new password must have, as a list in words; `""` when it is free. */
export function passwordRules(): string {
  return list(asked.map(([, key]) => say(key)));
}

/** What to know before a new password is typed. */
export function passwordHint(): string {
  return asked.length > 0 ? say('password_hint_rules', { min, rules: passwordRules() }) : say('password_hint', { min });
}

/** What is wrong with a new password, as far as it can be said here. */
export function passwordProblem(password: string): string | undefined {
  const length = [...password].length;
  if (length < min) return say('error_password_too_short', { min });
  if (length > max) return say('error_password_too_long', { max });
  const lacking = asked.filter(([, , kind]) => !kind.test(password)).map(([, key]) => say(key));
  return lacking.length > 0 ? say('error_password_too_simple', { rules: list(lacking) }) : undefined;
}

function list(words: readonly string[]): string {
  return new Intl.ListFormat(boot.language).format(words);
}
