import type { KeyrackError } from '@keyrack/react';
import { type InputHTMLAttributes, type ReactNode, type SubmitEvent, useEffect, useId, useRef } from 'react';
import { fieldOf, sentence } from './sentences.js';

interface FormProps {
  readonly label: string;
  readonly submit: string;
  readonly loading: boolean;
  readonly error: KeyrackError | undefined;

  /** Gets the values by the names of the fields. What it rejects with is in `error` already. */
  readonly onSubmit: (values: Readonly<Record<string, string>>) => Promise<void>;
  readonly children: ReactNode;
}

/** A form that says what went wrong, aloud too, and puts the focus where it can be mended. */
export function Form({ label, submit, loading, error, onSubmit, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const alert = useId();
  const field = fieldOf(error);

  useEffect(() => {
    const wrong = field && form.current?.querySelector<HTMLInputElement>(`[name=${field}]`);
    if (!error || !wrong) return;
    wrong.setAttribute('aria-invalid', 'true');
    wrong.setAttribute('aria-describedby', alert);
    wrong.focus();
    return () => {
      wrong.removeAttribute('aria-invalid');
      wrong.removeAttribute('aria-describedby');
    };
  }, [alert, error, field]);

  function onSubmitted(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (loading) return;
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    onSubmit(values).catch(() => undefined);
  }

  return (
    <form ref={form} className="form" aria-label={label} onSubmit={onSubmitted}>
      {children}
      <p className="error" role="alert" id={alert}>
        {error && sentence(error)}
      </p>
      <button type="submit" className="button button-main" aria-busy={loading}>
        {submit}
      </button>
    </form>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly name: string;

  /** Whether the focus goes here when the field appears. */
  readonly takesFocus?: boolean;
}

/** A labelled input. */
export function Field({ label, takesFocus, ...input }: FieldProps) {
  const id = useId();
  const element = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus) element.current?.focus();
  }, [takesFocus]);
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {!input.required && <span className="quiet"> optional</span>}
      </label>
      <input id={id} ref={element} {...input} />
    </div>
  );
}
