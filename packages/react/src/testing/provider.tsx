import { type ReactElement, type ReactNode, useEffect } from 'react';
import { ClientContext } from '../provider.js';
import type { TestKeyrack } from './test-keyrack.js';

/** What {@link TestKeyrackProvider} takes. */
export interface TestKeyrackProviderProps {
  /** What the hooks below show, and where their calls are recorded. */
  readonly keyrack: TestKeyrack;

  /** Leads to a post-sign-out URL. When omitted, a call named `navigate` is recorded. */
  readonly navigate?: ((url: string) => void) | undefined;

  readonly children?: ReactNode;
}

/** In a test, what `KeyrackProvider` is in an application. It asks nobody and refreshes nothing by itself. */
export function TestKeyrackProvider({ keyrack, navigate, children }: TestKeyrackProviderProps): ReactElement {
  useEffect(() => {
    if (navigate) keyrack.client.navigate = navigate;
  }, [keyrack, navigate]);
  return <ClientContext.Provider value={keyrack.client}>{children}</ClientContext.Provider>;
}
