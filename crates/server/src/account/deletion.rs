//! `POST /me/account/delete`: the end of an account that its owner asks for.
//!
//! All its sign-ins end at once. For the deployment's grace period the account is only put away: whoever signs in to it
//! again takes the deletion back, and is told so by mail. Then the sweep deletes it, as an operator would.

use super::password::Shown;
use crate::app::{App, Shared, Site};
use crate::audit::{self, About, By, Event};
use crate::caller::{Account, Own};
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{MembershipId, OrganizationId, SessionId, UserId};
use crate::membership::{self, Place, role};
use crate::notification;
use crate::params;
use crate::picture;
use crate::session::store::{self as sessions, OfUser};
use crate::session::{acted_by, crowd};
use crate::time::rfc3339;
use crate::user::notice::Changed;
use crate::user::{self, User, password, standing, tickets};
use axum::response::Response;
use keyrack_protocol::{AccountDeletion, Code, EndReason};
use std::sync::Arc;

/// Accounts that one round of the sweep deletes before it looks again.
const BATCH: i64 = 100;

const DELETE: &[Field] = &[Field::optional(
    "password",
    "The password; it may be left out where something was proved in the last ten minutes.",
)
.length(0, password::MAX_LENGTH)];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Delete my account. All its sign-ins end. It is deleted after the deployment's grace period, unless \
                 somebody signs in to it before; at once where there is none. Takes the password, or a fresh proof.";
    let delete_it = Operation::post::<AccountDeletion>("/me/account/delete", "deleteAccount", about)
        .takes(DELETE)
        .hands_out()
        .refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::ReauthenticationRequired,
            Code::InvalidCredentials,
            Code::TooManyAttempts,
            Code::LastAdministrator,
        ]);
    Routes::default().add(delete_it, delete)
}

/// `password?`.
async fn delete(account: Account, fields: Fields) -> Result<Response> {
    let shown = Shown::read(&account, fields.text("password")?).await?;
    let user = account.user.clone();
    let deleted = account.change_own_after(
        move |tx, site| Ok((lock_organizations(tx, site, &user)?, Vec::new())),
        move |tx, of, own, organizations| {
            shown.still(own)?;
            for (place, member) in &organizations {
                if leads_alone(tx, of.1, (place, member), &own.user.id)? {
                    return Err(Code::LastAdministrator.into());
                }
            }
            ask(tx, of, own)
        },
    );
    let (left, due_at) = deleted.await?;
    Ok(account.answer_with(&left, AccountDeletion { deletion_due_at: rfc3339(due_at) }))
}

/// Puts the account away; gives when it is deleted.
fn ask(tx: &mut Tx<'_>, (app, site): (&App, &Site), own: &mut Own) -> Result<i64> {
    let (now, grace_ms) = (own.now(), site.config.retention.account_grace_ms);
    let user = own.user.clone();
    let due_at = now.saturating_add(grace_ms);
    own.end_all_of(tx, site, &user, EndReason::UserDeleted)?;
    end_acting(tx, site, &user, EndReason::UserDeleted, &own.by())?;
    if grace_ms == 0 {
        own.way_changed(tx, (app, site), Changed::Deleted, "")?;
        erase(tx, (app, site), &user, now)?;
        own.record(tx, site, Event::UserDeleted, "")?;
        return Ok(due_at);
    }
    let day = rfc3339(due_at);
    own.way_changed(tx, (app, site), Changed::DeletionAsked, day.get(..10).unwrap_or(&day))?;
    tx.execute(
        "update users set deletion_asked_at = $2, deletion_due_at = $3, updated_at = $2 where id = $1",
        params![user.id.as_str(), now, due_at],
    )?;
    Ok(due_at)
}

/// Takes the locks of the organizations that a user is in.
fn lock_organizations(tx: &mut Tx<'_>, site: &Site, user: &UserId) -> Result<Vec<(Place, MembershipId)>> {
    let mut all = membership::store::of_user(tx, user, None)?;
    all.sort();
    let mut locked = Vec::new();
    for (id, member) in all.into_iter().filter(|(id, _)| OrganizationId::parse(id).is_some()) {
        let place = membership::store::lock(tx, &site.config.id, (Kind::Organization, &id))?;
        locked.extend(place.map(|place| (place, member)));
    }
    Ok(locked)
}

