import { type ReactElement, type ReactNode } from 'react';
import { useDeployment } from '../use-deployment.js';
import { useOrganizationMemberships, useWorkspaceMemberships } from '../use-memberships.js';
import { useOrganization } from '../use-place.js';
import { useSession } from '../use-session.js';
import { Choice, Group, Invited, Suggestions, whyNot } from './choices.js';
import { CreateOrganizationForm } from './create-organization-form.js';
import { Frame, Wait } from './frame.js';
import { useRun } from './use-run.js';
import { useWords } from './words.js';

/** What {@link RequireActiveScope} takes. */
export interface RequireActiveScopeProps {
  /** Whether it must be a workspace, too; an organization is enough when omitted. */
  readonly workspace?: boolean;

  /** Shown instead of a choice of organizations, or workspaces. */
  readonly fallback?: ReactNode;
  readonly children?: ReactNode;
}

/**
 * Shows its children while the active account acts in an organization, or in a workspace; otherwise lets it choose one,
 * join one, or make one where the deployment lets people do that. Nothing while the session is loading or nobody is signed
 * in. What the children keep of a scope should have `session.active_signin.active_organization_membership_id` in its
 * `key`.
 *
 * It decides what is shown, not what is allowed: that is for the backend, which verifies a token.
 */
export function RequireActiveScope({ workspace = false, fallback, children }: RequireActiveScopeProps): ReactNode {
  const { session } = useSession();
  const active = session?.active_signin;
  if (!active) return null;
  if (active.active_organization_membership_id && (!workspace || active.active_workspace_membership_id)) return children;
  if (fallback !== undefined) return fallback;
  return active.active_organization_membership_id ? <Workspaces key={active.id} /> : <Organizations key={active.id} />;
}

function Organizations(): ReactElement {
  const words = useWords();
  const run = useRun();
  const { switchOrganization } = useSession();
  const settings = useDeployment().deployment?.b2b_settings;
  const hook = useOrganizationMemberships();
  if (hook.loading) return <Frame isBusy><Wait error={hook.error} refetch={hook.refetch} /></Frame>;
  const go = (work: (() => Promise<void>) | undefined): void => void (work && run.run(work));
  return (
    <Frame label={words.chooseOrganization}>
      {hook.organizationMemberships.length > 0 ? (
        <Group title={words.chooseOrganization}>
          {hook.organizationMemberships.map(({ id, organization, eligibility_restriction: restriction }) => (
            <Choice
              key={id}
              name={organization.name}
              image={organization.image_url}
              why={whyNot(restriction)}
              run={run}
              onChoose={() => go(switchOrganization && (() => switchOrganization(organization.id)))}
            />
          ))}
        </Group>
      ) : (
        <p className="kr-quiet">{words.inNoOrganization}</p>
      )}
      <Suggestions run={run} go={go} switchTo={switchOrganization} />
      <Invited />
      <p role="alert" className="kr-error">
        {run.error?.message}
      </p>
      {settings?.allow_users_to_create_orgs && <CreateOrganizationForm />}
    </Frame>
  );
}

function Workspaces(): ReactElement {
  const words = useWords();
  const run = useRun();
  const { switchOrganization, switchWorkspace } = useSession();
  const { organization } = useOrganization();
  const hook = useWorkspaceMemberships();
  if (hook.loading) return <Frame isBusy><Wait error={hook.error} refetch={hook.refetch} /></Frame>;
  const here = hook.workspaceMemberships.filter(({ organization_id: id }) => id === organization?.id);
  return (
    <Frame label={words.chooseWorkspace}>
      {here.length > 0 ? (
        <Group title={words.chooseWorkspace}>
          {here.map(({ id, workspace, eligibility_restriction: restriction }) => (
            <Choice
              key={id}
              name={workspace.name}
              image={workspace.image_url}
              why={whyNot(restriction)}
              run={run}
              onChoose={() => switchWorkspace && void run.run(() => switchWorkspace(workspace.id))}
            />
          ))}
        </Group>
      ) : (
        <p className="kr-quiet">{words.inNoWorkspace}</p>
      )}
      <p role="alert" className="kr-error">
        {run.error?.message}
      </p>
      <button
        type="button"
        className="kr-button"
        aria-busy={run.isBusy}
        onClick={() => switchOrganization && void run.run(() => switchOrganization())}
      >
        {words.otherOrganization}
      </button>
    </Frame>
  );
}
