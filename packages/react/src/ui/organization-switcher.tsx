import { type ReactElement, type ReactNode, useState } from 'react';
import type { SessionLoaded } from '../view.js';
import type { SignIn } from '../types.gen.js';
import { useOrganizationSuggestions } from '../use-joining.js';
import { useOrganizationMemberships, useWorkspaceMemberships } from '../use-memberships.js';
import { useNotifications } from '../use-notifications.js';
import { useOrganization, useWorkspace } from '../use-place.js';
import { useSession } from '../use-session.js';
import { CreateOrganizationForm } from './create-organization-form.js';
import { Picture } from './parts.js';
import { Popup } from './popup.js';
import { type Run, useRun } from './use-run.js';
import { useWords } from './words.js';

/** What {@link OrganizationSwitcher} takes. */
export interface OrganizationSwitcherProps {
  /** Whether an organization can be made here; true when omitted. */
  readonly canCreate?: boolean;
}

/**
 * Shows where the active account acts, and changes it: accounts of this browser, organizations, workspaces of the active
 * one, and who has invited. Nothing while nobody is signed in.
 */
export function OrganizationSwitcher({ canCreate = true }: OrganizationSwitcherProps): ReactElement | null {
  const words = useWords();
  const hook = useSession();
  const { organization } = useOrganization();
  const { workspace } = useWorkspace();
  if (hook.loading) return <div className="kr kr-popup" aria-busy="true"><span className="kr-opener" /></div>;
  const active = hook.session.active_signin;
  if (!active) return null;
  const place = [organization?.name, workspace?.name].filter(Boolean).join(' / ') || words.personal;
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
      {(close) => <Panel key={active.id} hook={hook} active={active} canCreate={canCreate} close={close} />}
    </Popup>
  );
}

interface PanelProps {
  readonly hook: SessionLoaded;
  readonly active: SignIn;
  readonly canCreate: boolean;
  readonly close: () => void;
}

function Panel({ hook, active, canCreate, close }: PanelProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const [isCreating, setCreating] = useState(false);
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
      <Invitations />
      <Suggestions go={go} />
      <p role="alert" className="kr-error">
        {run.error?.message}
      </p>
      {canCreate && (
        <button type="button" className="kr-button" onClick={() => setCreating(true)}>
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

function Organizations({ hook, active, run, go }: PlacesProps): ReactElement | null {
  const words = useWords();
  const { organizationMemberships = [] } = useOrganizationMemberships();
  return (
    <Group title={words.organizations}>
      <Choice
        name={words.personal}
        image={active.user.profile_picture_url}
        isActive={!active.active_organization_membership_id}
        run={run}
        onChoose={() => go(() => hook.switchOrganization())}
      />
      {organizationMemberships.map(({ id, organization, eligibility_restriction: { type, message } }) => (
        <Choice
          key={id}
          name={organization.name}
          image={organization.image_url}
          isActive={id === active.active_organization_membership_id}
          why={type === 'none' ? '' : message}
          run={run}
          onChoose={() => go(() => hook.switchOrganization(organization.id))}
        />
      ))}
    </Group>
  );
}

/** Those of the organization that the account acts in. */
function Workspaces({ hook, active, run, go }: PlacesProps): ReactElement | null {
  const words = useWords();
  const { organization } = useOrganization();
  const { workspaceMemberships = [] } = useWorkspaceMemberships();
  const here = workspaceMemberships.filter(({ organization_id: id }) => id === organization?.id);
  if (here.length === 0) return null;
  return (
    <Group title={words.workspaces}>
      {here.map(({ id, workspace, eligibility_restriction: { type, message } }) => (
        <Choice
          key={id}
          name={workspace.name}
          image={workspace.image_url}
          isActive={id === active.active_workspace_membership_id}
          why={type === 'none' ? '' : message}
          run={run}
          onChoose={() => go(() => hook.switchWorkspace(workspace.id))}
        />
      ))}
    </Group>
  );
}

/** Who has invited the account, as its inbox says. The link to accept is in the mail alone. */
function Invitations(): ReactElement | null {
  const words = useWords();
  const { notifications = [] } = useNotifications({ channel: 'user', isRead: false });
  const invitations = notifications.filter(({ kind }) => kind === 'invitation_received');
  if (invitations.length === 0) return null;
  return (
    <Group title={words.invitations}>
      {invitations.map(({ id, title, body }) => (
        <li key={id} className="kr-note">
          <strong>{title}</strong> {body}
        </li>
      ))}
    </Group>
  );
}

/** The organizations that the account may join without being invited. */
function Suggestions({ go }: Pick<PlacesProps, 'go'>): ReactElement | null {
  const words = useWords();
  const { suggestions = [], join } = useOrganizationSuggestions();
  if (!join || suggestions.length === 0) return null;
  return (
    <Group title={words.suggestions}>
      {suggestions.map(({ organization_id: id, name, image_url: image, domain }) => (
        <li key={id}>
          <button
            type="button"
            className="kr-choice"
            aria-label={words.join(name)}
            onClick={() => go(async () => void (await join(id)))}
          >
            <Picture url={image} name={name} />
            <span className="kr-two">
              <span>{name}</span>{' '}
              <span className="kr-quiet">{domain}</span>
            </span>
          </button>
        </li>
      ))}
    </Group>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <>
      <h3 className="kr-title">{title}</h3>
      <ul className="kr-list" aria-label={title}>
        {children}
      </ul>
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly more?: string;
  readonly image: string;
  readonly isActive: boolean;

  /** Why it cannot be chosen at present. */
  readonly why?: string;
  readonly run: Run;
  readonly onChoose: () => void;
}

function Choice({ name, more, image, isActive, why, run, onChoose }: ChoiceProps): ReactElement {
  return (
    <li>
      <button
        type="button"
        className="kr-choice"
        aria-current={isActive || undefined}
        aria-disabled={!!why || run.isBusy || undefined}
        onClick={() => !why && onChoose()}
      >
        <Picture url={image} name={name} />
        <span className="kr-two">
          <span>{name}</span>{' '}
          {(why || more) && <span className="kr-quiet">{why || more}</span>}
        </span>
      </button>
    </li>
  );
}

/** The name of an account, or its address where it has none. */
export function nameOf({ user }: Pick<SignIn, 'user'>): string {
  return `${user.first_name} ${user.last_name}`.trim() || user.username || user.email_address;
}