/// Whether a user is the last who administrates an organization that others are in.
fn leads_alone(
    on: &mut Snapshot<'_>,
    site: &Site,
    (place, member): (&Place, &MembershipId),
    user: &UserId,
) -> Result<bool> {
    let known = membership::roles_of(&site.config, Kind::Organization);
    let held = role::of_user(on, (known, Kind::Organization), (&place.id, user.as_str()))?;
    let administrates = held.is_some_and(|(_, held)| held.has(Kind::Organization.administrate()));
    Ok(administrates
        && membership::store::count(on, &place.id)? > 1
        && !role::has_administrator(on, (known, place), member, "")?)
}

/// Ends every sign-in of an account whose lock the caller holds: none can be added meanwhile.
///
/// # Errors
/// What the database says.
pub fn end_all(tx: &mut Tx<'_>, site: &Site, user: &User, reason: EndReason, by: &By) -> Result<Vec<OfUser>> {
    // Also those that have expired but were not swept yet: by another node's clock they may live on.
    let mut all = sessions::sign_ins_of(tx, &site.config.id, user, 0)?;
    // Nor does anybody act as others any more who may not act.
    all.extend(acted_by(tx, &site.config.id, &user.id)?);
    tickets::take_back(tx, &site.config.id, &user.id, by.now)?;
    let held: Vec<&SessionId> = all.iter().map(|sign_in| &sign_in.session).collect();
    sessions::lock(tx, &site.config.id, &held)?;
    crowd::end_elsewhere(tx, site, &all, reason, by)
}

/// Ends what a user does as others, and takes back the tickets of the account.
fn end_acting(tx: &mut Tx<'_>, site: &Site, user: &User, reason: EndReason, by: &By) -> Result<()> {
    tickets::take_back(tx, &site.config.id, &user.id, by.now)?;
    let acting = acted_by(tx, &site.config.id, &user.id)?;
    let held: Vec<&SessionId> = acting.iter().map(|sign_in| &sign_in.session).collect();
    sessions::lock(tx, &site.config.id, &held)?;
    crowd::end_elsewhere(tx, site, &acting, reason, by).map(drop)
}

/// Deletes an account whose sign-ins have ended; of what it said about a person nothing is left. The caller holds its
/// lock.
///
/// # Errors
/// What the database says.
pub fn erase(tx: &mut Tx<'_>, (app, site): (&App, &Site), user: &User, now: i64) -> Result<()> {
    membership::store::forget_user(tx, &user.id)?;
    notification::store::forget_user(tx, &user.id)?;
    picture::store::forget(tx, user.id.as_str())?;
    standing::erase(tx, (&app.vault, &site.config.id), user, now)
}

/// Deletes the accounts whose grace period is over. The sweep calls it.
///
/// # Errors
/// What the database says.
pub async fn carry_out(app: &Shared, site: &Arc<Site>) -> Result<()> {
    loop {
        let (deployment, now) = (site.config.id.clone(), app.world.clock.now_ms());
        let due = app.db.read(move |on| due(on, &deployment, now)).await?;
        if due.is_empty() {
            return Ok(());
        }
        for id in due {
            carry_out_one(app, site, id, now).await?;
        }
    }
}

fn due(on: &mut Snapshot<'_>, deployment: &str, now: i64) -> Result<Vec<UserId>> {
    let rows = on.query(
        "select id from users where deployment_id = $1 and deletion_due_at is not null and deletion_due_at <= $2
         order by deletion_due_at, id limit $3",
        params![deployment, now, BATCH],
    )?;
    rows.into_iter().map(|row| Ok(UserId::stored(row.cells().text()?))).collect()
}

async fn carry_out_one(app: &Shared, site: &Arc<Site>, id: UserId, now: i64) -> Result<()> {
    let (held, site) = (Arc::clone(app), Arc::clone(site));
    let deleted = app.db.write(move |tx| {
        let Some((user, _)) = user::store::lock(tx, &site.config.id, &id)? else { return Ok(()) };
        // Whoever signed in meanwhile has taken it back.
        let row = tx.query_one(
            "select id from users where id = $1 and deletion_due_at is not null and deletion_due_at <= $2",
            params![id.as_str(), now],
        )?;
        if row.is_none() {
            return Ok(());
        }
        let by = By::system(now);
        end_all(tx, &site, &user, EndReason::UserDeleted, &by)?;
        erase(tx, (&held, &site), &user, now)?;
        audit::record(tx, &site, &by, Event::UserDeleted, About { user: Some(&id), ..About::default() })
    });
    deleted.await
}
