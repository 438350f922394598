import { useState } from 'react';
import { Chooser } from './chooser.js';
import { ending } from './endings.js';
import { goOn, pageLink, query } from './links.js';
import type { PageProps } from './page.js';
import { say } from './say.js';
import { isSignUpClosed } from './settings.js';
import { SignInForm } from './sign-in-form.js';
import { GoingOn, Notice } from './states.js';
import { Title } from './title.js';

/** `/sign-in`: whoever is signed in already chooses an account first, unless the link asks for the form. */
export function SignInPage({ hook }: PageProps) {
  // Decided once: a form that is being filled in does not go away because something happened in another tab.
  const [asks] = useState(() => hook.session.signins.length === 0 || query.get('prompt') === 'login');
  const [isDone, setDone] = useState(false);
  if (!asks) return <Chooser hook={hook} way="sign-in" />;
  if (isDone) return <GoingOn />;
  return <SignIn hook={hook} onDone={() => setDone(true)} />;
}

function SignIn({ hook, onDone }: PageProps & { readonly onDone: () => void }) {
  const [ended] = useState(() => (hook.session.active_signin ? undefined : ending(hook.endReason)));
  return (
    <>
      <Title>{say('sign_in_title')}</Title>
      <p className="lead">{say('sign_in_text')}</p>
      {ended && <Notice>{ended}</Notice>}
      <SignInForm
        onDone={() => {
          onDone();
          goOn('sign-in');
        }}
      />
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
    </>
  );
}
