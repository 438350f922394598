import { useWorkspaceList, type KeyrackError } from '@keyrack/react';
import { useRef, useState } from 'react';
import { Field, Form } from './form.js';

/** Makes a workspace in the active organization, which the account then acts in. */
export function NewWorkspace() {
  const { createWorkspace } = useWorkspaceList();
  const details = useRef<HTMLDetailsElement>(null);
  const [{ loading, error }, setState] = useState<{ loading: boolean; error: KeyrackError | undefined }>({ loading: false, error: undefined });

  async function create(name: string) {
    setState({ loading: true, error: undefined });
    try {
      await createWorkspace?.({ name });
      setState({ loading: false, error: undefined });
      close();
    } catch (refusal) {
      setState({ loading: false, error: refusal as KeyrackError });
    }
  }

  /** Ready for another one, and out of the way. */
  function close() {
    const { current } = details;
    if (!current) return;
    current.querySelector('form')?.reset();
    current.open = false;
    current.querySelector('summary')?.focus();
  }

  return (
    <details ref={details}>
      <summary>New workspace</summary>
      <Form label="New workspace" submit="Create workspace" loading={loading} error={error} onSubmit={({ name = '' }) => create(name)}>
        <Field label="Name" name="name" required />
      </Form>
    </details>
  );
}
