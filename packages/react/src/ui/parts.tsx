/** What the components are made of. */
import { type InputHTMLAttributes, type ReactElement, type ReactNode, type SyntheticEvent, useEffect, useId, useRef } from 'react';
import type { KeyrackError } from '../error.js';
import { useWords } from './words.js';

interface FormProps {
  /** Named for those who do not see where it stands. */
  readonly label: string;
  readonly submit: string;
  readonly isBusy: boolean;
  readonly error: KeyrackError | undefined;

  /** What was done, said once. */
  readonly done?: string | undefined;
  readonly onSubmit: (form: HTMLFormElement) => void;
  readonly children: ReactNode;
}

/** A form that says what went wrong, aloud too. While it is busy it can be read, and not sent twice. */
export function Form({ label, submit, isBusy, error, done, onSubmit, children }: FormProps): ReactElement {
  function send(event: SyntheticEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (!isBusy) onSubmit(event.currentTarget);
  }
  return (
    <form className="kr-form" aria-label={label} onSubmit={send}>
      {children}
      <div className="kr-foot">
        <button type="submit" className="kr-button kr-main" aria-busy={isBusy}>
          {submit}
        </button>
        <p className="kr-outcome">
          <span role="alert" className="kr-error">
            {error?.message}
          </span>
          <span role="status">{error ? '' : done}</span>
        </p>
      </div>
    </form>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly hint?: string;

  /** Whether what stands in it was refused. */
  readonly isWrong?: boolean;

  /** Whether to say that it may stay empty: of forms only. */
  readonly isOptional?: boolean;
}

/** A labelled input. */
export function Field({ label, hint, isWrong, isOptional, ...input }: FieldProps): ReactElement {
  const words = useWords();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isWrong) field.current?.focus();
  }, [isWrong]);
  return (
    <div className="kr-field">
      <label htmlFor={id}>
        {label}
        {(isOptional ?? !input.required) && <span className="kr-quiet"> {words.optional}</span>}
      </label>
      <input id={id} ref={field} aria-invalid={isWrong || undefined} aria-describedby={hint && `${id}-hint`} {...input} />
      {hint && (
        <p id={`${id}-hint`} className="kr-quiet">
          {hint}
        </p>
      )}
    </div>
  );
}

interface SelectProps {
  readonly label: string;

  /** Whether the label is for those only who do not see the place. */
  readonly isQuiet?: boolean;
  readonly value: string;
  readonly isBusy?: boolean;
  readonly options: readonly { readonly id: string; readonly name: string }[];
  readonly onChange: (id: string) => void;
}

/** A choice of one. */
export function Select({ label, isQuiet = false, value, isBusy = false, options, onChange }: SelectProps): ReactElement {
  const id = useId();
  return (
    <div className="kr-field">
      <label htmlFor={id} className={isQuiet ? 'kr-unseen' : undefined}>
        {label}
      </label>
      <select id={id} value={value} aria-busy={isBusy} onChange={({ target }) => onChange(target.value)}>
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A picture, or the beginning of the name where there is none. The name stands beside it. */
export function Picture({ url, name }: { readonly url: string; readonly name: string }): ReactElement {
  return (
    <span className="kr-picture" aria-hidden="true">
      {url ? <img src={url} alt="" /> : [...name.trim()].slice(0, 1).join('').toUpperCase()}
    </span>
  );
}
