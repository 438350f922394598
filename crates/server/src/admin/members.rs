//! Members of organizations and workspaces: let users in, put them out, give and take roles, also where no administrator
//! can.

use super::organizations::present_user;
use super::places::lock;
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::membership::former::End;
use crate::membership::list::Member;
use crate::membership::{Membership, Place, Role, are_there, list, role, roles_of, store, unknown};
use crate::notification::{self, News};
use crate::organization::join::{Joined, Newcomer, join, tell};
use crate::organization::{ending, store as organizations, view};
use crate::session::scope;
use crate::workspace;
use keyrack_protocol::{Code, Organization, OrganizationMember, Workspace, WorkspaceMember};
use std::sync::Arc;

/// A member as one kind of place shows it.
pub trait Shown: Sized + Send + 'static {
    /// Of which kind of place.
    const KIND: Kind;
    /// The place as it is shown with each of its members.
    type Around;

    /// Reads the place, which is there.
    ///
    /// # Errors
    /// What the database says.
    fn around(on: &mut Snapshot<'_>, site: &Site, id: &str) -> Result<Self::Around>;

    /// Shows one of them.
    fn show(site: &Site, around: &Self::Around, roles: &[Role], member: &Member) -> Self;
}

impl Shown for OrganizationMember {
    const KIND: Kind = Kind::Organization;
    type Around = Organization;

    fn around(on: &mut Snapshot<'_>, site: &Site, id: &str) -> Result<Organization> {
        Ok(view::organization(site, &organizations::present(on, &site.config.id, id)?))
    }

    fn show(site: &Site, around: &Organization, roles: &[Role], member: &Member) -> Self {
        view::organization_member(site, around, roles, member)
    }
}

impl Shown for WorkspaceMember {
    const KIND: Kind = Kind::Workspace;
    type Around = Workspace;

    fn around(on: &mut Snapshot<'_>, site: &Site, id: &str) -> Result<Workspace> {
        let (it, organization) = workspace::store::present(on, &site.config.id, id)?;
        Ok(workspace::view::workspace(site, &it, &organization))
    }

    fn show(site: &Site, around: &Workspace, roles: &[Role], member: &Member) -> Self {
        view::workspace_member(site, around, roles, member)
    }
}

/// Who is meant, where.
#[derive(Clone, Debug)]
pub struct Whom {
    /// The id of the organization or workspace.
    pub place: String,
    /// The user.
    pub user: UserId,
}

/// Lets a user in with a role (its id or its key in the file; that of whoever joins when nothing is said), or gives it to
/// a member.
///
/// # Errors
/// As [`lock`]; [`Code::UserNotFound`], [`Code::RoleNotFound`]; [`Code::MembershipNotFound`] for a workspace when the user
/// is not in its organization.
pub async fn add<M: Shown>(
    app: &App,
    site: &Arc<Site>,
    (whom, role): (Whom, Option<String>),
    by: By,
) -> Result<M> {
    let site = Arc::clone(site);
    let added = app.db.write(move |tx| {
        let place = lock(tx, &site, (M::KIND, &whom.place))?;
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
        shown::<M>(tx, &site, &place, &whom.user)
    });
    added.await
}

/// Gives a member a role.
///
/// # Errors
/// As [`add`], [`Code::MembershipNotFound`].
pub async fn give<M: Shown>(app: &App, site: &Arc<Site>, (whom, role): (Whom, String), by: By) -> Result<M> {
    let site = Arc::clone(site);
    let given = app.db.write(move |tx| {
        let (place, member) = entered(tx, &site, (M::KIND, &whom))?;
        let role = found(tx, &site, &place, &role)?;
        give_it(tx, &site, (&place, &member), &role, &by)?;
        shown::<M>(tx, &site, &place, &whom.user)
    });
    given.await
}

/// Takes a role from a member, also from the last administrator.
///
/// # Errors
/// As [`give`].
pub async fn take<M: Shown>(app: &App, site: &Arc<Site>, (whom, role): (Whom, String), by: By) -> Result<M> {
    let site = Arc::clone(site);
    let taken = app.db.write(move |tx| {
        let (place, member) = entered(tx, &site, (M::KIND, &whom))?;
        let role = found(tx, &site, &place, &role)?;
        if role::take(tx, &member.id, &role.id)? {
            changed(tx, &site, (&place, &member), Event::RoleTaken, &by)?;
            let news = News::RoleTaken { at: &place, membership: &member.id, role: &role };
            notification::write(tx, &site, &whom.user, &news, by.now)?;
        }
        shown::<M>(tx, &site, &place, &whom.user)
    });
    taken.await
}

/// Puts a member out, also the last administrator; says who it was.
///
/// # Errors
/// As [`lock`]; [`Code::MembershipNotFound`].
pub async fn remove<M: Shown>(app: &App, site: &Arc<Site>, whom: Whom, by: By) -> Result<M> {
    let site = Arc::clone(site);
    let removed = app.db.write(move |tx| {
        let (place, member) = entered(tx, &site, (M::KIND, &whom))?;
        let last = shown::<M>(tx, &site, &place, &whom.user)?;
        ending::end(tx, (&site, &by), &place, (&member, End::Removed))?;
        let about = About { reason: &place.id, user: Some(&whom.user), ..About::default() };
        audit::record(tx, &site, &by, Event::MemberRemoved, about)?;
        notification::write(tx, &site, &whom.user, &News::Removed { from: &place }, by.now)?;
        Ok(last)
    });
    removed.await
}

/// A page of the members of a place, and behind which of them the next one begins.
///
/// # Errors
/// As [`lock`].
pub fn page<M: Shown>(
    on: &mut Snapshot<'_>,
    site: &Site,
    id: &str,
    asked: &list::Asked,
) -> Result<(Vec<M>, Option<list::Cursor>)> {
    are_there(&site.config, M::KIND)?;
    let place = store::find(on, &site.config.id, (M::KIND, id))?.ok_or_else(|| unknown(M::KIND))?;
    let page = list::page(on, &place, asked)?;
    let roles = role::all(on, roles_of(&site.config, M::KIND), &place)?;
    let around = M::around(on, site, &place.id)?;
    Ok((page.members.iter().map(|member| M::show(site, &around, &roles, member)).collect(), page.next))
}

fn entered(tx: &mut Tx<'_>, site: &Site, (kind, whom): (Kind, &Whom)) -> Result<(Place, Membership)> {
    let place = lock(tx, site, (kind, &whom.place))?;
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

/// Notes that a membership has changed, and tells those who follow the member's sessions. After a loss backends refuse the
/// tokens of before.
fn changed(
    tx: &mut Tx<'_>,
    site: &Site,
    (place, member): (&Place, &Membership),
    event: Event,
    by: &By,
) -> Result<()> {
    store::touch(tx, &member.id, by.now)?;
    present_user(tx, &site.config.id, &member.user)?;
    match event {
        Event::RoleTaken => scope::tell_of_loss(tx, site, &member.user, by)?,
        _ => scope::tell(tx, site, &member.user, by)?,
    }
    let about = About { reason: &place.id, user: Some(&member.user), ..About::default() };
    audit::record(tx, site, by, event, about)
}

fn shown<M: Shown>(on: &mut Snapshot<'_>, site: &Site, place: &Place, user: &UserId) -> Result<M> {
    let member = list::one(on, place, user)?;
    let member = member.ok_or_else(|| Error::internal("show a member", "it is not there"))?;
    let roles = role::all(on, roles_of(&site.config, place.kind), place)?;
    Ok(M::show(site, &M::around(on, site, &place.id)?, &roles, &member))
}
