import type { ReactElement } from 'react';
import type { SigninAttempt } from '../../types.gen.js';
import type { UseSignIn } from '../../use-sign-in.js';
import { useParts } from './kit.js';
import { useSay } from './say.js';
import { digits, useForm } from './use-form.js';

/** What each step takes. */
export interface StepProps {
  readonly hook: UseSignIn;
  readonly attempt: SigninAttempt;
}

interface CodeFormProps {
  readonly title: string;

  /** Whose it is, for password managers. */
  readonly account?: string;
  readonly isNumeric?: boolean;

  /** What is said of a wrong code, and of none, where no message has brought it. */
  readonly wrong?: string;
  readonly missing?: string;
  readonly verify: (code: string) => Promise<unknown>;
}

/** Whose form it is, for password managers alone. */
export function Account({ name }: { readonly name: string | undefined }): ReactElement | null {
  if (!name) return null;
  return <input className="off kr-off" type="text" name="account" autoComplete="username" value={name} readOnly tabIndex={-1} aria-hidden="true" />;
}

/** The field for a code. */
export function CodeForm({ title, account, isNumeric = true, wrong, missing, verify }: CodeFormProps): ReactElement {
  const { Form, Field } = useParts();
  const say = useSay();
  const form = useForm({
    check: ({ code }) => (digits(code) ? {} : { code: missing ?? say('errorCodeRequired') }),
    submit: ({ code = '' }) => verify(isNumeric ? digits(code) : code.trim()),
    wrong,
  });
  return (
    <Form form={form} name={title} submit={say('codeSubmit')}>
      <Account name={account} />
      <Field
        form={form}
        label={say('fieldCode')}
        name="code"
        inputMode={isNumeric ? 'numeric' : 'text'}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        className="code"
        maxLength={20}
        takesFocus
        required
      />
    </Form>
  );
}
