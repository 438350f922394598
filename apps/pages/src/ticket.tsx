import { SignInForm } from '@keyrack/react/ui';
import { useEffect, useState } from 'react';
import { boot } from './boot.js';
import { goOn, pageLink, ticket } from './links.js';
import type { PageProps } from './page.js';
import { problemOf } from './problem.js';
import { say } from './say.js';
import { GoingOn } from './states.js';
import { Title } from './title.js';

/**
 * What a ticket leads to. Opening the page uses nothing up: scanners of mail and previews open links, and a link of somebody
 * else's must sign nobody in who does not want that. A click does, and then what the account still asks for is asked here.
 */
export function Ticket({ hook }: PageProps) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [isTaken, setTaken] = useState(false);
  const attempts = hook.session.signin_attempts.filter(({ completed }) => !completed);
  const waiting = isTaken ? attempts[attempts.length - 1] : undefined;
  const take = async () => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      await hook.exchangeTicket(ticket ?? '');
      setTaken(true);
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      // Whoever is signed in already is where the ticket leads.
      if (code === 'USER_ALREADY_SIGNED_IN') return goOn('sign-in');
      setError(problemOf(thrown).text);
      setBusy(false);
    }
  };
  if (waiting) {
    return <SignInForm attemptId={waiting.id} redirectUrl={boot.return_to ?? undefined} onDone={() => goOn('sign-in')} />;
  }
  if (isTaken) return <Leaving />;
  return (
    <>
      <Title>{say('ticket_title')}</Title>
      <p className="lead">{say('ticket_text')}</p>
      <p className={error ? 'alert alert-shown' : 'alert'} role="alert">
        {error}
      </p>
      <button type="button" className="button button-main" aria-busy={isBusy} onClick={() => void take()}>
        {say('ticket_button')}
      </button>
      <p className="other">
        <a href={pageLink('sign-in', { prompt: 'login' })}>{say('ticket_other')}</a>
      </p>
    </>
  );
}

/** There is a sign-in: the page goes on. */
function Leaving() {
  useEffect(() => goOn('sign-in'), []);
  return <GoingOn />;
}
