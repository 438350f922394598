import { useCallback, useState } from 'react';
import { challenged } from './challenge.js';
import { useClient } from './provider.js';
import { type Flow, useFlow } from './use-flow.js';

/** Who wants to be told when there is room. */
export interface WaitlistEntryRequest {
  readonly email: string;
  readonly first_name?: string;
  readonly last_name?: string;
}

/** What {@link useWaitlist} returns. */
export interface UseWaitlist extends Flow {
  /** The address that was put on the list; null before. */
  readonly joined: string | null;

  /**
   * Puts an address on the deployment's waiting list. Whoever stands there already is answered alike.
   *
   * @throws KeyrackError `invalid_email`, `waitlist_closed` where the deployment has no list, restrictions of its
   * sign-up such as `EMAIL_BLOCKED`, `too_many_attempts`.
   */
  readonly join: (request: WaitlistEntryRequest) => Promise<void>;
}

/** Waiting for an account, where the deployment's `sign_up_mode` is `waitlist`. */
export function useWaitlist(): UseWaitlist {
  const client = useClient();
  const { run, ...flow } = useFlow();
  const [joined, setJoined] = useState<string | null>(null);
  const join = useCallback(
    (request: WaitlistEntryRequest) =>
      run(async () => {
        await challenged(client, { path: '/waitlist/join', body: request });
        setJoined(request.email);
      }),
    [client, run],
  );
  return { ...flow, joined, join };
}
