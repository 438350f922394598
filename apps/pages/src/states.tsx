import { type ReactNode, type Ref, useState } from 'react';
import { say } from './say.js';
import { Title } from './title.js';

/** Before the session is known. What is drawn appears only if that takes a while. */
export function Loading() {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      <span className="unseen">{say('loading')}</span>
    </div>
  );
}

/** The session could not be read; the hook tries again by itself, and at once when asked. */
export function Unreachable({ retry }: { readonly retry: () => Promise<void> }) {
  const [isTrying, setTrying] = useState(false);
  const tryNow = () => {
    setTrying(true);
    void retry().finally(() => setTrying(false));
  };
  return (
    <>
      <div role="alert">
        <Title>{say('unreachable_title')}</Title>
        <p className="lead">{say('unreachable_text')}</p>
      </div>
      <button type="button" className="button button-main" aria-busy={isTrying} onClick={tryNow}>
        {say('unreachable_retry')}
      </button>
    </>
  );
}

export function Maintenance({ title }: { readonly title?: Ref<HTMLHeadingElement> }) {
  return (
    <>
      <Title {...(title && { ref: title })}>{say('maintenance_title')}</Title>
      <p className="notice notice-warning">{say('maintenance_text')}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {say('maintenance_retry')}
      </button>
    </>
  );
}

/** Between a success and the page that follows it. */
export function GoingOn() {
  return (
    <div className="loading" role="status">
      <span className="spinner spinner-now" aria-hidden="true" />
      <span className="unseen">{say('going_on')}</span>
    </div>
  );
}

/** Something to know before the form is filled in. */
export function Notice({ children }: { readonly children: ReactNode }) {
  return <p className="notice notice-info">{children}</p>;
}
