import type { AccountDeletion } from '@keyrack/react';
import { ManageAccount, UiPartsProvider, UiWordsProvider } from '@keyrack/react/ui';
import '@keyrack/react/ui.css';
import { useState } from 'react';
import './account.css';
import { boot } from './boot.js';
import { Chooser } from './later.js';
import { pageLink } from './links.js';
import type { PageProps } from './page.js';
import { PLAIN } from './plain-parts.js';
import { say } from './say.js';
import { Notice } from './states.js';
import { Title } from './title.js';
import { WORDS } from './words.js';

/** `/account`: the active account for its owner. */
export function AccountPage({ hook }: PageProps) {
  const active = hook.session.active_signin;
  const [deleted, setDeleted] = useState('');
  if (!active) {
    return (
      <>
        {deleted && <Notice>{deleted}</Notice>}
        <Chooser hook={hook} way="sign-in" />
      </>
    );
  }
  return (
    <>
      <Title>{say('account_title')}</Title>
      <p className="lead">
        {active.user.email_address || active.user.username} · <a href={pageLink('accounts')}>{say('sign_in_to_accounts')}</a>
      </p>
      <UiWordsProvider words={WORDS}>
        <UiPartsProvider parts={PLAIN}>
          <ManageAccount onDeleted={(deletion) => setDeleted(graceOf(deletion))} />
        </UiPartsProvider>
      </UiWordsProvider>
    </>
  );
}

/** That the account is not gone yet, and how to keep it: said where nobody is signed in any more too. */
function graceOf(deletion: AccountDeletion | undefined): string {
  if (!deletion) return say('account_deleted_soon');
  const date = new Date(deletion.deletion_due_at).toLocaleString(boot.language, { dateStyle: 'long', timeStyle: 'short' });
  return say('account_deleted', { date });
}
