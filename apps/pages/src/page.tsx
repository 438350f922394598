import { type SessionLoaded, useSession, useSessionList } from '@keyrack/react';
import { AccountsPage } from './accounts-page.js';
import { boot } from './boot.js';
import { Leaving } from './chooser.js';
import { Frame } from './frame.js';
import { InvitePage } from './invite-page.js';
import { SignInPage } from './sign-in-page.js';
import { SignUpPage } from './sign-up-page.js';
import { Loading, Maintenance, ReturnRefused, Unreachable } from './states.js';

const PAGES = { 'sign-in': SignInPage, 'sign-up': SignUpPage, accounts: AccountsPage, invite: InvitePage } as const;

/** What every page of these takes: the hook, after its first load. */
export interface PageProps {
  readonly hook: SessionLoaded;
}

/** The page that was asked for, or what stands in its way. */
export function Page() {
  const hook = useSession();
  // On every page, so that the accounts page knows of sign-ins that ended while another one was open.
  useSessionList();
  return (
    <Frame stale={hook.stale}>
      {boot.deployment.maintenance_mode ? (
        boot.page === 'accounts' && !hook.loading ? <Leaving hook={hook} /> : <Maintenance />
      ) : boot.return_refused ? (
        <ReturnRefused />
      ) : hook.loading ? (
        hook.status === 'failed' ? <Unreachable retry={hook.refetch} /> : <Loading />
      ) : (
        <Chosen hook={hook} />
      )}
    </Frame>
  );
}

function Chosen({ hook }: PageProps) {
  const Shown = PAGES[boot.page];
  return <Shown hook={hook} />;
}
