import { type Deployment, useSession } from '@keyrack/react';
import { Accounts } from './accounts.js';
import { Frame } from './frame.js';
import { HookPanel } from './hook-panel.js';
import { PrivateApi } from './private-api.js';

/** The page: the accounts of this browser on one side, what the hook sees of them on the other. */
export function Home({ deployment }: { readonly deployment: Deployment }) {
  const hook = useSession();
  return (
    <Frame>
      <div className="intro">
        <h1>One session, several accounts</h1>
        <p>
          Sign in with as many accounts as you like and switch between them. Everything here comes from one hook,{' '}
          <code>useSession()</code>.
        </p>
      </div>
      <div className="columns">
        <Accounts hook={hook} deployment={deployment} />
        <HookPanel hook={hook} />
        <PrivateApi hook={hook} />
      </div>
      <p className={hook.stale ? 'stale stale-shown' : 'stale'} role="status">
        {hook.stale ? 'The server does not answer. What you see may be old.' : ''}
      </p>
    </Frame>
  );
}
