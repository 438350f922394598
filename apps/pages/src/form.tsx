import type { ReactNode } from 'react';
import type { PageName } from './boot.js';
import { say } from './say.js';
import type { FormState } from './use-form.js';
import { Wait } from './wait.js';

interface Props {
  readonly form: FormState;
  readonly name: string;
  readonly submit: string;

  /** The page that it is on: where a browser would send it, if scripts did not. */
  readonly action: PageName;
  readonly children: ReactNode;
}

/** A form with its fields, what went wrong with it as a whole, and its button. */
export function Form({ form, name, submit, action, children }: Props) {
  const { ref, isBusy, problem, onSubmit, onWaited } = form;
  return (
    <form ref={ref} className="form" aria-label={name} action={action} method="post" noValidate onSubmit={onSubmit}>
      {children}
      {problem?.wait ? (
        <Wait key={problem.wait} seconds={problem.wait} onOver={onWaited} />
      ) : (
        <p className={problem?.isOver ? 'alert alert-over' : problem ? 'alert alert-shown' : 'alert'} role="alert">
          {problem?.text}
        </p>
      )}
      <button type="submit" className="button button-main" aria-busy={isBusy} aria-disabled={Boolean(problem?.wait)}>
        {submit}
      </button>
    </form>
  );
}

/** Which of these fields are empty. */
export function missing(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.filter((name) => !values[name]?.trim()).map((name) => [name, say('field_missing')]));
}
