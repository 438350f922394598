import { ManageAccount, UiPartsProvider, UiWordsProvider } from '@keyrack/react/ui';
import '@keyrack/react/ui.css';
import './account.css';
import { Chooser } from './later.js';
import { pageLink } from './links.js';
import type { PageProps } from './page.js';
import { PLAIN } from './plain-parts.js';
import { say } from './say.js';
import { Title } from './title.js';
import { WORDS } from './words.js';

/** `/account`: the active account for its owner. */
export function AccountPage({ hook }: PageProps) {
  const active = hook.session.active_signin;
  if (!active) return <Chooser hook={hook} way="sign-in" />;
  return (
    <>
      <Title>{say('account_title')}</Title>
      <p className="lead">
        {active.user.email_address || active.user.username} · <a href={pageLink('accounts')}>{say('sign_in_to_accounts')}</a>
      </p>
      <UiWordsProvider words={WORDS}>
        <UiPartsProvider parts={PLAIN}>
          <ManageAccount />
        </UiPartsProvider>
      </UiWordsProvider>
    </>
  );
}
