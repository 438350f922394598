import { useMemo } from 'react';
import { useClient } from './provider.js';
import type { DeviceDecided, DeviceRequest } from './types.gen.js';

/** What {@link useDevice} returns. All of it acts as the active account. */
export interface UseDevice {
  /**
   * What asks to be signed in under the code that it shows. Looking decides nothing.
   *
   * @throws KeyrackError `device_code_not_found`, `signed_out`, `programs_not_allowed`, `too_many_attempts`.
   */
  readonly look: (userCode: string) => Promise<DeviceRequest>;

  /** Lets it in: it gets a sign-in of the active account, in a session of its own. Never without a click of somebody who saw what asks. */
  readonly confirm: (userCode: string) => Promise<DeviceDecided>;

  /** Keeps it out for good. */
  readonly deny: (userCode: string) => Promise<DeviceDecided>;
}

/** Letting a program sign in that shows a code, such as a command line. */
export function useDevice(): UseDevice {
  const client = useClient();
  return useMemo(() => {
    const post = <T>(path: string) => (userCode: string) => client.send({ path, body: { user_code: userCode } }) as Promise<T>;
    return {
      look: post<DeviceRequest>('/device/look'),
      confirm: post<DeviceDecided>('/device/confirm'),
      deny: post<DeviceDecided>('/device/deny'),
    };
  }, [client]);
}
