//! What is done to members and roles of a place, in the transaction that [`super::acting`] has entered it in.

use super::acting::{Acting, Actor};
use super::ending;
use super::store as organizations;
use crate::audit::Event;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{MembershipId, RoleId};
use crate::membership::former::End;
use crate::membership::{
    Membership, Permissions, Place, Role, may_give, may_take, metadata, new_permissions, role, store,
};
use crate::notification::{self, News};
use crate::session::scope;
use crate::user;
use keyrack_protocol::Code;
use serde_json::{Map, Value};

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
        may_take(&acting.held, acting.place.kind, held.as_slice())?;
    }
    if held.has(acting.place.kind.administrate()) {
        one_is_left(tx, actor, &acting.place, &member.id)?;
    }
    let how = if is_oneself { End::Left } else { End::Removed };
    ending::end(tx, (&actor.site, &actor.by), &acting.place, (&member, how))?;
    let event = if is_oneself { Event::MemberLeft } else { Event::MemberRemoved };
    actor.record(tx, event, (&acting.place, &member.user))?;
    tell(tx, actor, &member, &News::Removed { from: &acting.place })?;
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

/// Tells a member what was done, unless they did it themselves. Takes the user's lock.
fn tell(tx: &mut Tx<'_>, actor: &Actor, member: &Membership, news: &News<'_>) -> Result<()> {
    if member.user == actor.user {
        return Ok(());
    }
    notification::write(tx, &actor.site, &member.user, news, actor.by.now)
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
    may_give(&acting.held, acting.place.kind, &given.permissions)?;
    if role::give(tx, (actor.deployment(), &acting.place), &member.id, &given.id)? {
        changed(tx, actor, &member)?;
        actor.record(tx, Event::RoleGiven, (&acting.place, &member.user))?;
        let news = News::RoleGiven { at: &acting.place, membership: &member.id, role: &given };
        tell(tx, actor, &member, &news)?;
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
    may_take(&acting.held, acting.place.kind, &taken.permissions)?;
    let administrate = acting.place.kind.administrate();
    let before = held(tx, actor, &acting.place, &member)?;
    if !role::take(tx, &member.id, &taken.id)? {
        return Ok(member);
    }
    let after = held(tx, actor, &acting.place, &member)?;
    if before.has(administrate) && !after.has(administrate) {
        one_is_left(tx, actor, &acting.place, &member.id)?;
    }
    touched(tx, actor, &member)?;
    scope::tell_of_loss(tx, &actor.site, &member.user, &actor.by)?;
    actor.record(tx, Event::RoleTaken, (&acting.place, &member.user))?;
    let news = News::RoleTaken { at: &acting.place, membership: &member.id, role: &taken };
    tell(tx, actor, &member, &news)?;
    Ok(member)
}

/// Notes that a membership has changed, and tells those who follow the member's sessions.
fn changed(tx: &mut Tx<'_>, actor: &Actor, member: &Membership) -> Result<()> {
    touched(tx, actor, member)?;
    scope::tell(tx, &actor.site, &member.user, &actor.by)
}

/// Notes that a membership has changed, and takes its user's lock.
fn touched(tx: &mut Tx<'_>, actor: &Actor, member: &Membership) -> Result<()> {
    store::touch(tx, &member.id, actor.by.now)?;
    user::store::lock(tx, actor.deployment(), &member.user).map(drop)
}

/// Writes what the application stores with a membership, for every member to see; what is not said stays.
///
/// # Errors
/// [`Code::MembershipNotFound`], [`Code::PermissionDenied`], [`Code::InvalidMetadata`].
pub fn describe_member(
    tx: &mut Tx<'_>,
    actor: &Actor,
    acting: &Acting,
    (whom, public_metadata): (&str, Option<&Map<String, Value>>),
) -> Result<Membership> {
    let member = member(tx, &acting.place, whom)?;
    acting.may_manage()?;
    if let Some(public_metadata) = public_metadata {
        store::set_metadata(tx, &member.id, &metadata(public_metadata)?, actor.by.now)?;
    }
    Ok(member)
}

/// Writes which workspace of an organization new members are put into, or with `""` that it is none. Whoever lets people
/// into a workspace manages it and has all that its members may: else they could come into it as a new member themselves.
///
/// # Errors
/// As [`Actor::look`]; [`Code::PermissionDenied`], [`Code::RoleExceedsYours`].
pub fn put_new_members_into(tx: &mut Tx<'_>, actor: &Actor, organization: &Place, id: &str) -> Result<()> {
    if id.is_empty() {
        return organizations::put_new_members_into(tx, &organization.id, None);
    }
    let inside = actor.look(tx, (Kind::Workspace, id))?;
    if inside.place.organization != organization.organization {
        return Err(Code::WorkspaceNotFound.into());
    }
    let known = actor.roles(Kind::Workspace);
    let given = known.everywhere.iter().find(|role| role.key == known.member);
    may_give(&inside.held, Kind::Workspace, given.map_or(&[], |role| &role.permissions))?;
    organizations::put_new_members_into(tx, &organization.id, Some(&inside.place.id))
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
        permissions: new_permissions(permissions, &[], known, &acting.held)?,
        created_at: actor.by.now,
        updated_at: actor.by.now,
    };
    if !role::create(tx, (actor.deployment(), &acting.place), &role)? {
        return Err(Code::TooManyRoles.into());
    }
    actor.record(tx, Event::RoleCreated, (&acting.place, &actor.user))?;
    Ok(role)
}

