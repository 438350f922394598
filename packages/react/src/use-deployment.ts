import { useSyncExternalStore } from 'react';
import type { UseDeployment } from './deployment.js';
import { useClient } from './provider.js';

/**
 * The deployment's settings: its name and links, and the ways to sign in that it offers. One request serves all
 * components below the provider, and none is made when it was given `initialDeployment`.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useDeployment(): UseDeployment {
  const { deployment } = useClient();
  return useSyncExternalStore(deployment.subscribe, deployment.view, deployment.firstView);
}
