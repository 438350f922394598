//! The open invitations to an address that somebody has just proved.

use crate::app::Site;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{OrganizationId, UserId};
use crate::membership::Place;
use crate::notification::{self, News};
use crate::params;

/// Tells a user of the invitations that wait for an address which the account has proved by now. The caller holds the
/// user's lock.
///
/// # Errors
/// What the database says.
pub fn tell_of_open(tx: &mut Tx<'_>, site: &Site, (user, email): (&UserId, &str), now: i64) -> Result<()> {
    let config = &site.config;
    if !config.organizations.enabled {
        return Ok(());
    }
    let rows = tx.query(
        "select i.id, i.organization_id, i.workspace_id from invitations i
             join organizations o on o.id = i.organization_id and o.deleted_at is null
         where i.deployment_id = $1 and i.email = $2 and i.ended_at is null and i.expires_at > $3 order by i.id",
        params![&config.id, email, now],
    )?;
    for row in rows {
        let mut cells = row.cells();
        let (id, organization) = (cells.text()?, OrganizationId::stored(cells.text()?));
        let workspace = cells.optional_text()?.filter(|_| config.workspaces.enabled);
        let to = match workspace {
            Some(id) => Place { kind: Kind::Workspace, id, organization },
            None => Place { kind: Kind::Organization, id: organization.to_string(), organization },
        };
        notification::put(tx, site, user, &News::Invited { to: &to, invitation: &id }, now)?;
    }
    Ok(())
}
