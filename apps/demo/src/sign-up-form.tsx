import { type Deployment, useSignUp } from '@keyrack/react';
import { Field, Form } from './form.js';

interface Props {
  readonly deployment: Deployment;
  readonly takesFocus: boolean;
}

/** Begins a sign-up; the form for its code follows by itself once the attempt is there. */
export function SignUpForm({ deployment, takesFocus }: Props) {
  const { create, error, loading } = useSignUp();
  const { min_length, max_length } = deployment.auth_settings.password;
  return (
    <Form
      label="Create account"
      submit="Create account"
      loading={loading}
      error={error}
      onSubmit={({ email = '', password = '', first_name = '', last_name = '' }) =>
        create({ email, password, first_name, last_name })
      }
    >
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        required
        takesFocus={takesFocus}
      />
      <div className="pair">
        <Field label="First name" name="first_name" autoComplete="given-name" required />
        <Field label="Last name" name="last_name" autoComplete="family-name" required />
      </div>
      <Field
        label={`Password, ${min_length} characters or more`}
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={min_length}
        maxLength={max_length}
        required
      />
    </Form>
  );
}