/// The role of the place's own that an administrator names.
fn own_role(tx: &mut Tx<'_>, actor: &Actor, acting: &Acting, id: &str) -> Result<Role> {
    acting.may_administrate()?;
    let role =
        role::find(tx, actor.roles(acting.place.kind), &acting.place, id)?.ok_or(Code::RoleNotFound)?;
    if role.own { Ok(role) } else { Err(Code::PermissionDenied.into()) }
}

/// Whether somebody administrates the place by another role than this one.
fn one_is_left_without(tx: &mut Tx<'_>, actor: &Actor, acting: &Acting, role: &Role) -> Result<()> {
    let (known, nobody) = (actor.roles(acting.place.kind), MembershipId::stored(String::new()));
    match role::has_administrator(tx, (known, &acting.place), &nobody, &role.id)? {
        true => Ok(()),
        false => Err(Code::LastAdministrator.into()),
    }
}

/// Changes what a role of the place's own is called and allows; what is not said stays. Whoever has it may from now on
/// what it allows.
///
/// # Errors
/// As [`create_role`] and [`remove_role`].
pub fn change_role(
    tx: &mut Tx<'_>,
    actor: &Actor,
    acting: &Acting,
    (id, name, permissions): (&str, Option<&str>, Option<&[String]>),
) -> Result<Role> {
    let mut role = own_role(tx, actor, acting, id)?;
    let known = actor.roles(acting.place.kind);
    if !known.own {
        return Err(Code::OwnRolesNotAllowed.into());
    }
    if let Some(asked) = permissions {
        let before = std::mem::take(&mut role.permissions);
        role.permissions = new_permissions(asked, &before, known, &acting.held)?;
        let administrates = |permissions: &[String]| {
            permissions.iter().any(|permission| permission == acting.place.kind.administrate())
        };
        if administrates(&before) && !administrates(&role.permissions) {
            one_is_left_without(tx, actor, acting, &role)?;
        }
    }
    role.name = name.map_or(role.name, str::to_owned);
    role.updated_at = actor.by.now;
    role::update(tx, &role)?;
    actor.record(tx, Event::RoleChanged, (&acting.place, &actor.user))?;
    Ok(role)
}

/// Removes a role of the place's own.
///
/// # Errors
/// [`Code::RoleNotFound`], [`Code::PermissionDenied`], also for one of all places, [`Code::LastAdministrator`].
pub fn remove_role(tx: &mut Tx<'_>, actor: &Actor, acting: &Acting, id: &str) -> Result<Role> {
    let removed = own_role(tx, actor, acting, id)?;
    one_is_left_without(tx, actor, acting, &removed)?;
    role::remove(tx, &acting.place, &removed.id, actor.by.now)?;
    actor.record(tx, Event::RoleRemoved, (&acting.place, &actor.user))?;
    Ok(removed)
}
