/** The steps of a sign-in after its beginning. Loaded when one comes. */
import { answer, prepareStep } from './answer.js';
import type { Preparation } from './attempts.js';
import type { Client } from './client.js';
import { passkeyStep } from './passkey.js';
import type { ProfileCompletionData, SigninAttempt, VerificationPrepared } from './types.gen.js';

export { answer, prepareDue, prepareLeft, prepareStep } from './answer.js';
export { signInWithPasskey } from './passkey.js';

function take(client: Client, found: SigninAttempt, said: object): Promise<boolean> {
  const body = { attempt_identifier: found.id, identifier_type: 'signin', ...said };
  return answer(client, 'signin', found, '/auth/attempt-verification', body);
}

/** Answers a step with a code. */
export function verify(client: Client, found: SigninAttempt, code: string, method: string | undefined): Promise<boolean> {
  return take(client, found, { verification_code: code, method });
}

/** Answers `verify_password`. */
export function verifyPassword(client: Client, found: SigninAttempt, password: string): Promise<boolean> {
  return take(client, found, { password });
}

/** Makes an authenticator count. */
export function confirmAuthenticator(client: Client, found: SigninAttempt, codes: readonly string[]): Promise<boolean> {
  return take(client, found, { codes });
}

/** Fills in what is missing. */
export function completeProfile(client: Client, found: SigninAttempt, fields: ProfileCompletionData): Promise<boolean> {
  return answer(client, 'signin', found, '/auth/complete-profile', { attempt_id: found.id, ...fields });
}

/** Has a passkey answer, or a new one made. */
export function passkey(client: Client, found: SigninAttempt, isNew: boolean): Promise<boolean> {
  return passkeyStep(client, found, isNew, (said) => take(client, found, said));
}

/** Has another code sent, or something set up. */
export function prepare(client: Client, found: SigninAttempt, preparation: Preparation | undefined): Promise<VerificationPrepared> {
  return prepareStep(client, 'signin', found, preparation);
}
