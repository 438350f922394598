import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { SessionLoaded } from '../view.js';
import type { SignIn } from '../types.gen.js';
import { useDeployment } from '../use-deployment.js';
import { useOrganizationMemberships, useWorkspaceMemberships } from '../use-memberships.js';
import { useOrganization, useWorkspace } from '../use-place.js';
import { useSession } from '../use-session.js';
import { Choice, Group, Invited, Suggestions, whyNot } from './choices.js';
import { CreateOrganizationForm } from './create-organization-form.js';
import { Wait } from './frame.js';
import { Picture } from './parts.js';
import { Popup } from './popup.js';
import { type Run, useRun } from './use-run.js';
import { useWords } from './words.js';

/** What {@link OrganizationSwitcher} takes. */
export interface OrganizationSwitcherProps {
  /** Whether an organization can be made here, where the deployment lets people do that; true when omitted. */
  readonly canCreate?: boolean;
}

/**
 * Shows where the active account acts, and changes it: accounts of this browser, organizations, workspaces of the active
 * one, and what the account may join; and it says who has invited the account. Nothing while nobody is signed in.
 */
export function OrganizationSwitcher({ canCreate = true }: OrganizationSwitcherProps): ReactElement | null {
  const words = useWords();
  const hook = useSession();
  const { organization } = useOrganization();
  const settings = useDeployment().deployment?.b2b_settings;
  const place = useActivePlace();
  if (hook.loading) return <div className="kr kr-popup" aria-busy="true"><span className="kr-opener" /></div>;
  const active = hook.session.active_signin;
  if (!active) return null;
  const mayCreate = canCreate && !!settings?.allow_users_to_create_orgs;
  const button = (
    <>
      <Picture url={organization?.image_url ?? active.user.profile_picture_url} name={organization?.name ?? nameOf(active)} />
      <span className="kr-two">
        <strong>{place}</strong>{' '}
        <span className="kr-quiet">{active.user.email_address || nameOf(active)}</span>
      </span>
    </>
  );
  return (
    <Popup label={`${words.changeScope}: ${place}, ${nameOf(active)}`} button={button} title={words.changeScope}>
      {(close) => <Panel key={active.id} hook={hook} active={active} mayCreate={mayCreate} close={close} />}
    </Popup>
  );
}

/** Where the active account acts. What is not read yet is never called by another name. */
function useActivePlace(): string {
  const words = useWords();
  const active = useSession().session?.active_signin;
  const { organization } = useOrganization();
  const { workspace } = useWorkspace();
  if (!active?.active_organization_membership_id) return words.personal;
  const names = [organization ? organization.name : words.loading];
  if (active.active_workspace_membership_id && organization) names.push(workspace ? workspace.name : words.loading);
  return names.join(' / ');
}

interface PanelProps {
  readonly hook: SessionLoaded;
  readonly active: SignIn;
  readonly mayCreate: boolean;
  readonly close: () => void;
}

function Panel({ hook, active, mayCreate, close }: PanelProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const [isCreating, setCreating] = useState(false);
  const create = useRef<HTMLButtonElement>(null);
  const wasCreating = useRef(false);
  useEffect(() => {
    // Who turns back is where they were.
    if (wasCreating.current && !isCreating) create.current?.focus();
    wasCreating.current = isCreating;
  }, [isCreating]);
  if (isCreating) return <CreateOrganizationForm onCreated={close} onCancel={() => setCreating(false)} takesFocus />;
  const go = (work: () => Promise<void>): void => void run.run(work).then((isDone) => isDone && close());
  return (
    <>
      <Group title={words.accounts}>
        {hook.session.signins.map((signIn) => (
          <Choice
            key={signIn.id}
            name={nameOf(signIn)}
            more={signIn.user.email_address}
            image={signIn.user.profile_picture_url}
            isActive={signIn.id === active.id}
            run={run}
            onChoose={() => go(() => hook.switchSignIn(signIn.id))}
          />
        ))}
      </Group>
      <Organizations hook={hook} active={active} run={run} go={go} />
      <Workspaces hook={hook} active={active} run={run} go={go} />
      <Suggestions run={run} go={go} switchTo={hook.switchOrganization} />
      <Invited />
      <p role="alert" className="kr-error">
        {run.error?.message}
      </p>
      {mayCreate && (
        <button type="button" className="kr-button" ref={create} onClick={() => setCreating(true)}>
          {words.createOrganization}
        </button>
      )}
    </>
  );
}

interface PlacesProps {
  readonly hook: SessionLoaded;
  readonly active: SignIn;
  readonly run: Run;
  readonly go: (work: () => Promise<void>) => void;
}

function Organizations({ hook, active, run, go }: PlacesProps): ReactElement {
  const words = useWords();
  const { loading, error, refetch, organizationMemberships = [] } = useOrganizationMemberships();
  return (
    <>
      <Group title={words.organizations}>
        <Choice
          name={words.personal}
          image={active.user.profile_picture_url}
          isActive={!active.active_organization_membership_id}
          run={run}
          onChoose={() => go(() => hook.switchOrganization())}
        />
        {organizationMemberships.map(({ id, organization, eligibility_restriction: restriction }) => (
          <Choice
            key={id}
            name={organization.name}
            image={organization.image_url}
            isActive={id === active.active_organization_membership_id}
            why={whyNot(restriction)}
            run={run}
            onChoose={() => go(() => hook.switchOrganization(organization.id))}
          />
        ))}
      </Group>
      {loading && <Wait error={error} refetch={refetch} />}
    </>
  );
}

/** Those of the organization that the account acts in. */
function Workspaces({ hook, active, run, go }: PlacesProps): ReactElement | null {
  const words = useWords();
  const { organization } = useOrganization();
  const { loading, error, refetch, workspaceMemberships = [] } = useWorkspaceMemberships();
  const here = workspaceMemberships.filter(({ organization_id: id }) => id === organization?.id);
  if (loading && organization) return <Wait error={error} refetch={refetch} />;
  if (here.length === 0) return null;
  return (
    <Group title={words.workspaces}>
      {here.map(({ id, workspace, eligibility_restriction: restriction }) => (
        <Choice
          key={id}
          name={workspace.name}
          image={workspace.image_url}
          isActive={id === active.active_workspace_membership_id}
          why={whyNot(restriction)}
          run={run}
          onChoose={() => go(() => hook.switchWorkspace(workspace.id))}
        />
      ))}
    </Group>
  );
}

/** The name of an account, or its address where it has none. */
export function nameOf({ user }: Pick<SignIn, 'user'>): string {
  return `${user.first_name} ${user.last_name}`.trim() || user.username || user.email_address;
}
