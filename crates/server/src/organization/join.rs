//! Becoming a member of what somebody else made: the one way in, whoever opens it.

use super::store as organizations;
use crate::app::Site;
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{MembershipId, UserId};
use crate::membership::{Membership, Place, role, roles_of, store};
use crate::notification::{self, News};
use keyrack_protocol::Code;

/// Who becomes a member.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// The user.
    pub user: &'a UserId,
    /// The ids of the roles to be given; those that there are no more are left out, and without any that there is the
    /// member's role of the deployment is given.
    pub roles: &'a [String],
    /// Who lets them in, from where and when, for the records.
    pub by: &'a By,
}

/// How a try to become a member ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The user is a member now.
    Now,
    /// The user was one already, and has the roles of before.
    Before,
    /// The place has as many members as there may be.
    Full,
    /// The user is in as many organizations as one may be.
    TooMany,
}

/// Makes a user a member of a place, within the deployment's caps; an operator is bound by none. Whoever joins an
/// organization joins the workspace, too, that it puts its new members into. Whether somebody may let the user in is for
/// the caller to ask, who holds the locks of the organization and, after it, of the user.
///
/// # Errors
/// [`Code::MembershipNotFound`] for a workspace when the user is not in its organization, and what the database says.
pub fn join(tx: &mut Tx<'_>, site: &Site, place: &Place, newcomer: Newcomer<'_>) -> Result<Joined> {
    let above = organization_of(place);
    let in_organization = store::member(tx, &above, newcomer.user.as_str())?.is_some();
    match (place.kind, in_organization) {
        (Kind::Organization, true) => return Ok(Joined::Before),
        (Kind::Workspace, false) => return Err(Code::MembershipNotFound.into()),
        _ => {}
    }
    let bound = !newcomer.by.actor.is_unbound();
    if place.kind == Kind::Organization && bound && is_in_too_many(tx, site, newcomer.user)? {
        return Ok(Joined::TooMany);
    }
    let joined = enter(tx, site, (place, bound), newcomer)?;
    if joined == Joined::Now && place.kind == Kind::Organization {
        enter_usual_workspace(tx, site, place, (newcomer.user, newcomer.by))?;
    }
    Ok(joined)
}

/// Tells somebody that they are a member of a place now: for who did not ask for it. The caller holds the locks of
/// [`join`].
///
/// # Errors
/// What the database says.
pub fn tell(tx: &mut Tx<'_>, site: &Site, place: &Place, (user, now): (&UserId, i64)) -> Result<()> {
    match store::member(tx, place, user.as_str())? {
        Some(Membership { id, .. }) => {
            notification::write(tx, site, user, &News::Added { to: place, membership: &id }, now)
        }
        None => Ok(()),
    }
}

fn organization_of(place: &Place) -> Place {
    let id = place.organization.to_string();
    Place { kind: Kind::Organization, id, organization: place.organization.clone() }
}

fn is_in_too_many(tx: &mut Tx<'_>, site: &Site, user: &UserId) -> Result<bool> {
    let (member_of, _) = organizations::counts(tx, user)?;
    Ok(member_of >= i64::from(site.config.organizations.max_per_user))
}

fn enter(
    tx: &mut Tx<'_>,
    site: &Site,
    (place, bound): (&Place, bool),
    newcomer: Newcomer<'_>,
) -> Result<Joined> {
    let Newcomer { user, roles, by } = newcomer;
    let deployment = site.config.id.as_str();
    let most = match place.kind {
        _ if !bound => 0,
        Kind::Organization => site.config.organizations.max_members,
        Kind::Workspace => site.config.workspaces.max_members,
    };
    // Drawn here: how many are needed is known only now, and a transaction that runs again has left none behind.
    let id = MembershipId::draw(&site.world);
    match store::add(tx, (deployment, place), (&id, user), most, by.now)? {
        store::Joined::Before => return Ok(Joined::Before),
        store::Joined::Full => return Ok(Joined::Full),
        store::Joined::Now => {}
    }
    let known = roles_of(&site.config, place.kind);
    let mut has_role = false;
    for named in roles {
        if let Some(role) = role::find(tx, known, place, named)? {
            role::give(tx, (deployment, place), &id, &role.id)?;
            has_role = true;
        }
    }
    if !has_role {
        role::give(tx, (deployment, place), &id, &place.kind.role_id(&known.member))?;
    }
    let about = About { reason: &place.id, user: Some(user), ..About::default() };
    audit::record(tx, site, by, Event::MemberJoined, about)?;
    Ok(Joined::Now)
}

/// Puts somebody who has just joined an organization into the workspace that it puts its new members into, with the
/// member's role, unless that is full. Whoever makes a member without [`join`] calls this, with the same locks.
///
/// # Errors
/// What the database says.
pub fn enter_usual_workspace(
    tx: &mut Tx<'_>,
    site: &Site,
    organization: &Place,
    (user, by): (&UserId, &By),
) -> Result<()> {
    if !site.config.workspaces.enabled {
        return Ok(());
    }
    let deployment = site.config.id.as_str();
    let usual = organizations::load(tx, deployment, &organization.id)?;
    let Some(usual) = usual.and_then(|organization| organization.auto_assigned_workspace) else {
        return Ok(());
    };
    let Some(workspace) = store::find(tx, deployment, (Kind::Workspace, &usual))? else { return Ok(()) };
    enter(tx, site, (&workspace, true), Newcomer { user, roles: &[], by }).map(drop)
}
