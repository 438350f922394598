'use client';

export type { DeploymentLoaded, DeploymentLoading, UseDeployment } from './deployment.js';
export { type ClientErrorCode, KeyrackError } from './error.js';
export type { EndedAccount } from './memory.js';
export { KeyrackProvider, type KeyrackProviderProps } from './provider.js';
export { SignedIn, SignedOut, type SignedProps } from './signed.js';
export { useDeployment } from './use-deployment.js';
export { useSession } from './use-session.js';
export {
  type SessionListLoaded,
  type SessionListLoading,
  useSessionList,
  type UseSessionList,
} from './use-session-list.js';
export { type Credentials, useSignIn, type UseSignIn } from './use-sign-in.js';
export { type NewAccount, useSignUp, type UseSignUp } from './use-sign-up.js';
export { type UserLoaded, type UserLoading, useUser, type UseUser } from './use-user.js';
export type { SessionLoaded, SessionLoading, SessionMethods, UseSession } from './view.js';
export type * from './types.gen.js';
