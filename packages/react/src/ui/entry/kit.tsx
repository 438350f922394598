/** What the forms for getting in are made of, so that an application can have them made of its own parts. */
import { createContext, type InputHTMLAttributes, type ReactElement, type ReactNode, useContext, useMemo } from 'react';
import { KEYRACK_PARTS } from './own-parts.js';
import type { Problem } from './problem.js';
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
