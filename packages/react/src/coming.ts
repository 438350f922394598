/** Wire types that the server's slices bring; replaced by those of types.gen.ts. */
import type { ErrorEntry } from './types.gen.js';

export type ReauthenticationMethod = 'password' | 'email_otp' | 'phone_otp' | 'authenticator' | 'backup_code' | 'passkey';
export type ReauthenticationPrepared = { method: ReauthenticationMethod; otp_sent: boolean; masked_address: string | null };
export type UserPasskey = { id: string; name: string; created_at: string; last_used_at: string | null; device_type: string; backed_up: boolean };
export type ErrorEntryWithMeta = ErrorEntry & { meta?: { methods: ReauthenticationMethod[] } };
