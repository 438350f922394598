/** Understands the `data` of answers. Whatever has not the expected form is not Keyrack's, whoever sent it. */
import { notKeyrack } from './error.js';
import type { Deployment, Session, Token } from './types.gen.js';

export function isSession(data: unknown): data is Session {
  const { id, revision, signins, active_signin } = (data ?? {}) as Partial<Session>;
  return typeof id === 'string' && Number.isSafeInteger(revision) && Array.isArray(signins) && active_signin !== undefined;
}

/** @throws KeyrackError `network` */
export function asSession(data: unknown): Session {
  if (!isSession(data)) throw notKeyrack();
  return data;
}

/** @throws KeyrackError `network` */
export function asToken(data: unknown): Token {
  const { token, lifetime_ms: life, signin_id: signIn, revision } = (data ?? {}) as Partial<Token>;
  if (!token || typeof signIn !== 'string' || typeof life !== 'number' || typeof revision !== 'number') {
    throw notKeyrack();
  }
  return data as Token;
}

/** @throws KeyrackError `network` */
export function asDeployment(data: unknown): Deployment {
  const { id, ui_settings } = (data ?? {}) as Partial<Deployment>;
  if (typeof id !== 'string' || !ui_settings) throw notKeyrack();
  return data as Deployment;
}
