/** Which ways in a deployment offers, in the order in which they are shown. */
import type { Deployment } from '../../types.gen.js';

/** A way that begins with a form. */
export type Way = 'password' | 'email_otp' | 'magic_link' | 'phone_otp';

/** What a password is typed beside. */
export type Identifier = 'email' | 'username' | 'either';

/** The ways that begin with a form, the deployment's first one first. */
export function waysOf({ auth_settings: settings }: Deployment): readonly Way[] {
  const { email_password, username_password, email_otp, email_magic_link, phone_otp } = settings.auth_factors_enabled;
  const all: readonly (readonly [Way, boolean])[] = [
    ['password', email_password || username_password],
    ['email_otp', email_otp],
    ['magic_link', email_magic_link],
    ['phone_otp', phone_otp],
  ];
  const offered = all.filter(([, isOffered]) => isOffered).map(([way]) => way);
  // A password, under whichever name, is the first of all.
  const first = settings.first_factor.replace('email_magic', 'magic');
  return [...offered.filter((way) => way === first), ...offered.filter((way) => way !== first)];
}

/** What somebody types beside a password. */
export function identifierOf({ auth_settings: settings }: Deployment): Identifier {
  const { email_password, username_password } = settings.auth_factors_enabled;
  return email_password && username_password ? 'either' : username_password ? 'username' : 'email';
}

/** A number as it is sent: without what people write into it to read it better. */
export function phoneOf(typed = ''): string {
  return typed.replace(/[\s()./-]/g, '').replace(/^00/, '+');
}

/** Something like a number that can be called from anywhere. */
export function looksLikePhone(typed = ''): boolean {
  return /^\+\d{7,15}$/.test(phoneOf(typed));
}
