//! What is done to members and roles of a place, in the transaction that [`super::acting`] has entered it in.

use super::acting::{Acting, Actor};
use crate::audit::Event;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{MembershipId, OrganizationId, RoleId};
use crate::membership::{Membership, Permissions, Place, Role, may_move, new_permissions, role, store};
use crate::session::scope;
use crate::user;
use keyrack_protocol::Code;

/// The member whom a text names.
///
/// # Errors
/// [`Code::MembershipNotFound`].
pub fn member(tx: &mut Tx<'_>, place: &Place, text: &str) -> Result<Membership> {
    Ok(store::member(tx, place, text)?.ok_or(Code::MembershipNotFound)?)
}

/// Removes a member, which is to leave when it is oneself.
///
/// # Errors
/// [`Code::MembershipNotFound`], [`Code::PermissionDenied`], [`Code::RoleExceedsYours`],
/// [`Code::LastAdministrator`].
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, acting: &Acting, whom: &str) -> Result<Membership> {
    let member = member(tx, &acting.place, whom)?;
    let is_oneself = member.user == actor.user;
    let held = held(tx, actor, &acting.place, &member)?;
    if !is_oneself {
        may_move(&acting.held, acting.place.kind, held.as_slice())?;
    }
    if held.has(acting.place.kind.administrate()) {
        one_is_left(tx, actor, &acting.place, &member.id)?;
    }
    end(tx, actor, &acting.place, &member)?;
    let event = if is_oneself { Event::MemberLeft } else { Event::MemberRemoved };
    actor.record(tx, event, (&acting.place, &member.user))?;
    Ok(member)
}

/// Leaves a place.
///
/// # Errors
/// [`Code::MembershipNotFound`] when one is no member, [`Code::LastAdministrator`].
pub fn leave(tx: &mut Tx<'_>, actor: &Actor, acting: &Acting) -> Result<Membership> {
    let own = acting.membership.as_ref().ok_or(Code::MembershipNotFound)?;
    remove(tx, actor, acting, own.as_str())
}

fn held(tx: &mut Tx<'_>, actor: &Actor, place: &Place, member: &Membership) -> Result<Permissions> {
    let known = (actor.roles(place.kind), place.kind);
    let held = role::of_user(tx, known, (&place.id, member.user.as_str()))?;
    Ok(held.map(|(_, held)| held).unwrap_or_default())
}

/// Whether somebody administrates the place beside this member.
fn one_is_left(tx: &mut Tx<'_>, actor: &Actor, place: &Place, beside: &MembershipId) -> Result<()> {
    match role::has_administrator(tx, (actor.roles(place.kind), place), beside, "")? {
        true => Ok(()),
        false => Err(Code::LastAdministrator.into()),
    }
}

/// Ends a membership, and with one of an organization those of its workspaces, and where the member's sign-ins stand.
fn end(tx: &mut Tx<'_>, actor: &Actor, place: &Place, member: &Membership) -> Result<()> {
    user::store::lock(tx, actor.deployment(), &member.user)?;
    let organization: Option<&OrganizationId> = match place.kind {
        Kind::Organization => Some(&place.organization),
        Kind::Workspace => None,
    };
    match organization {
        Some(organization) => {
            for (place, membership) in store::of_user(tx, &member.user, Some(organization))? {
                store::remove(tx, &place, &membership)?;
            }
        }
        None => store::remove(tx, &place.id, &member.id)?,
    }
    scope::end(tx, &actor.site, (&member.user, &place.id), &actor.by)
}

/// Gives a member a role.
///
/// # Errors
/// [`Code::MembershipNotFound`], [`Code::RoleNotFound`], [`Code::PermissionDenied`], [`Code::RoleExceedsYours`].
pub fn give(
    tx: &mut Tx<'_>,
    actor: &Actor,
    acting: &Acting,
    (whom, role): (&str, &str),
) -> Result<Membership> {
    let (member, given) = named(tx, actor, acting, (whom, role))?;
    may_move(&acting.held, acting.place.kind, &given.permissions)?;
    if role::give(tx, (actor.deployment(), &acting.place), &member.id, &given.id)? {
        changed(tx, actor, &member)?;
        actor.record(tx, Event::RoleGiven, (&acting.place, &member.user))?;
    }
    Ok(member)
}

