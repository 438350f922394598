/** A page with the hooks of getting in, for tests of the ways and steps. */
import {
  KeyrackProvider,
  type UseForgotPassword,
  useForgotPassword,
  type UseSession,
  useSession,
  type UseSignIn,
  useSignIn,
  type UseSignUp,
  useSignUp,
  type UseWaitlist,
  useWaitlist,
} from '@keyrack/react';
import { render } from '@testing-library/react';
import { PRODUCTION_KEY } from './fake-server.js';
import { pass } from './harness.js';

/** What they returned at the last rendering. */
export interface Ways {
  hook: UseSession;
  signIn: UseSignIn;
  signUp: UseSignUp;
  forgot: UseForgotPassword;
  waitlist: UseWaitlist;
}

/** Opens it; with the attempt that a link names. */
export async function openWays(attemptId?: string): Promise<Ways> {
  const ways = {} as Ways;
  function Page() {
    Object.assign(ways, {
      hook: useSession(),
      signIn: useSignIn({ attemptId }),
      signUp: useSignUp(),
      forgot: useForgotPassword(),
      waitlist: useWaitlist(),
    });
    return null;
  }
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  return ways;
}
