//! Invitations, as whoever runs the application sees, sends and withdraws them.
//!
//! One is sent in the name of a member, and gives what that member may give: nothing here decides it a second time.

use super::page::Page;
use super::places::{absent, lock};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::id::{InvitationId, OrganizationId, UserId};
use crate::invitation::change::{self, Prepared};
use crate::invitation::{Invitation, Wanted, http::shown, store, view};
use crate::membership::{Place, are_there, roles_of};
use crate::organization::acting::Actor;
use crate::user::email::EmailAddress;
use crate::user::{self, may_act};
use keyrack_protocol::{Code, OrganizationInvitation};
use std::sync::Arc;

/// Who is to be invited, to what, in whose name.
#[derive(Clone, Debug)]
pub struct Invited {
    /// To what.
    pub wanted: Wanted,
    /// The address.
    pub email: EmailAddress,
    /// In whose name.
    pub inviter: UserId,
}

/// Open invitations of an organization, newest first, as many as a page has and one more.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::OrganizationNotFound`].
pub fn page(
    on: &mut Snapshot<'_>,
    site: &Site,
    (organization, workspace): (&OrganizationId, Option<&str>),
    (page, now): (&Page, i64),
) -> Result<Vec<OrganizationInvitation>> {
    are_there(&site.config, Kind::Organization)?;
    let place = find(on, site, organization)?;
    let rows = u32::try_from(page.rows()).unwrap_or(u32::MAX);
    let these = store::list(on, organization, workspace, (&page.after, rows))?;
    view::all(on, site, &place, (&these, now))
}

fn find(on: &mut Snapshot<'_>, site: &Site, organization: &OrganizationId) -> Result<Place> {
    let found =
        crate::membership::store::find(on, &site.config.id, (Kind::Organization, organization.as_str()))?;
    found.ok_or_else(|| absent(Kind::Organization))
}

/// The member in whose name something is sent, and the language that is theirs.
async fn inviter(app: &App, site: &Site, id: &UserId) -> Result<String> {
    let (deployment, id) = (site.config.id.clone(), id.clone());
    let found = app.db.read(move |on| user::store::find(on, &deployment, &id)).await?;
    let user = found.filter(|user| user.deleted_at.is_none()).ok_or(Code::UserNotFound)?;
    may_act(&user)?;
    Ok(user.ways.language)
}

/// Invites an address.
///
/// # Errors
/// [`Code::UserNotFound`], [`Code::UserDisabled`] of the member in whose name it is, and what [`change::create`] says.
pub async fn create(app: &App, site: &Arc<Site>, invited: Invited, by: By) -> Result<OrganizationInvitation> {
    let Invited { wanted, email, inviter: user } = invited;
    let by_id = |kind: Kind, role: Option<String>| role.map(|role| role_id(site, kind, role));
    let wanted = Wanted {
        role: by_id(Kind::Organization, wanted.role),
        workspace_role: by_id(Kind::Workspace, wanted.workspace_role),
        ..wanted
    };
    let language = inviter(app, site, &user).await?;
    let actor = Actor::absent(site, &user, by);
    let (asking, asked) = (actor.clone(), wanted.clone());
    let words = app.db.read(move |on| change::words(on, &asking, &asked)).await?;
    let id = InvitationId::draw(&app.world);
    let prepared = Prepared::draw((app, site), (&user, &language), (id, &email), &words)?;
    let created = app.db.write(move |tx| {
        let it = change::create(tx, &actor, (&wanted, &email), &prepared)?;
        shown(tx, &actor, &it)
    });
    created.await.map_err(|error| match error.code() {
        Code::PermissionDenied => {
            let text =
                "The roles of the member in whose name it would be sent do not allow that; name another one.";
            Error::refused(Code::PermissionDenied, text)
        }
        _ => error,
    })
}

/// A role by its id, of one that is named by its key in the file as well as by its id.
fn role_id(site: &Site, kind: Kind, named: String) -> String {
    let is_key = roles_of(&site.config, kind).everywhere.iter().any(|role| role.key == named);
    if is_key { kind.role_id(&named) } else { named }
}

/// Sends an invitation anew, in the name of whoever sent it last.
///
/// # Errors
/// [`Code::InvitationNotFound`], and as [`create`].
pub async fn resend(
    app: &App,
    site: &Arc<Site>,
    (organization, id): (OrganizationId, String),
    by: By,
) -> Result<OrganizationInvitation> {
    let (of, on_site, named) = (organization.clone(), Arc::clone(site), id.clone());
    let before = app.db.read(move |on| open(on, &on_site, (&of, &named))).await?;
    let language = inviter(app, site, &before.inviter).await?;
    let actor = Actor::absent(site, &before.inviter, by);
    let (asking, asked) = (actor.clone(), before.wanted.clone());
    let words = app.db.read(move |on| change::words(on, &asking, &asked)).await?;
    let sender = (&before.inviter, language.as_str());
    let prepared = Prepared::draw((app, site), sender, (before.id.clone(), &before.email), &words)?;
    let sent = app.db.write(move |tx| {
        let it = change::resend(tx, &actor, (&organization, &prepared))?;
        shown(tx, &actor, &it)
    });
    sent.await
}

fn open(
    on: &mut Snapshot<'_>,
    site: &Site,
    (organization, id): (&OrganizationId, &str),
) -> Result<Invitation> {
    find(on, site, organization)?;
    Ok(store::of_place(on, organization, id)?.ok_or(Code::InvitationNotFound)?)
}

/// Withdraws an invitation; says what it was.
///
/// # Errors
/// [`Code::OrganizationNotFound`], [`Code::InvitationNotFound`].
pub async fn withdraw(
    app: &App,
    site: &Arc<Site>,
    (organization, id): (OrganizationId, String),
    by: By,
) -> Result<OrganizationInvitation> {
    let site = Arc::clone(site);
    let withdrawn = app.db.write(move |tx| {
        let place = lock(tx, &site, (Kind::Organization, organization.as_str()))?;
        let it = open(tx, &site, (&organization, &id))?;
        let last = view::all(tx, &site, &place, (std::slice::from_ref(&it), by.now))?.pop();
        change::end(tx, (&site, &by), &it)?;
        let about = About { reason: &place.id, invitation: Some(it.id.as_str()), ..About::default() };
        audit::record(tx, &site, &by, Event::InvitationWithdrawn, about)?;
        last.ok_or_else(|| Error::internal("show an invitation", "it is not there"))
    });
    withdrawn.await
}
