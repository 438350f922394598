import { SignInForm } from '@keyrack/react/ui';
import { useState } from 'react';
import { boot } from './boot.js';
import { ending } from './endings.js';
import { Chooser, Ticket } from './later.js';
import { goOn, pageLink, query, ticket } from './links.js';
import type { PageProps } from './page.js';
import { ofThePages } from './parts.js';
import { say } from './say.js';
import { hasPasswords, isSignUpClosed } from './settings.js';
import { Notice } from './states.js';

/** `/sign-in`: whoever is signed in already chooses an account first, unless the link asks for the form. */
export const SignInPage = ofThePages(function SignInPage({ hook }: PageProps) {
  // Decided once: a form that is being filled in does not go away because something happened in another tab.
  const [asks] = useState(
    () => hook.session.signins.length === 0 || query.get('prompt') === 'login' || !!query.get('signin_attempt_id'),
  );
  const [ended] = useState(() => (hook.session.active_signin ? undefined : ending(hook.endReason)));
  const attemptId = query.get('signin_attempt_id') ?? undefined;
  const [isOver] = useState(() => attemptId && !hook.session.signin_attempts.some(({ id }) => id === attemptId));
  if (ticket && boot.page === 'sign-in') return <Ticket hook={hook} />;
  if (!asks) return <Chooser hook={hook} way="sign-in" />;
  return (
    <SignInForm
      attemptId={attemptId}
      identifier={query.get('login_hint') ?? undefined}
      redirectUrl={boot.return_to ?? undefined}
      forgotPasswordUrl={hasPasswords ? pageLink('forgot-password') : undefined}
      onDone={() => goOn('sign-in')}
      footer={
        <p className="other">
          {hook.session.signins.length > 0 ? (
            <a href={pageLink('accounts')}>{say('sign_in_to_accounts')}</a>
          ) : (
            !isSignUpClosed && (
              <>
                {say('sign_in_no_account')} <a href={pageLink('sign-up')}>{say('sign_in_to_sign_up')}</a>
              </>
            )
          )}
        </p>
      }
    >
      <p className="lead">{say('sign_in_text')}</p>
      {ended && <Notice>{ended}</Notice>}
      {isOver && <Notice>{say('sign_in_over')}</Notice>}
    </SignInForm>
  );
});
