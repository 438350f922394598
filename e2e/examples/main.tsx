import { KeyrackProvider } from '@keyrack/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import AccountSwitcher from '../../packages/react/test/examples/account-switcher.js';
import PrivateRequestButton from '../../packages/react/test/examples/private-request-button.js';
import SessionSummary from '../../packages/react/test/examples/session-summary.js';

/** The three examples of the documentation on one page, each under a heading. */
function Examples() {
  return (
    <KeyrackProvider publishableKey={`pk_test_${btoa(location.origin)}`}>
      <section aria-label="Read active session state">
        <SessionSummary />
      </section>
      <section aria-label="Switch accounts">
        <AccountSwitcher />
      </section>
      <section aria-label="Read a bearer token">
        <PrivateRequestButton />
      </section>
    </KeyrackProvider>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <Examples />
  </StrictMode>,
);
