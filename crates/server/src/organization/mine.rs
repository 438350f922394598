//! The organizations that a user is in.

use super::{store, view};
use crate::app::Site;
use crate::config::teams::{Kind, Roles};
use crate::db::{Cells, Snapshot};
use crate::error::Result;
use crate::id::UserId;
use crate::membership::restriction::Visitor;
use crate::membership::{self, Role, role};
use crate::params;
use crate::time::rfc3339;
use keyrack_protocol::OrganizationMembership;

/// The memberships of a user who comes like this, in organizations, oldest first; of all, or of the one
/// organization that is named.
///
/// # Errors
/// What the database says.
pub fn memberships(
    on: &mut Snapshot<'_>,
    site: &Site,
    (user, visitor): (&UserId, Visitor),
    only: &str,
) -> Result<Vec<OrganizationMembership>> {
    let rows = on.query(
        concat!(
            "select m.id, m.user_id, m.public_metadata, m.created_at, m.updated_at, ",
            store::organization_columns!("c"),
            ", r.role_id, w.name, w.permissions, w.created_at, w.updated_at
         from memberships m join organizations o on o.id = m.place_id
             left join member_counts c on c.place_id = o.id
             left join membership_roles r on r.membership_id = m.id
             left join roles w on w.id = r.role_id and w.place_id = m.place_id and w.removed_at is null
         where m.user_id = $1 and m.deployment_id = $2 and ($3 = '' or o.id = $3) and o.deleted_at is null
         order by m.id, r.role_id"
        ),
        params![user.as_str(), &site.config.id, only],
    )?;
    let known = membership::roles_of(&site.config, Kind::Organization);
    let mut all: Vec<OrganizationMembership> = Vec::new();
    for row in rows {
        let mut cells = row.cells();
        let membership = membership::store::read(&mut cells)?;
        let organization = store::read(&mut cells)?;
        let role = read_role(&mut cells, known, Kind::Organization)?;
        if all.last().is_none_or(|last| last.id != membership.id.as_str()) {
            all.push(OrganizationMembership {
                id: membership.id.to_string(),
                organization: view::organization(site, &organization),
                organization_id: organization.id.to_string(),
                user_id: membership.user.to_string(),
                roles: Vec::new(),
                public_metadata: membership.public_metadata,
                created_at: rfc3339(membership.created_at),
                updated_at: rfc3339(membership.updated_at),
                eligibility_restriction: organization.asks.judge(visitor).view(),
            });
        }
        if let (Some(role), Some(last)) = (role, all.last_mut()) {
            last.roles.push(view::organization_role(site, organization.id.as_str(), &role));
        }
    }
    Ok(all)
}

/// Reads the columns `role_id, name, permissions, created_at, updated_at`; none when there is no such role.
///
/// # Errors
/// When the columns are others.
pub fn read_role(cells: &mut Cells, known: &Roles, kind: Kind) -> Result<Option<Role>> {
    let Some(id) = cells.optional_text()? else { return Ok(None) };
    if let Some(role) = role::of_everywhere(known, kind, &id) {
        return Ok(Some(role));
    }
    let (name, permissions) = (cells.optional_text()?, cells.optional_text()?);
    let times = cells.optional_int()?.zip(cells.optional_int()?);
    let (Some(name), Some(permissions), Some((created_at, updated_at))) = (name, permissions, times) else {
        return Ok(None);
    };
    let permissions = role::known_of(&permissions, known)?;
    Ok(Some(Role { id, own: true, name, permissions, created_at, updated_at }))
}
