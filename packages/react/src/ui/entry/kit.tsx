/** What the forms for getting in are made of, so that an application can have them made of its own parts. */
import {
  createContext,
  type InputHTMLAttributes,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useSay } from './say.js';
import { type Problem, problemOf } from './problem.js';
import type { FormState } from './use-form.js';

/** What a {@link UiParts.Title} takes. */
export interface TitleProps {
  readonly children: ReactNode;

  /** Whether the focus goes here when it appears: a step without fields begins with its title. */
  readonly takesFocus?: boolean;
}

/** What a {@link UiParts.Form} takes. */
export interface PartFormProps {
  readonly form: FormState;

  /** What it is called. */
  readonly name: string;

  /** What its button says. */
  readonly submit: string;
  readonly children: ReactNode;
}

/** What a {@link UiParts.Field} takes. */
export interface PartFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'form'> {
  readonly form: FormState;
  readonly label: string;
  readonly name: string;

  /** What to know before typing. */
  readonly hint?: string;

  /** Whether the focus goes here when the field appears. */
  readonly takesFocus?: boolean | undefined;
}

/** What a {@link UiParts.Button} takes. */
export interface PartButtonProps {
  readonly look?: 'main' | 'usual' | 'link';
  readonly isBusy?: boolean;

  /** Whether pressing it would do nothing at present. */
  readonly isOff?: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

/** What the forms for getting in are made of. */
export interface UiParts {
  /** The heading of a step. */
  readonly Title: (props: TitleProps) => ReactElement;

  /** A sentence below it. */
  readonly Lead: (props: { readonly children: ReactNode }) => ReactElement;

  /** Something to know first; `isBad` when it stands in the way. */
  readonly Notice: (props: { readonly isBad?: boolean; readonly children: ReactNode }) => ReactElement;

  /** A form with what went wrong with it as a whole, said aloud too, and its button. */
  readonly Form: (props: PartFormProps) => ReactElement;

  /** A labelled input with what is wrong with it. */
  readonly Field: (props: PartFieldProps) => ReactElement;

  /** The same for a password, named `password`. */
  readonly PasswordField: (props: Omit<PartFieldProps, 'name' | 'type'>) => ReactElement;
  readonly Button: (props: PartButtonProps) => ReactElement;
  readonly Anchor: (props: { readonly href: string; readonly children: ReactNode }) => ReactElement;

  /** Several buttons below each other. */
  readonly Ways: (props: { readonly children: ReactNode }) => ReactElement;

  /** What came of a button, said aloud. */
  readonly Outcome: (props: { readonly isGood: boolean; readonly children: ReactNode }) => ReactElement;

  /** What stands below all else. */
  readonly Other: (props: { readonly children: ReactNode }) => ReactElement;

  /** Something is under way that takes a moment. */
  readonly Working: () => ReactElement;

  /** Puts what a hook rejected with into words. */
  readonly problemOf: (error: unknown) => Problem;
}

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

/** Seconds that are left of so many since this appeared. */
export function useCountdown(seconds: number): number {
  const [until] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(seconds);
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setInterval(() => setLeft(Math.max(Math.ceil((until - Date.now()) / 1000), 0)), 250);
    return () => clearInterval(timer);
  }, [until, isOver]);
  return left;
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

const KEYRACK_PARTS: UiParts = {
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

const PartsContext = createContext<UiParts>(KEYRACK_PARTS);

/** What {@link UiPartsProvider} takes. */
export interface UiPartsProviderProps {
  /** Parts of the application's own; what is left out stays Keyrack's. */
  readonly parts: Partial<UiParts>;
  readonly children?: ReactNode;
}

/** Has the forms for getting in below made of the application's own parts. */
export function UiPartsProvider({ parts, children }: UiPartsProviderProps): ReactElement {
  const all = useMemo(() => ({ ...KEYRACK_PARTS, ...parts }), [parts]);
  return <PartsContext.Provider value={all}>{children}</PartsContext.Provider>;
}

/** The parts of the nearest provider. */
export function useParts(): UiParts {
  return useContext(PartsContext);
}
