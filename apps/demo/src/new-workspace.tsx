import { useWorkspaceList, type KeyrackError } from '@keyrack/react';
import { useState } from 'react';
import { Field, Form } from './form.js';

/** Makes a workspace in the active organization, which the account then acts in. */
export function NewWorkspace() {
  const { createWorkspace } = useWorkspaceList();
  const [{ loading, error }, setState] = useState<{ loading: boolean; error: KeyrackError | undefined }>({ loading: false, error: undefined });

  async function create(name: string) {
    setState({ loading: true, error: undefined });
    try {
      await createWorkspace?.({ name });
      setState({ loading: false, error: undefined });
    } catch (refusal) {
      setState({ loading: false, error: refusal as KeyrackError });
    }
  }

  return (
    <details>
      <summary>New workspace</summary>
      <Form label="New workspace" submit="Create workspace" loading={loading} error={error} onSubmit={({ name = '' }) => create(name)}>
        <Field label="Name" name="name" required />
      </Form>
    </details>
  );
}