/// Takes a role from a member.
///
/// # Errors
/// As [`give`], and [`Code::LastAdministrator`].
pub fn take(
    tx: &mut Tx<'_>,
    actor: &Actor,
    acting: &Acting,
    (whom, role): (&str, &str),
) -> Result<Membership> {
    let (member, taken) = named(tx, actor, acting, (whom, role))?;
    may_move(&acting.held, acting.place.kind, &taken.permissions)?;
    let administrate = acting.place.kind.administrate();
    let before = held(tx, actor, &acting.place, &member)?;
    if !role::take(tx, &member.id, &taken.id)? {
        return Ok(member);
    }
    let after = held(tx, actor, &acting.place, &member)?;
    if before.has(administrate) && !after.has(administrate) {
        one_is_left(tx, actor, &acting.place, &member.id)?;
    }
    changed(tx, actor, &member)?;
    actor.record(tx, Event::RoleTaken, (&acting.place, &member.user))?;
    Ok(member)
}

/// Notes that a membership has changed, and tells those who follow the member's sessions.
fn changed(tx: &mut Tx<'_>, actor: &Actor, member: &Membership) -> Result<()> {
    store::touch(tx, &member.id, actor.by.now)?;
    user::store::lock(tx, actor.deployment(), &member.user)?;
    scope::tell(tx, &actor.site, &member.user, &actor.by)
}

fn named(
    tx: &mut Tx<'_>,
    actor: &Actor,
    acting: &Acting,
    (whom, role): (&str, &str),
) -> Result<(Membership, Role)> {
    let member = member(tx, &acting.place, whom)?;
    let role = role::find(tx, actor.roles(acting.place.kind), &acting.place, role)?;
    Ok((member, role.ok_or(Code::RoleNotFound)?))
}

/// Makes a role of the place's own.
///
/// # Errors
/// [`Code::PermissionDenied`], [`Code::OwnRolesNotAllowed`], [`Code::UnknownPermission`],
/// [`Code::RoleExceedsYours`], [`Code::TooManyRoles`].
pub fn create_role(
    tx: &mut Tx<'_>,
    actor: &Actor,
    acting: &Acting,
    (id, name, permissions): (&RoleId, &str, &[String]),
) -> Result<Role> {
    acting.may_administrate()?;
    let known = actor.roles(acting.place.kind);
    if !known.own {
        return Err(Code::OwnRolesNotAllowed.into());
    }
    let role = Role {
        id: id.to_string(),
        own: true,
        name: name.to_owned(),
        permissions: new_permissions(permissions, known, &acting.held)?,
        created_at: actor.by.now,
    };
    if !role::create(tx, (actor.deployment(), &acting.place), &role)? {
        return Err(Code::TooManyRoles.into());
    }
    actor.record(tx, Event::RoleCreated, (&acting.place, &actor.user))?;
    Ok(role)
}

/// Removes a role of the place's own.
///
/// # Errors
/// [`Code::RoleNotFound`], [`Code::PermissionDenied`], also for one of all places, [`Code::RoleExceedsYours`],
/// [`Code::LastAdministrator`].
pub fn remove_role(tx: &mut Tx<'_>, actor: &Actor, acting: &Acting, id: &str) -> Result<Role> {
    acting.may_administrate()?;
    let known = actor.roles(acting.place.kind);
    let removed = role::find(tx, known, &acting.place, id)?.ok_or(Code::RoleNotFound)?;
    if !removed.own {
        return Err(Code::PermissionDenied.into());
    }
    if !acting.held.cover(&removed.permissions) {
        return Err(Code::RoleExceedsYours.into());
    }
    let nobody = MembershipId::stored(String::new());
    if !role::has_administrator(tx, (known, &acting.place), &nobody, &removed.id)? {
        return Err(Code::LastAdministrator.into());
    }
    role::remove(tx, &acting.place, &removed.id)?;
    actor.record(tx, Event::RoleRemoved, (&acting.place, &actor.user))?;
    Ok(removed)
}
