'use client';

export { type ClientErrorCode, KeyrackError } from './error.js';
export { KeyrackProvider, type KeyrackProviderProps } from './provider.js';
export { useSession } from './use-session.js';
export { type Credentials, useSignIn, type UseSignIn } from './use-sign-in.js';
export { type NewAccount, useSignUp, type UseSignUp } from './use-sign-up.js';
export type { SessionLoaded, SessionLoading, SessionMethods, UseSession } from './view.js';
export type * from './types.gen.js';
