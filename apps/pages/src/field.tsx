import type { FormState } from '@keyrack/react/ui';
import { type InputHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './icon.js';
import { say } from './say.js';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'form'> {
  readonly form: FormState;
  readonly label: string;
  readonly name: string;

  /** What to know before typing. */
  readonly hint?: string;

  /** Whether the focus goes here when the field appears. */
  readonly takesFocus?: boolean | undefined;

  /** What stands inside the field, behind what is typed. */
  readonly children?: ReactNode;
}

/** A labelled input; below it one line for its hint or, instead, for what is wrong with it. */
export function Field({ form, label, hint, takesFocus, children, ...input }: Props) {
  const id = useId();
  const element = useRef<HTMLInputElement>(null);
  const problem = form.problems[input.name];
  useEffect(() => {
    if (takesFocus) element.current?.focus();
  }, [takesFocus]);
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {!input.required && <span className="optional"> {say('field_optional')}</span>}
      </label>
      <span className="box">
        <input
          id={id}
          ref={element}
          aria-invalid={problem ? 'true' : undefined}
          aria-describedby={problem ? `${id}-problem` : hint ? `${id}-hint` : undefined}
          onInput={() => form.onEdit(input.name)}
          {...input}
        />
        {children}
      </span>
      {hint && !problem && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p className="problem" role="alert" id={`${id}-problem`}>
        {problem}
      </p>
    </div>
  );
}

/** A password, which its owner may look at. */
export function PasswordField(props: Omit<Props, 'name' | 'type' | 'children'>) {
  const [isShown, setShown] = useState(false);
  return (
    <Field {...props} name="password" type={isShown ? 'text' : 'password'} autoCapitalize="none" spellCheck={false} required>
      <button
        type="button"
        className="icon reveal"
        aria-label={say(isShown ? 'password_hide' : 'password_show')}
        onClick={() => setShown(!isShown)}
      >
        <Icon name={isShown ? 'shown' : 'hidden'} />
      </button>
    </Field>
  );
}
