/** Understands the `data` of answers. Whatever has not the expected form is not Keyrack's, whoever sent it. */
import { notKeyrack } from './error.js';
import type { Deployment, Session, Token } from './types.gen.js';

/** @throws KeyrackError `network` */
export function asSession(data: unknown): Session {
  const { id, revision, signins } = (data ?? {}) as Partial<Session>;
  if (typeof id !== 'string' || typeof revision !== 'number' || !Array.isArray(signins)) throw notKeyrack();
  return data as Session;
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
