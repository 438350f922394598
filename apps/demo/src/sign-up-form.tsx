import { type Deployment, useSignUp } from '@keyrack/react';
import { Field, Form } from './form.js';

interface Props {
  readonly deployment: Deployment;
  readonly takesFocus: boolean;
}

/** Begins a sign-up; the form for its code follows by itself once the attempt is there. */
export function SignUpForm({ deployment, takesFocus }: Props) {
  const { create, error, loading } = useSignUp();
  const { first_name, last_name, password } = deployment.auth_settings;
  return (
    <Form
      label="Create account"
      submit="Create account"
      loading={loading}
      error={error}
      onSubmit={({ email = '', password = '', ...names }) => create({ email, password, ...names })}
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
        {first_name.enabled && (
          <Field label="First name" name="first_name" autoComplete="given-name" required={first_name.required} />
        )}
        {last_name.enabled && (
          <Field label="Last name" name="last_name" autoComplete="family-name" required={last_name.required} />
        )}
      </div>
      <Field
        label={`Password, ${password.min_length} characters or more`}
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={password.min_length}
        maxLength={password.max_length}
        required
      />
    </Form>
  );
}
