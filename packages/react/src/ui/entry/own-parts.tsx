/** Keyrack's own parts, for applications that have none of theirs. */
import { type ReactElement, useEffect, useId, useRef, useState } from 'react';
import type { PartButtonProps, PartFieldProps, PartFormProps, TitleProps, UiParts } from './kit.js';
import { problemOf } from './problem.js';
import { useSay } from './say.js';
import { useCountdown } from './use-countdown.js';

function Title({ children, takesFocus = false }: TitleProps): ReactElement {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) title.current?.focus();
  }, [takesFocus]);
  return (
    <h2 className="kr-heading" tabIndex={-1} ref={title}>
      {children}
    </h2>
  );
}

function Form({ form, name, submit, children }: PartFormProps): ReactElement {
  const { ref, isBusy, problem, onSubmit, onWaited } = form;
  return (
    <form className="kr-form" ref={ref} aria-label={name} noValidate onSubmit={onSubmit}>
      {children}
      {problem?.wait ? (
        <Wait key={problem.wait} seconds={problem.wait} onOver={onWaited} />
      ) : (
        <p role="alert" className={problem?.isOver ? 'kr-line' : 'kr-line kr-error'}>
          {problem?.text}
        </p>
      )}
      <button type="submit" className="kr-button kr-main" aria-busy={isBusy} aria-disabled={!!problem?.wait}>
        {submit}
      </button>
    </form>
  );
}

/** Counts down for the eye; whoever hears the page is told once how long it takes, and once that it is over. */
function Wait({ seconds, onOver }: { readonly seconds: number; readonly onOver: (said: string) => void }): ReactElement {
  const say = useSay();
  const left = useCountdown(seconds);
  const over = say('waitOver');
  useEffect(() => {
    if (left === 0) onOver(over);
  }, [left, over, onOver]);
  return (
    <>
      <p className="kr-line kr-error" aria-hidden="true">
        {say('wait', { time: `${Math.max(left, 1)} s` })}
      </p>
      <p className="kr-unseen" role="alert">
        {say('wait', { time: `${seconds} s` })}
      </p>
    </>
  );
}

function Field({ form, label, hint, takesFocus, ...input }: PartFieldProps): ReactElement {
  const say = useSay();
  const id = useId();
  const element = useRef<HTMLInputElement>(null);
  const problem = form.problems[input.name];
  useEffect(() => {
    if (takesFocus) element.current?.focus();
  }, [takesFocus]);
  return (
    <div className="kr-field">
      <label htmlFor={id}>
        {label}
        {!input.required && <span className="kr-quiet"> {say('fieldOptional')}</span>}
      </label>
      <input
        id={id}
        ref={element}
        aria-invalid={problem ? 'true' : undefined}
        aria-describedby={problem ? `${id}-problem` : hint ? `${id}-hint` : undefined}
        onInput={() => form.onEdit(input.name)}
        {...input}
      />
      {hint && !problem && (
        <p className="kr-quiet" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p className="kr-error kr-quiet-error" role="alert" id={`${id}-problem`}>
        {problem}
      </p>
    </div>
  );
}

function PasswordField(props: Omit<PartFieldProps, 'name' | 'type'>): ReactElement {
  const say = useSay();
  const [isShown, setShown] = useState(false);
  return (
    <>
      <Field {...props} name="password" type={isShown ? 'text' : 'password'} autoCapitalize="none" spellCheck={false} required />
      <div className="kr-checks">
        <label>
          <input type="checkbox" checked={isShown} onChange={() => setShown(!isShown)} /> {say('passwordShow')}
        </label>
      </div>
    </>
  );
}

const LOOKS = { main: 'kr-button kr-main', usual: 'kr-button', link: 'kr-link' } as const;

function Button({ look = 'usual', isBusy = false, isOff = false, onPress, children }: PartButtonProps): ReactElement {
  return (
    <button
      type="button"
      className={LOOKS[look]}
      aria-busy={isBusy}
      aria-disabled={isOff || undefined}
      onClick={() => !isBusy && !isOff && onPress()}
    >
      {children}
    </button>
  );
}

/** Keyrack's own. */
export const KEYRACK_PARTS: UiParts = {
  Title,
  Lead: ({ children }) => <p className="kr-quiet">{children}</p>,
  Notice: ({ isBad = false, children }) => (
    <p className={isBad ? 'kr-note kr-error' : 'kr-note'} role={isBad ? 'alert' : undefined}>
      {children}
    </p>
  ),
  Form,
  Field,
  PasswordField,
  Button,
  Anchor: ({ href, children }) => (
    <a className="kr-link" href={href}>
      {children}
    </a>
  ),
  Ways: ({ children }) => <div className="kr-ways">{children}</div>,
  Outcome: ({ isGood, children }) => (
    <p className={isGood ? 'kr-line' : 'kr-line kr-error'} role="status">
      {children}
    </p>
  ),
  Other: ({ children }) => <p className="kr-quiet">{children}</p>,
  Working: function Working() {
    const say = useSay();
    return (
      <p className="kr-wait" role="status">
        <span className="kr-unseen">{say('loading')}</span>
      </p>
    );
  },
  problemOf,
};
