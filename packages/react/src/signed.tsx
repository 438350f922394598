import type { ReactNode } from 'react';
import { useView } from './use-session.js';

/** What {@link SignedIn} and {@link SignedOut} take. */
export interface SignedProps {
  readonly children?: ReactNode;
}

/**
 * Shows its children while somebody is signed in; nothing while the session is loading. They stay mounted when another
 * account becomes the active one: what they keep of an account should have `session.active_signin.id` as its `key`.
 *
 * It decides what is shown, not what is allowed: that is for the backend, which verifies a token.
 */
export function SignedIn({ children }: SignedProps): ReactNode {
  return useView().status === 'signed-in' && children;
}

/** Shows its children while nobody is signed in; nothing while the session is loading. */
export function SignedOut({ children }: SignedProps): ReactNode {
  return useView().status === 'signed-out' && children;
}
