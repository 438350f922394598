import type { Deployment, SessionLoaded, UseSession } from '@keyrack/react';
import { useSignUp } from '@keyrack/react';
import { useEffect, useRef, useState } from 'react';
import { Entry } from './entry.js';
import { Rack } from './rack.js';
import { ending } from './sentences.js';

interface Props {
  readonly hook: UseSession;
  readonly deployment: Deployment;
}

/** The accounts that this browser is signed in with, and the way to another one. */
export function Accounts({ hook, deployment }: Props) {
  return (
    <section className="card accounts" aria-labelledby="accounts-title" aria-busy={hook.loading}>
      {hook.loading ? <Waiting hook={hook} /> : <Loaded hook={hook} deployment={deployment} />}
    </section>
  );
}

function Waiting({ hook }: { readonly hook: UseSession }) {
  return (
    <>
      <h2 id="accounts-title">Accounts</h2>
      {hook.status === 'failed' && (
        <div role="alert">
          <p>The session could not be read. Trying again…</p>
          <button type="button" className="button" onClick={hook.refetch}>
            Try now
          </button>
        </div>
      )}
    </>
  );
}

function Loaded({ hook, deployment }: { readonly hook: SessionLoaded; readonly deployment: Deployment }) {
  const { session } = hook;
  const { attempt } = useSignUp();
  const [isAdding, setAdding] = useState(false);
  const [setAside, setSetAside] = useState<string>();
  const title = useRef<HTMLHeadingElement>(null);
  const isEmpty = session.signins.length === 0;
  const waiting = attempt && attempt.id !== setAside ? attempt : null;
  const isOpen = isEmpty || isAdding || waiting !== null;

  function close() {
    setAdding(false);
    setSetAside(attempt?.id);
    title.current?.focus();
  }

  return (
    <>
      <h2 id="accounts-title" ref={title} tabIndex={-1}>
        {isEmpty ? 'Nobody is signed in' : 'Accounts'}
      </h2>
      <Announcement hook={hook} />
      {isEmpty && ending(hook.endReason) && <p className="notice">{ending(hook.endReason)}</p>}
      {!isEmpty && (
        <Rack hook={hook} onGone={() => title.current?.focus()}>
          {!isOpen && (
            <button type="button" className="button" onClick={() => setAdding(true)}>
              Add account
            </button>
          )}
        </Rack>
      )}
      {isOpen && (
        <Entry
          deployment={deployment}
          attempt={waiting}
          beginsWith={ending(hook.endReason) ? 'sign-in' : 'sign-up'}
          takesFocus={isAdding}
          onDone={() => {
            setAdding(false);
            title.current?.focus();
          }}
          onClose={isEmpty && !waiting ? undefined : close}
        />
      )}
    </>
  );
}

/** Tells those who do not see the page that another account is active, whoever made it so. */
function Announcement({ hook }: { readonly hook: SessionLoaded }) {
  const email = hook.session.active_signin?.user.email_address ?? '';
  const [text, setText] = useState('');
  const last = useRef(email);
  useEffect(() => {
    if (last.current === email) return;
    last.current = email;
    setText(email ? `${email} is active now.` : 'Nobody is signed in now.');
  }, [email]);
  return (
    <p className="unseen" role="status" aria-label="Active account">
      {text}
    </p>
  );
}
