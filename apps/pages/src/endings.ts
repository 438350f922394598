import type { EndReason } from '@keyrack/react';
import type { MessageKey } from './boot.js';
import { say } from './say.js';

const ENDINGS: Readonly<Record<EndReason, MessageKey>> = {
  signed_out: 'ended_signed_out',
  signed_out_elsewhere: 'ended_signed_out_elsewhere',
  idle: 'ended_idle',
  max_age: 'ended_max_age',
  revoked_by_admin: 'ended_revoked_by_admin',
  credentials_changed: 'ended_credentials_changed',
  user_disabled: 'ended_user_disabled',
  user_deleted: 'ended_user_deleted',
  membership_ended: 'ended_membership_ended',
  evicted_by_cap: 'ended_evicted_by_cap',
  superseded: 'ended_superseded',
};

/** Why a sign-in ended. A reason that a newer server has made is not guessed at. */
export function ending(reason: EndReason | null | undefined): string | undefined {
  const key = reason && ENDINGS[reason];
  return key ? say(key) : undefined;
}
