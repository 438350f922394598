import { type SignupAttempt, useSignUp } from '@keyrack/react';
import { SignUpForm } from '@keyrack/react/ui';
import { useState } from 'react';
import { Chooser } from './later.js';
import { goOn, inviteToken, pageLink, query } from './links.js';
import type { PageProps } from './page.js';
import { ofThePages } from './parts.js';
import { passwordHint, passwordProblem } from './password.js';
import { say } from './say.js';
import { hasWaitlist, isSignUpClosed } from './settings.js';
import { Notice } from './states.js';
import { Terms } from './terms.js';
import { Title } from './title.js';

/** `/sign-up`: the form, then the codes; a sign-up under way goes on where it was left. */
export const SignUpPage = ofThePages(function SignUpPage({ hook }: PageProps) {
  const { attempt } = useSignUp();
  const [resumed] = useState(() => attemptOfTheLink(attempt));
  const [asks] = useState(() => hook.session.signins.length === 0 || query.get('prompt') === 'create' || resumed !== null);
  // Decided once: a sign-up that is done has no attempt that waits.
  const [isClosed] = useState(() => isSignUpClosed && !attempt);
  if (!asks) return <Chooser hook={hook} way="sign-up" />;
  if (isClosed) return <Closed />;
  const isOver = resumed === null && query.has('signup_attempt_id');
  return (
    <SignUpForm
      email={query.get('login_hint') ?? undefined}
      inviteToken={inviteToken ?? undefined}
      passwordHint={passwordHint()}
      passwordProblem={passwordProblem}
      onDone={() => goOn('sign-up')}
      footer={
        <>
          <Terms />
          <p className="other">
            {hook.session.signins.length > 0 ? (
              <a href={pageLink('accounts')}>{say('sign_in_to_accounts')}</a>
            ) : (
              <>
                {say('sign_up_has_account')} <a href={pageLink('sign-in')}>{say('sign_up_to_sign_in')}</a>
              </>
            )}
          </p>
        </>
      }
    >
      <p className="lead">{say('sign_up_text')}</p>
      {isOver && <Notice>{say('sign_up_over')}</Notice>}
    </SignUpForm>
  );
});

/** The sign-up that is under way, unless the link is about another one, which has ended. */
function attemptOfTheLink(attempt: SignupAttempt | null): SignupAttempt | null {
  const wanted = query.get('signup_attempt_id');
  return wanted === null || wanted === attempt?.id ? attempt : null;
}

function Closed() {
  return (
    <>
      <Title>{say('sign_up_closed_title')}</Title>
      <p className="notice notice-warning">{say('sign_up_closed_text')}</p>
      <a className="button button-main" href={pageLink('sign-in')}>
        {say('sign_up_to_sign_in')}
      </a>
      {hasWaitlist && (
        <a className="button" href={pageLink('waitlist')}>
          {say('waitlist_title')}
        </a>
      )}
    </>
  );
}
