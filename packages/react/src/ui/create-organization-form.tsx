import { type ReactElement, useEffect, useRef } from 'react';
import type { OrganizationCreated } from '../types.gen.js';
import { useOrganizationList } from '../use-lists.js';
import { useView } from '../use-session.js';
import { Wait } from './frame.js';
import { Field, Form } from './parts.js';
import { isOfInput, useRun } from './use-run.js';
import { useWords } from './words.js';

/** What {@link CreateOrganizationForm} takes. */
export interface CreateOrganizationFormProps {
  /** Called when it is there and the account acts in it. */
  readonly onCreated?: (created: OrganizationCreated) => void;

  /** Shows a way back, and is called when somebody takes it. */
  readonly onCancel?: () => void;

  /** Whether the focus goes into it when it appears: for a form that somebody asked for. */
  readonly takesFocus?: boolean;
}

/** Makes an organization, in which the active account acts then. */
export function CreateOrganizationForm(props: CreateOrganizationFormProps): ReactElement {
  // What was typed, and what was refused, is one account's.
  return <NewOrganization key={useView().session?.active_signin?.id} {...props} />;
}

function NewOrganization({ onCreated, onCancel, takesFocus = false }: CreateOrganizationFormProps): ReactElement {
  const words = useWords();
  const { loading, error, refetch, createOrganization } = useOrganizationList();
  const run = useRun();
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) whole.current?.querySelector('input')?.focus();
  }, [takesFocus, loading]);
  if (loading) return <Wait error={error} refetch={refetch} />;

  function create(form: HTMLFormElement): void {
    const { name = '', description = '' } = Object.fromEntries(new FormData(form)) as Record<string, string>;
    void run.run(async () => {
      const created = await createOrganization?.({ name, description: description || undefined });
      if (created) onCreated?.(created);
    });
  }

  return (
    <div className="kr" ref={whole}>
      <Form
        label={words.createOrganization}
        submit={words.createOrganization}
        isBusy={run.isBusy}
        error={run.error}
        onSubmit={create}
      >
        <Field label={words.name} name="name" required maxLength={64} autoComplete="organization" isWrong={isOfInput(run.error)} />
        <Field label={words.description} name="description" maxLength={1000} />
      </Form>
      {onCancel && (
        <button type="button" className="kr-link" onClick={onCancel}>
          {words.cancel}
        </button>
      )}
    </div>
  );
}
