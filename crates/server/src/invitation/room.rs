//! Whether an organization and its workspaces have room for who accepts, and letting them in.

use super::authority::Given;
use crate::app::Site;
use crate::audit::{self, About, By, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::membership::{self, Place, Role, role};
use crate::organization;
use crate::organization::join::{Joined, Newcomer, join};
use crate::user::User;
use keyrack_protocol::InvitationRefusal;

/// Why there is no room for one more, if there is none.
///
/// # Errors
/// What the database says.
pub(super) fn full(
    tx: &mut Tx<'_>,
    site: &Site,
    (given, user): (&Given, &User),
    is_member: bool,
) -> Result<Option<InvitationRefusal>> {
    let (organizations, workspaces) = (&site.config.organizations, &site.config.workspaces);
    if !is_member {
        let (member_of, _) = organization::store::counts(tx, &user.id)?;
        if member_of >= i64::from(organizations.max_per_user) {
            return Ok(Some(InvitationRefusal::InvitationTooManyOrganizations));
        }
        if is_full(tx, &given.organization, organizations.max_members)? {
            return Ok(Some(InvitationRefusal::InvitationOrganizationFull));
        }
    }
    let Some((workspace, _)) = &given.workspace else { return Ok(None) };
    let is_there = membership::store::member(tx, workspace, user.id.as_str())?.is_some();
    let is_full = !is_there && is_full(tx, workspace, workspaces.max_members)?;
    Ok(is_full.then_some(InvitationRefusal::InvitationWorkspaceFull))
}

fn is_full(tx: &mut Tx<'_>, place: &Place, most: u32) -> Result<bool> {
    Ok(most > 0 && membership::store::count(tx, &place.id)? >= i64::from(most))
}

/// Makes a user a member, for whom there is room, with a role; gives it to one who is a member already.
///
/// # Errors
/// What the database says.
pub(super) fn let_in(
    tx: &mut Tx<'_>,
    site: &Site,
    (place, role): (&Place, &Role),
    (user, by): (&User, &By),
) -> Result<()> {
    let newcomer = Newcomer { user: &user.id, roles: std::slice::from_ref(&role.id), by };
    match join(tx, site, place, newcomer)? {
        Joined::Now => return Ok(()),
        Joined::Before => {}
        Joined::Full | Joined::TooMany => {
            return Err(Error::internal("join", "there was room, and is none under the same lock"));
        }
    }
    let member = membership::store::member(tx, place, user.id.as_str())?;
    let member = member.ok_or_else(|| Error::internal("join", "the membership is not there"))?;
    if role::give(tx, (&site.config.id, place), &member.id, &role.id)? {
        membership::store::touch(tx, &member.id, by.now)?;
        let about = About { reason: &place.id, user: Some(&user.id), ..About::default() };
        audit::record(tx, site, by, Event::RoleGiven, about)?;
    }
    Ok(())
}
