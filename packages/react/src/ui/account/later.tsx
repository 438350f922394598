/** The parts of an account, each loaded when it is looked at. */
import type { UseReauthentication } from '../../use-reauthentication.js';
import { later } from '../entry/later.js';
import type { DataProps } from './data.js';
import type { OwnProps } from './manage-account.js';
import type { SecurityProps } from './security.js';

export const Own = later<DataProps>(() => import('./own-account.js').then((file) => file.Own));
export const Profile = later<OwnProps>(() => import('./profile.js').then((file) => file.Profile));
export const Contacts = later<OwnProps>(() => import('./contacts.js').then((file) => file.Contacts));
export const Security = later<SecurityProps>(() => import('./security.js').then((file) => file.Security));
export const SignIns = later<object>(() => import('./sign-ins.js').then((file) => file.SignIns));
export const Data = later<DataProps>(() => import('./data.js').then((file) => file.Data));
export const Reauthenticate = later<{ readonly hook: UseReauthentication }>(() =>
  import('./reauthenticate.js').then((file) => file.Reauthenticate),
);
