import { ManageAccount } from '@keyrack/react/ui';
import '@keyrack/react/ui.css';
import './account.css';
import { Chooser } from './later.js';
import { pageLink } from './links.js';
import type { PageProps } from './page.js';
import { ofThePages } from './parts.js';
import { say } from './say.js';
import { Title } from './title.js';

/** `/account`: the active account for its owner. */
export const AccountPage = ofThePages(function AccountPage({ hook }: PageProps) {
  const active = hook.session.active_signin;
  if (!active) return <Chooser hook={hook} way="sign-in" />;
  return (
    <>
      <Title>{say('account_title')}</Title>
      <p className="lead">
        {active.user.email_address || active.user.username} · <a href={pageLink('accounts')}>{say('sign_in_to_accounts')}</a>
      </p>
      <ManageAccount />
    </>
  );
});
