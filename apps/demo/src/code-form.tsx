import { type SignupAttempt, useSignUp } from '@keyrack/react';
import { useState } from 'react';
import { Field, Form } from './form.js';
import { sentence } from './sentences.js';

interface Props {
  readonly attempt: SignupAttempt;
  readonly onDone: () => void;
}

/** Proves the address with the code that was mailed to it. */
export function CodeForm({ attempt, onDone }: Props) {
  const { verify, error, loading } = useSignUp();
  return (
    <>
      <h3>Check your mail</h3>
      <p className="quiet">
        A code is on its way to <strong>{attempt.email}</strong>. Here nothing leaves the machine: the message lies in
        the{' '}
        <a href="outbox" target="_blank" rel="noreferrer">
          outbox (new tab)
        </a>
        .
      </p>
      <Form
        label="Verify email"
        submit="Verify"
        loading={loading}
        error={error}
        onSubmit={({ code = '' }) => verify(code.replace(/\s/g, '')).then(onDone)}
      >
        <Field
          label="Code"
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          className="code-input"
          required
          takesFocus
        />
      </Form>
      <Resend />
    </>
  );
}

function Resend() {
  const { prepare, loading } = useSignUp();
  const [outcome, setOutcome] = useState('');
  return (
    <p className="resend">
      <button
        type="button"
        className="link"
        aria-busy={loading}
        onClick={() =>
          prepare().then(
            () => setOutcome('Use the newest message. A new one is made every 30 seconds at most.'),
            (error: unknown) => setOutcome(sentence(error)),
          )
        }
      >
        Send a new code
      </button>
      <span role="status">{outcome}</span>
    </p>
  );
}
