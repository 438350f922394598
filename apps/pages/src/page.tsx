import { type SessionLoaded, useSession, useSessionList } from '@keyrack/react';
import { type ComponentType, lazy, Suspense } from 'react';
import { boot, type PageName } from './boot.js';
import { Frame } from './frame.js';
import { Acting, Leaving } from './later.js';
import { Loading, Maintenance, Unreachable } from './states.js';

/** What every page of these takes: the hook, after its first load. */
export interface PageProps {
  readonly hook: SessionLoaded;
}

/** Each page is code of its own, so that nobody waits for what another one needs. */
const PAGES: Readonly<Record<PageName, () => Promise<ComponentType<PageProps>>>> = {
  'sign-in': () => import('./sign-in-page.js').then(({ SignInPage }) => SignInPage),
  'sign-up': () => import('./sign-up-page.js').then(({ SignUpPage }) => SignUpPage),
  accounts: () => import('./accounts-page.js').then(({ AccountsPage }) => AccountsPage),
  invite: () => import('./invite-page.js').then(({ InvitePage }) => InvitePage),
  'magic-link': () => import('./magic-page.js').then(({ MagicPage }) => MagicPage),
  'forgot-password': () => import('./forgot-page.js').then(({ ForgotPage }) => ForgotPage),
  waitlist: () => import('./waitlist-page.js').then(({ WaitlistPage }) => WaitlistPage),
  account: () => import('./account-page.js').then(({ AccountPage }) => AccountPage),
  device: () => import('./device-page.js').then(({ DevicePage }) => DevicePage),
};

// Asked for at once, beside the session.
const code: Promise<ComponentType<PageProps>> = boot.return_refused
  ? import('./refused.js').then(({ ReturnRefused }) => ReturnRefused)
  : PAGES[boot.page]();
const Chosen = lazy(() => code.then((page) => ({ default: page })));

/** The page that was asked for, or what stands in its way. */
export function Page() {
  const hook = useSession();
  // On every page, so that the accounts page knows of sign-ins that ended while another one was open.
  useSessionList();
  return (
    <Frame stale={hook.stale}>
      {!hook.loading && hook.session.active_signin?.act && <Acting hook={hook} />}
      {boot.deployment.maintenance_mode ? (
        boot.page === 'accounts' && !hook.loading ? <Leaving hook={hook} /> : <Maintenance />
      ) : hook.loading ? (
        hook.status === 'failed' ? <Unreachable retry={hook.refetch} /> : <Loading />
      ) : (
        <Suspense fallback={<Loading />}>
          <Chosen hook={hook} />
        </Suspense>
      )}
    </Frame>
  );
}
