import { type ReactElement, type ReactNode } from 'react';
import { useOrganizationMemberships, useWorkspaceMemberships } from '../use-memberships.js';
import { useOrganization } from '../use-place.js';
import { useSession } from '../use-session.js';
import { CreateOrganizationForm } from './create-organization-form.js';
import { Frame, Picture, Wait } from './parts.js';
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
 * Shows its children while the active account acts in an organization, or in a workspace; otherwise lets it choose one.
 * Nothing while the session is loading or nobody is signed in. What the children keep of a scope should have
 * `session.active_signin.active_organization_membership_id` in its `key`.
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
  const { switchOrganization } = useSession();
  const hook = useOrganizationMemberships();
  if (hook.loading) return <Frame isBusy><Wait error={hook.error} refetch={hook.refetch} /></Frame>;
  const places = hook.organizationMemberships.map(({ organization, eligibility_restriction: why }) => ({ ...organization, why }));
  return (
    <Frame label={words.chooseOrganization}>
      <Choices title={words.chooseOrganization} places={places} choose={switchOrganization} />
      <CreateOrganizationForm />
    </Frame>
  );
}

function Workspaces(): ReactElement {
  const words = useWords();
  const { switchWorkspace } = useSession();
  const { organization } = useOrganization();
  const hook = useWorkspaceMemberships();
  if (hook.loading) return <Frame isBusy><Wait error={hook.error} refetch={hook.refetch} /></Frame>;
  const here = hook.workspaceMemberships.filter(({ organization_id: id }) => id === organization?.id);
  const places = here.map(({ workspace, eligibility_restriction: why }) => ({ ...workspace, why }));
  return (
    <Frame label={words.chooseWorkspace}>
      {places.length === 0 && <p className="kr-wait">{words.noWorkspace}</p>}
      <Choices title={words.chooseWorkspace} places={places} choose={switchWorkspace} />
    </Frame>
  );
}

interface ChoicesProps {
  readonly title: string;
  readonly places: readonly {
    readonly id: string;
    readonly name: string;
    readonly image_url: string;
    readonly why: { readonly type: string; readonly message: string };
  }[];
  readonly choose: ((id: string) => Promise<void>) | undefined;
}

function Choices({ title, places, choose }: ChoicesProps): ReactElement | null {
  const run = useRun();
  if (places.length === 0) return null;
  return (
    <>
      <h3 className="kr-title">{title}</h3>
      <ul className="kr-list" aria-label={title}>
        {places.map(({ id, name, image_url: url, why }) => (
          <li key={id}>
            <button
              type="button"
              className="kr-choice"
              aria-disabled={why.type !== 'none' || undefined}
              onClick={() => why.type === 'none' && choose && void run.run(() => choose(id))}
            >
              <Picture url={url} name={name} />
              <span className="kr-two">
                <span>{name}</span>{' '}
                {why.type !== 'none' && <span className="kr-quiet">{why.message}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p role="alert" className="kr-error">
        {run.error?.message}
      </p>
    </>
  );
}
