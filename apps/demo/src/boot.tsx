import { type Deployment, KeyrackProvider } from '@keyrack/react';
import { type ComponentType, useEffect, useState } from 'react';
import { Frame } from './frame.js';

/**
 * An application knows its publishable key from its configuration. This page is served by Keyrack itself, at whatever
 * address that has, so it asks for the mode and builds the key from its own address.
 */
export function Boot({ page: Page }: { readonly page: ComponentType<{ readonly deployment: Deployment }> }) {
  const [deployment, setDeployment] = useState<Deployment>();
  const [failures, setFailures] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    readDeployment(abort.signal).then(setDeployment, () => {
      if (!abort.signal.aborted) setTimeout(() => setFailures((count) => count + 1), Math.min(failures + 1, 10) * 1000);
    });
    return () => abort.abort();
  }, [failures]);

  if (!deployment) {
    return (
      <Frame>
        <p className="waiting" role="status">
          {failures ? 'Keyrack does not answer. Is the server running? Trying again…' : ''}
        </p>
      </Frame>
    );
  }
  const prefix = deployment.mode === 'production' ? 'pk_live_' : 'pk_test_';
  return (
    <KeyrackProvider publishableKey={prefix + btoa(ownAddress())} initialDeployment={deployment}>
      <Page deployment={deployment} />
    </KeyrackProvider>
  );
}

/** Where the server is for this browser: the page's address without its slash. A proxy may have added a path. */
function ownAddress(): string {
  return new URL('.', location.href).href.replace(/\/$/, '');
}

async function readDeployment(signal: AbortSignal): Promise<Deployment> {
  const response = await fetch('deployment', { signal });
  if (!response.ok) throw new Error(`GET /deployment: ${response.status}`);
  const { data } = (await response.json()) as { data: Deployment };
  return data;
}
