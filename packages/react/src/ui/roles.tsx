import { type ReactElement } from 'react';
import type { OrganizationRole, WorkspaceRole } from '../types.gen.js';
import type { UseOrganizationRoles, UseWorkspaceRoles } from '../use-roles.js';
import { Sure } from './buttons.js';
import { List } from './list.js';
import { Wait } from './frame.js';
import { Field, Form } from './parts.js';
import { isOfInput, useRun } from './use-run.js';
import { useWords } from './words.js';

interface RolesProps {
  /** What the place is called. */
  readonly place: string;
  readonly hook: UseOrganizationRoles | UseWorkspaceRoles;

  /** What a role can allow; empty where the deployment has no roles of a place's own. */
  readonly permissions: readonly string[];

  /** Whether the account may make and remove roles. */
  readonly mayAdministrate: boolean;
}

/** The roles of a place, and what each allows. */
export function Roles({ place, hook, permissions, mayAdministrate }: RolesProps): ReactElement {
  const words = useWords();
  const run = useRun();
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  const { roles, createRole, deleteRole } = hook;

  function create(form: HTMLFormElement): void {
    const values = new FormData(form);
    const role = { name: String(values.get('name')), permissions: values.getAll('permission').map(String) };
    void run.run(async () => {
      await createRole(role);
      form.reset();
    }, words.saved);
  }

  return (
    <>
      <List label={words.roles}>
        {roles.map((role) => (
          <Role key={role.id} role={role} remove={mayAdministrate && !role.is_deployment_level ? deleteRole : undefined} />
        ))}
      </List>
      {mayAdministrate && permissions.length > 0 && (
        <Form
          label={words.partOf(words.createRole, place)}
          submit={words.createRole}
          isBusy={run.isBusy}
          error={run.error}
          done={run.done}
          onSubmit={create}
        >
          <Field label={words.name} name="name" required maxLength={64} isWrong={isOfInput(run.error)} />
          <fieldset className="kr-checks">
            <legend>{words.permissions}</legend>
            {permissions.map((permission) => (
              <label key={permission}>
                <input type="checkbox" name="permission" value={permission} /> {permission}
              </label>
            ))}
          </fieldset>
        </Form>
      )}
    </>
  );
}

interface RoleProps {
  readonly role: OrganizationRole | WorkspaceRole;

  /** Undefined where it cannot be removed. */
  readonly remove: ((roleId: string) => Promise<void>) | undefined;
}

function Role({ role: { id, name, permissions }, remove }: RoleProps): ReactElement {
  const words = useWords();
  const run = useRun();
  return (
    <li className="kr-row">
      <span className="kr-two">
        <span>{name}</span>{' '}
        <span className="kr-quiet">{permissions.join(', ')}</span>
      </span>
      {remove && (
        <Sure label={words.deleteRole(name)} isBusy={run.isBusy} onPress={() => void run.run(() => remove(id))}>
          ×
        </Sure>
      )}
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
    </li>
  );
}
