import { SignedIn, SignedOut, useSession } from '@keyrack/react';
import { ManageAccount, UserButton } from '@keyrack/react/ui';
import '@keyrack/react/ui.css';
import { Frame } from './frame.js';

/** The active account for its owner: the ready components, in the demo's colours. */
export function Profile() {
  const { loading } = useSession();
  return (
    <Frame>
      <div className="intro">
        <h1>Your account</h1>
        <p>
          Everything that a person can do to their own account, in one component: <code>ManageAccount</code>.
        </p>
      </div>
      <div className="team-bar">
        <span />
        <UserButton signInUrl="./" />
      </div>
      <SignedOut>
        <p className="card">
          Nobody is signed in. <a href="./">Sign in with an account</a> first.
        </p>
      </SignedOut>
      <SignedIn>
        <section className="card team" aria-label="Account" aria-busy={loading}>
          <ManageAccount />
        </section>
      </SignedIn>
    </Frame>
  );
}
