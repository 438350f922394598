import { type SignupAttempt, useSignUp } from '@keyrack/react';
import { useState } from 'react';
import { Chooser } from './chooser.js';
import { CodeStep } from './code-step.js';
import { goOn, pageLink, query } from './links.js';
import type { PageProps } from './page.js';
import { say } from './say.js';
import { isSignUpClosed } from './settings.js';
import { SignUpForm } from './sign-up-form.js';
import { GoingOn, Notice } from './states.js';
import { Terms } from './terms.js';
import { Title } from './title.js';

/** `/sign-up`: the form, then the code; a sign-up under way goes on where it was left. */
export function SignUpPage({ hook }: PageProps) {
  const { attempt } = useSignUp();
  const [resumed] = useState(() => attemptOfTheLink(attempt));
  const [asks] = useState(() => hook.session.signins.length === 0 || query.get('prompt') === 'create' || resumed !== null);
  const [isDone, setDone] = useState(false);
  const [setAside, setSetAside] = useState<string>();

  if (isDone) return <GoingOn />;
  const waiting = attempt && attempt.id !== setAside ? attempt : null;
  if (waiting && asks) {
    const done = () => {
      setDone(true);
      goOn('sign-up');
    };
    return <CodeStep key={waiting.id} attempt={waiting} onDone={done} onOther={() => setSetAside(waiting.id)} />;
  }
  if (!asks) return <Chooser hook={hook} way="sign-up" />;
  if (isSignUpClosed) return <Closed />;
  return <SignUp hook={hook} before={attempt} isOver={resumed === null && query.has('signup_attempt_id')} />;
}

/** The sign-up that is under way, unless the link is about another one, which has ended. */
function attemptOfTheLink(attempt: SignupAttempt | null): SignupAttempt | null {
  const wanted = query.get('signup_attempt_id');
  return wanted === null || wanted === attempt?.id ? attempt : null;
}

interface SignUpProps extends PageProps {
  /** One that was set aside for another address. */
  readonly before: SignupAttempt | null;

  /** Whether the link is about one that has ended. */
  readonly isOver: boolean;
}

function SignUp({ hook, before, isOver }: SignUpProps) {
  return (
    <>
      <Title>{say('sign_up_title')}</Title>
      <p className="lead">{say('sign_up_text')}</p>
      {isOver && <Notice>{say('sign_up_over')}</Notice>}
      <SignUpForm before={before} />
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
  );
}

function Closed() {
  return (
    <>
      <Title>{say('sign_up_closed_title')}</Title>
      <p className="notice notice-warning">{say('sign_up_closed_text')}</p>
      <a className="button button-main" href={pageLink('sign-in')}>
        {say('sign_up_to_sign_in')}
      </a>
    </>
  );
}
