import { Protect, SignedOut, useSession } from '@keyrack/react';
import { ManageOrganization, ManageWorkspace, NotificationBell, OrganizationSwitcher, RequireActiveScope } from '@keyrack/react/ui';
import '@keyrack/react/ui.css';
import { Frame } from './frame.js';
import { NewWorkspace } from './new-workspace.js';

/** Where the active account acts, and who else is there: the ready components, in the demo's colours. */
export function Team() {
  const { session } = useSession();
  const { active_organization_membership_id: organization, active_workspace_membership_id: workspace } =
    session?.active_signin ?? {};
  return (
    <Frame>
      <div className="intro">
        <h1>Who acts where</h1>
        <p>
          An account acts for itself, or in an organization and perhaps a workspace of it. What it may do there stands in its
          tokens. Everything here comes from <code>@keyrack/react/ui</code>.
        </p>
      </div>
      <div className="team-bar">
        <OrganizationSwitcher />
        <NotificationBell />
      </div>
      <SignedOut>
        <p className="card">
          Nobody is signed in. <a href="./">Sign in with an account</a> first.
        </p>
      </SignedOut>
      <RequireActiveScope>
        <section className="card team" aria-labelledby="organization-title" key={organization}>
          <h2 id="organization-title">Organization</h2>
          <ManageOrganization />
          <Protect permission="organization:admin">
            <NewWorkspace />
          </Protect>
        </section>
        {workspace && (
          <section className="card team" aria-labelledby="workspace-title" key={workspace}>
            <h2 id="workspace-title">Workspace</h2>
            <ManageWorkspace />
          </section>
        )}
      </RequireActiveScope>
    </Frame>
  );
}
