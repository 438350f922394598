import { boot } from './boot.js';
import { inviteToken } from './links.js';

const { auth_settings, restrictions } = boot.deployment;
const { multi_session_support } = auth_settings;

/** Accounts that this browser may hold. */
export const mostAccounts: number = multi_session_support.enabled ? multi_session_support.max_accounts_per_session : 1;

/** Whether nobody can make an account here. Who is invited can, with the invited address. */
export const isSignUpClosed: boolean = restrictions.sign_up_mode !== 'public' && !inviteToken;

/** Whether somebody without an invitation can wait for an account. */
export const hasWaitlist: boolean = restrictions.sign_up_mode === 'waitlist' && !inviteToken;

/** Whether anybody here has a password to forget. */
export const hasPasswords: boolean =
  auth_settings.auth_factors_enabled.email_password || auth_settings.auth_factors_enabled.username_password;
