//! The workspaces that a user is in.

use super::store::{self, workspace_columns};
use super::view;
use crate::app::Site;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::UserId;
use crate::membership;
use crate::membership::restriction::Visitor;
use crate::organization::mine::read_role;
use crate::organization::store::{self as organizations, organization_columns};
use crate::organization::view as shown;
use crate::params;
use crate::time::rfc3339;
use keyrack_protocol::WorkspaceMembership;

/// The memberships of a user who comes like this, in workspaces, oldest first; of all, of the one workspace that
/// is named, or of those in the organization that is. What keeps one out of the organization keeps one out of them, too.
///
/// # Errors
/// What the database says.
pub fn memberships(
    on: &mut Snapshot<'_>,
    site: &Site,
    (user, visitor): (&UserId, Visitor),
    only: &str,
) -> Result<Vec<WorkspaceMembership>> {
    let rows = on.query(
        concat!(
            "select m.id, m.user_id, m.public_metadata, m.created_at, m.updated_at, ",
            workspace_columns!(),
            ", ",
            organization_columns!("t"),
            ", r.role_id, q.name, q.permissions, q.created_at, q.updated_at
         from memberships m join workspaces w on w.id = m.place_id join organizations o on o.id = w.organization_id
             left join member_counts c on c.place_id = w.id
             left join member_counts t on t.place_id = o.id
             left join membership_roles r on r.membership_id = m.id
             left join roles q on q.id = r.role_id and q.place_id = m.place_id and q.removed_at is null
         where m.user_id = $1 and m.deployment_id = $2 and ($3 = '' or w.id = $3 or o.id = $3)
             and w.deleted_at is null and o.deleted_at is null
         order by m.id, r.role_id"
        ),
        params![user.as_str(), &site.config.id, only],
    )?;
    let known = membership::roles_of(&site.config, Kind::Workspace);
    let mut all: Vec<WorkspaceMembership> = Vec::new();
    for row in rows {
        let mut cells = row.cells();
        let membership = membership::store::read(&mut cells)?;
        let workspace = store::read(&mut cells)?;
        let organization = organizations::read(&mut cells)?;
        let obstacle = workspace.asks.judge(visitor).and(organization.asks.judge(visitor));
        let role = read_role(&mut cells, known, Kind::Workspace)?;
        if all.last().is_none_or(|last| last.id != membership.id.as_str()) {
            all.push(WorkspaceMembership {
                id: membership.id.to_string(),
                workspace: view::workspace(site, &workspace, &organization),
                workspace_id: workspace.id.to_string(),
                organization: shown::organization(site, &organization),
                organization_id: organization.id.to_string(),
                user_id: membership.user.to_string(),
                roles: Vec::new(),
                public_metadata: membership.public_metadata,
                created_at: rfc3339(membership.created_at),
                updated_at: rfc3339(membership.updated_at),
                eligibility_restriction: obstacle.view(),
            });
        }
        if let (Some(role), Some(last)) = (role, all.last_mut()) {
            last.roles.push(shown::workspace_role(site, workspace.id.as_str(), &role));
        }
    }
    Ok(all)
}
