import type { FormState } from '@keyrack/react/ui';
import type { ReactNode } from 'react';
import { boot } from './boot.js';
import { say } from './say.js';
import { Wait } from './wait.js';

interface Props {
  readonly form: FormState;
  readonly name: string;
  readonly submit: string;

  readonly children: ReactNode;
}

/** A form with its fields, what went wrong with it as a whole, and its button. */
export function Form({ form, name, submit, children }: Props) {
  const { ref, isBusy, problem, onSubmit, onWaited } = form;
  // The page that it is on is where a browser would send it, if scripts did not.
  return (
    <form ref={ref} className="form" aria-label={name} action={boot.page} method="post" noValidate onSubmit={onSubmit}>
      {children}
      {problem?.wait ? (
        <Wait key={problem.wait} seconds={problem.wait} onOver={() => onWaited(say('wait_over'))} />
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
