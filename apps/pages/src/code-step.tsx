import { KeyrackError, type SignupAttempt, useSignUp } from '@keyrack/react';
import { useState } from 'react';
import { Field } from './field.js';
import { Form, missing } from './form.js';
import { type Problem, problemOf } from './problem.js';
import { Say, say } from './say.js';
import { Title } from './title.js';
import { useForm, type Values } from './use-form.js';

/** Refusals that ask for another username. */
const NAMES_IT: readonly string[] = ['USERNAME_EXISTS', 'username_reserved', 'invalid_username'];

interface Props {
  readonly attempt: SignupAttempt;
  readonly onDone: () => void;

  /** The person wants to begin again with another address. */
  readonly onOther: () => void;
}

/** Proves the address with the code that was mailed to it. */
export function CodeStep({ attempt, onDone, onOther }: Props) {
  const { verify } = useSignUp();
  const [isTaken, setTaken] = useState(false);
  const submit = async ({ code = '', username = '' }: Values) => {
    try {
      await verify(digits(code), isTaken ? { username: username.trim() } : undefined);
      onDone();
    } catch (error) {
      // Somebody was faster with the username; the code is still good.
      if (error instanceof KeyrackError && NAMES_IT.includes(error.code)) setTaken(true);
      throw error;
    }
  };
  const form = useForm({ check, submit });
  return (
    <>
      <Title>{say('code_title')}</Title>
      <p className="lead">
        <Say k="code_text" values={{ email: <strong>{attempt.email}</strong> }} />
      </p>
      <Form form={form} name={say('code_title')} submit={say('code_submit')} action="sign-up">
        {isTaken ? (
          <Field
            form={form}
            label={say('field_username')}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={attempt.username}
            required
          />
        ) : (
          // For password managers: whose password it is that was chosen a step before.
          <input
            className="off"
            type="text"
            name="account"
            autoComplete="username"
            value={attempt.username || attempt.email}
            readOnly
          />
        )}
        <Field
          form={form}
          label={say('field_code')}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          className="code"
          maxLength={20}
          takesFocus
          required
        />
      </Form>
      <Resend />
      <p className="other">
        <button type="button" className="link" onClick={onOther}>
          {say('code_other_address')}
        </button>
      </p>
    </>
  );
}

function check({ code = '', ...values }: Values): Record<string, string> {
  const found = 'username' in values ? missing(values, ['username']) : {};
  return digits(code) ? found : { ...found, code: say('error_code_required') };
}

/** People copy codes with spaces around and dashes within. */
function digits(text: string): string {
  return text.replace(/[\s-]/g, '');
}

function Resend() {
  const { prepare, loading } = useSignUp();
  const [outcome, setOutcome] = useState<Problem & { readonly isGood?: boolean }>();
  const send = () => {
    if (loading) return;
    setOutcome(undefined);
    prepare().then(
      () => setOutcome({ text: say('code_resent'), isGood: true }),
      (error: unknown) => setOutcome(problemOf(error)),
    );
  };
  return (
    <div className="resend">
      <button type="button" className="button" aria-busy={loading} onClick={send}>
        {say('code_resend')}
      </button>
      <p className={outcome && !outcome.isGood ? 'problem' : 'good'} role="status">
        {outcome?.text}
      </p>
    </div>
  );
}
