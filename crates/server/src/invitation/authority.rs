//! What somebody may invite to, and what an invitation gives.
//!
//! Whoever invites to an organization manages it and has all that the role allows; whoever invites to a workspace
//! manages that one and has all that the role there allows. Who is in the organization already, and gets no role there,
//! is invited to the workspace by its managers alone. The role of whoever joins is the deployment's to give.

use super::{Invitation, Wanted};
use crate::app::Site;
use crate::audit::By;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::membership::{Place, Role, may_give, role};
use crate::organization::acting::{Acting, Actor};
use crate::user;
use keyrack_protocol::Code;
use std::sync::Arc;

/// What an invitation gives.
#[derive(Clone, Debug)]
pub struct Given {
    /// The organization.
    pub organization: Place,
    /// The role there; none for a member who gets nothing more there.
    pub role: Option<Role>,
    /// The workspace with the role in it, if to one.
    pub workspace: Option<(Place, Role)>,
}

/// What `inviter` may give of what is wanted, whether or not they come themselves; `is_member` says whether the invited
/// user is in the organization.
///
/// # Errors
/// [`Code::OrganizationNotFound`], [`Code::WorkspaceNotFound`], [`Code::RoleNotFound`], [`Code::PermissionDenied`],
/// [`Code::RoleExceedsYours`].
pub fn given(on: &mut Snapshot<'_>, inviter: &Actor, wanted: &Wanted, is_member: bool) -> Result<Given> {
    let acting = inviter.in_absence(on, (Kind::Organization, wanted.organization.as_str()))?;
    let gets_none = is_member && wanted.role.is_none() && wanted.workspace.is_some();
    let role = match gets_none {
        true => None,
        false => Some(part(on, inviter, &acting, wanted.role.as_deref())?),
    };
    let workspace = match &wanted.workspace {
        None => None,
        Some(id) => {
            let inside = inviter.in_absence(on, (Kind::Workspace, id))?;
            if inside.place.organization != wanted.organization {
                return Err(Code::WorkspaceNotFound.into());
            }
            let role = part(on, inviter, &inside, wanted.workspace_role.as_deref())?;
            Some((inside.place, role))
        }
    };
    Ok(Given { organization: acting.place, role, workspace })
}

fn part(on: &mut Snapshot<'_>, inviter: &Actor, acting: &Acting, asked: Option<&str>) -> Result<Role> {
    let kind = acting.place.kind;
    let known = inviter.roles(kind);
    let usual = kind.role_id(&known.member);
    let role = role::find(on, known, &acting.place, asked.unwrap_or(&usual))?.ok_or(Code::RoleNotFound)?;
    let given: &[String] = if role.id == usual { &[] } else { &role.permissions };
    may_give(&acting.held, kind, given)?;
    Ok(role)
}

/// Whether somebody may see, and withdraw, invitations: whoever manages the organization, and of those to a workspace
/// whoever manages that.
///
/// # Errors
/// [`Code::PermissionDenied`], [`Code::WorkspaceNotFound`].
pub fn may_see(on: &mut Snapshot<'_>, actor: &Actor, acting: &Acting, workspace: Option<&str>) -> Result<()> {
    let managed = acting.may_manage();
    let Some(workspace) = workspace.filter(|_| managed.is_err()) else { return managed.map_err(Into::into) };
    let inside = actor.look(on, (Kind::Workspace, workspace))?;
    if inside.place.organization != acting.place.organization {
        return Err(Code::WorkspaceNotFound.into());
    }
    inside.may_manage().map_err(Into::into)
}

/// What an invitation still gives: as [`given`] decides for whoever sent it last. None when that user may not act, is
/// not in the place any more or may not give that now, or the place is gone. Of a role that is gone the usual one is
/// left.
///
/// # Errors
/// What the database says.
pub fn still_given(
    on: &mut Snapshot<'_>,
    site: &Arc<Site>,
    it: &Invitation,
    (is_member, now): (bool, i64),
) -> Result<Option<Given>> {
    if !user::store::acts(on, &site.config.id, &it.inviter)? {
        return Ok(None);
    }
    let inviter = Actor::absent(site, &it.inviter, By::system(now));
    let wanted = left_of(on, &inviter, &it.wanted)?;
    match given(on, &inviter, &wanted, is_member) {
        Ok(given) => Ok(Some(given)),
        Err(error) if error.code().status() < 500 => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is wanted without the roles that are gone.
fn left_of(on: &mut Snapshot<'_>, inviter: &Actor, wanted: &Wanted) -> Result<Wanted> {
    let mut left = wanted.clone();
    let organization = Place {
        kind: Kind::Organization,
        id: wanted.organization.to_string(),
        organization: wanted.organization.clone(),
    };
    let is_there = |on: &mut Snapshot<'_>, place: &Place, id: &Option<String>| match id {
        None => Ok(false),
        Some(id) => role::find(on, inviter.roles(place.kind), place, id).map(|found| found.is_some()),
    };
    if !is_there(on, &organization, &wanted.role)? {
        left.role = None;
    }
    if let Some(id) = &wanted.workspace {
        let place = Place { kind: Kind::Workspace, id: id.clone(), ..organization };
        if !is_there(on, &place, &wanted.workspace_role)? {
            left.workspace_role = None;
        }
    }
    Ok(left)
}
