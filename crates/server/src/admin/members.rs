//! Members of organizations: let users in, put them out, give and take roles, also where no administrator can.

use super::organizations::{lock, present_user};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::membership::former::End;
use crate::membership::{Membership, Place, Role, are_there, list, role, roles_of, store};
use crate::notification::{self, News};
use crate::organization::join::{Joined, Newcomer, join, tell};
use crate::organization::{ending, store as organizations, view};
use crate::session::scope;
use keyrack_protocol::{Code, OrganizationMember};
use std::sync::Arc;

/// Who is meant, where.
#[derive(Clone, Debug)]
pub struct Whom {
    /// The organization's id.
    pub organization: String,
    /// The user.
    pub user: UserId,
}

/// Lets a user in with a role (its id or its key in the file; that of whoever joins when nothing is said), or gives it to
/// a member.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::OrganizationNotFound`], [`Code::UserNotFound`], [`Code::RoleNotFound`].
pub async fn add(
    app: &App,
    site: &Arc<Site>,
    (whom, role): (Whom, Option<String>),
    by: By,
) -> Result<OrganizationMember> {
    let site = Arc::clone(site);
    let added = app.db.write(move |tx| {
        let place = lock(tx, &site, &whom.organization)?;
        present_user(tx, &site.config.id, &whom.user)?;
        let given = role.as_deref().map(|role| found(tx, &site, &place, role)).transpose()?;
        let roles: Vec<String> = given.iter().map(|role| role.id.clone()).collect();
        let asked = Newcomer { user: &whom.user, roles: &roles, by: &by };
        match join(tx, &site, &place, asked)? {
            Joined::Now => tell(tx, &site, &place, (&whom.user, by.now))?,
            Joined::Before => {
                let member = member(tx, &place, &whom.user)?;
                if let Some(role) = &given {
                    give_it(tx, &site, (&place, &member), role, &by)?;
                }
            }
            Joined::Full | Joined::TooMany => {}
        }
        shown(tx, &site, &place, &whom.user)
    });
    added.await
}

/// Gives a member a role.
///
/// # Errors
/// As [`add`], [`Code::MembershipNotFound`].
pub async fn give(
    app: &App,
    site: &Arc<Site>,
    (whom, role): (Whom, String),
    by: By,
) -> Result<OrganizationMember> {
    let site = Arc::clone(site);
    let given = app.db.write(move |tx| {
        let (place, member) = entered(tx, &site, &whom)?;
        let role = found(tx, &site, &place, &role)?;
        give_it(tx, &site, (&place, &member), &role, &by)?;
        shown(tx, &site, &place, &whom.user)
    });
    given.await
}

/// Takes a role from a member, also from the last administrator.
///
/// # Errors
/// As [`give`].
pub async fn take(
    app: &App,
    site: &Arc<Site>,
    (whom, role): (Whom, String),
    by: By,
) -> Result<OrganizationMember> {
    let site = Arc::clone(site);
    let taken = app.db.write(move |tx| {
        let (place, member) = entered(tx, &site, &whom)?;
        let role = found(tx, &site, &place, &role)?;
        if role::take(tx, &member.id, &role.id)? {
            changed(tx, &site, (&place, &member), Event::RoleTaken, &by)?;
            let news = News::RoleTaken { at: &place, membership: &member.id, role: &role };
            notification::write(tx, &site, &whom.user, &news, by.now)?;
        }
        shown(tx, &site, &place, &whom.user)
    });
    taken.await
}

/// Puts a member out, also the last administrator; says who it was.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::OrganizationNotFound`], [`Code::MembershipNotFound`].
pub async fn remove(app: &App, site: &Arc<Site>, whom: Whom, by: By) -> Result<OrganizationMember> {
    let site = Arc::clone(site);
    let removed = app.db.write(move |tx| {
        let (place, member) = entered(tx, &site, &whom)?;
        let last = shown(tx, &site, &place, &whom.user)?;
        ending::end(tx, (&site, &by), &place, (&member, End::Removed))?;
        let about = About { reason: &place.id, user: Some(&whom.user), ..About::default() };
        audit::record(tx, &site, &by, Event::MemberRemoved, about)?;
        notification::write(tx, &site, &whom.user, &News::Removed { from: &place }, by.now)?;
        Ok(last)
    });
    removed.await
}

/// A page of the members of an organization, and behind which of them the next one begins.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::OrganizationNotFound`].
pub fn page(
    on: &mut Snapshot<'_>,
    site: &Site,
    id: &str,
    asked: &list::Asked,
) -> Result<(Vec<OrganizationMember>, Option<list::Cursor>)> {
    are_there(&site.config, Kind::Organization)?;
    let place = store::find(on, &site.config.id, (Kind::Organization, id))?;
    let place = place.ok_or(Code::OrganizationNotFound)?;
    let page = list::page(on, &place, asked)?;
    let roles = role::all(on, roles_of(&site.config, Kind::Organization), &place)?;
    let of = view::organization(site, &organizations::present(on, &site.config.id, &place.id)?);
    let members = page.members.iter();
    Ok((members.map(|member| view::organization_member(site, &of, &roles, member)).collect(), page.next))
}

fn entered(tx: &mut Tx<'_>, site: &Site, whom: &Whom) -> Result<(Place, Membership)> {
    let place = lock(tx, site, &whom.organization)?;
    let member = member(tx, &place, &whom.user)?;
    Ok((place, member))
}

fn member(on: &mut Snapshot<'_>, place: &Place, user: &UserId) -> Result<Membership> {
    Ok(store::member(on, place, user.as_str())?.ok_or(Code::MembershipNotFound)?)
}

/// The role that is named, by its id or its key in the file.
fn found(on: &mut Snapshot<'_>, site: &Site, place: &Place, named: &str) -> Result<Role> {
    let known = roles_of(&site.config, place.kind);
    for id in [named, &place.kind.role_id(named)] {
        if let Some(role) = role::find(on, known, place, id)? {
            return Ok(role);
        }
    }
    Err(Code::RoleNotFound.into())
}

fn give_it(
    tx: &mut Tx<'_>,
    site: &Site,
    (place, member): (&Place, &Membership),
    role: &Role,
    by: &By,
) -> Result<()> {
    if role::give(tx, (&site.config.id, place), &member.id, &role.id)? {
        changed(tx, site, (place, member), Event::RoleGiven, by)?;
        let news = News::RoleGiven { at: place, membership: &member.id, role };
        notification::write(tx, site, &member.user, &news, by.now)?;
    }
    Ok(())
}

/// Notes that a membership has changed, and tells those who follow the member's sessions.
fn changed(
    tx: &mut Tx<'_>,
    site: &Site,
    (place, member): (&Place, &Membership),
    event: Event,
    by: &By,
) -> Result<()> {
    store::touch(tx, &member.id, by.now)?;
    present_user(tx, &site.config.id, &member.user)?;
    scope::tell(tx, site, &member.user, by)?;
    let about = About { reason: &place.id, user: Some(&member.user), ..About::default() };
    audit::record(tx, site, by, event, about)
}

fn shown(on: &mut Snapshot<'_>, site: &Site, place: &Place, user: &UserId) -> Result<OrganizationMember> {
    let member = list::one(on, place, user)?;
    let member = member.ok_or_else(|| Error::internal("show a member", "it is not there"))?;
    let roles = role::all(on, roles_of(&site.config, Kind::Organization), place)?;
    let of = organizations::present(on, &site.config.id, &place.id)?;
    Ok(view::organization_member(site, &view::organization(site, &of), &roles, &member))
}
