import { boot } from './boot.js';
import { inviteToken } from './links.js';

const { auth_settings, restrictions } = boot.deployment;
const { email_password, username_password } = auth_settings.auth_factors_enabled;
const { multi_session_support } = auth_settings;

/** What a sign-in may be begun with. */
export const identifier: 'email' | 'username' | 'either' =
  email_password && username_password ? 'either' : username_password ? 'username' : 'email';

/** Accounts that this browser may hold. */
export const mostAccounts: number = multi_session_support.enabled ? multi_session_support.max_accounts_per_session : 1;

/** Whether nobody can make an account here. Who is invited can, with the invited address. */
export const isSignUpClosed: boolean = restrictions.sign_up_mode !== 'public' && !inviteToken;

/** Something with one @ in the middle: what is really an address, the server knows. */
export function looksLikeEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}
