//! `GET /me/export`: everything that is kept of a user, as one document.

use super::sign_ins;
use crate::app::Site;
use crate::audit::Actor;
use crate::audit::store::Record;
use crate::caller::Fresh;
use crate::db::Snapshot;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::id::UserId;
use crate::membership::restriction::Visitor;
use crate::params;
use crate::session::agent;
use crate::time::rfc3339;
use crate::{audit, notification, organization, passkey, user, workspace};
use axum::response::Response;
use http::{HeaderValue, header};
use keyrack_protocol::{
    AccountExport, Code, ExportedEvent, ExportedInvitation, ExportedSignIn, Notification,
};
use std::sync::Arc;

/// Notifications, and records, of one user that are read at once: more than anybody has in their time.
const MOST: i64 = 20_000;

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Export my data. Everything that is kept of me, as one document. Needs a fresh proof.";
    let it = Operation::get::<AccountExport>("/me/export", "exportMe", about).of_browser().refuses(&[
        Code::SignedOut,
        Code::UserDisabled,
        Code::ReauthenticationRequired,
    ]);
    Routes::default().add(it, export)
}

async fn export(account: Fresh) -> Result<Response> {
    let (site, user) = (Arc::clone(&account.site), account.user.clone());
    let visitor = account.visitor()?;
    let now = account.app.world.clock.now_ms();
    let read = account.app.db.read(move |on| everything(on, &site, (&user, visitor), now));
    let mut response = answer::ok(read.await?);
    let as_file = HeaderValue::from_static("attachment; filename=\"account.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, as_file);
    Ok(response)
}

/// All of it, with the places that `visitor` sees.
///
/// # Errors
/// [`Code::SignedOut`] when there is no such account, and what the database says.
pub fn everything(
    on: &mut Snapshot<'_>,
    site: &Site,
    (id, visitor): (&UserId, Visitor),
    now: i64,
) -> Result<AccountExport> {
    let user = user::store::find(on, &site.config.id, id)?.ok_or(Code::SignedOut)?;
    let config = &site.config;
    let organizations = match config.organizations.enabled {
        true => organization::mine::memberships(on, site, (id, visitor), "")?,
        false => Vec::new(),
    };
    let workspaces = match config.organizations.enabled && config.workspaces.enabled {
        true => workspace::mine::memberships(on, site, (id, visitor), "")?,
        false => Vec::new(),
    };
    let own = signed_in(on, id)?;
    Ok(AccountExport {
        exported_at: rfc3339(now),
        user: user::view(site, &user),
        passkeys: passkey::store::of_user(on, id)?.iter().map(passkey::Passkey::view).collect(),
        language: user.ways.language.clone(),
        live_sign_ins: sign_ins::all(on, site, id, now)?
            .into_iter()
            .map(|(_, it)| it.id.to_string())
            .collect(),
        organization_memberships: organizations,
        workspace_memberships: workspaces,
        invitations: invitations(on, id)?,
        notifications: notifications(on, site, id)?,
        events: events(on, &config.id, (id, &own))?,
        sign_ins: own,
    })
}

/// Every sign-in that is kept, also those that ended.
fn signed_in(on: &mut Snapshot<'_>, user: &UserId) -> Result<Vec<ExportedSignIn>> {
    let rows = on.query(
        "select id, ip_address, user_agent, created_at, last_active_at, ended_at, end_reason, proofs from sign_ins
         where user_id = $1 order by id",
        params![user.as_str()],
    )?;
    let read = |row: crate::db::Row| {
        let mut cells = row.cells();
        let (id, ip_address, user_agent) = (cells.text()?, cells.text()?, cells.text()?);
        Ok(ExportedSignIn {
            id,
            ip_address,
            browser: agent::browser(&user_agent).to_owned(),
            device: agent::device(&user_agent).to_owned(),
            user_agent,
            created_at: rfc3339(cells.int()?),
            last_active_at: rfc3339(cells.int()?),
            ended_at: cells.optional_int()?.map(rfc3339),
            end_reason: cells.optional_text()?,
            proofs: cells.text()?.split_whitespace().map(str::to_owned).collect(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// What the user was invited to, and whom the user invited.
fn invitations(on: &mut Snapshot<'_>, user: &UserId) -> Result<Vec<ExportedInvitation>> {
    let rows = on.query(
        "select id, organization_id, email, inviter_id, created_at, expires_at from invitations
         where inviter_id = $1 or deployment_id = (select deployment_id from users where id = $1)
             and email in (select email from email_addresses where user_id = $1 and verified_at is not null)
         order by id",
        params![user.as_str()],
    )?;
    let read = |row: crate::db::Row| {
        let mut cells = row.cells();
        Ok(ExportedInvitation {
            id: cells.text()?,
            organization_id: cells.text()?,
            email: cells.text()?,
            is_mine: cells.text()? == user.as_str(),
            created_at: rfc3339(cells.int()?),
            expires_at: rfc3339(cells.int()?),
        })
    };
    rows.into_iter().map(read).collect()
}

fn notifications(on: &mut Snapshot<'_>, site: &Site, user: &UserId) -> Result<Vec<Notification>> {
    let all = notification::store::all(on, user, MOST)?;
    Ok(all.into_iter().map(|it| notification::view::one(site, user, it)).collect())
}

fn events(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (user, own): (&UserId, &[ExportedSignIn]),
) -> Result<Vec<ExportedEvent>> {
    let asked = audit::store::Asked { user: Some(user.clone()), rows: MOST, ..Default::default() };
    let records = audit::store::list(on, deployment, &asked)?;
    Ok(records.into_iter().map(|record| event(record, own)).collect())
}

/// A record, with the client's address only where one of the account's own sign-ins acted: any other may be that of
/// somebody else, who tried a password or took a number over.
fn event(record: Record, own: &[ExportedSignIn]) -> ExportedEvent {
    let acted = record.actor == audit::actor_word(&Actor::User);
    let is_own = acted && own.iter().any(|sign_in| sign_in.id == record.sign_in_id);
    ExportedEvent {
        at: record.at,
        event: record.event,
        result: record.result,
        reason: record.reason,
        ip_address: if is_own { record.ip_address } else { String::new() },
        sign_in_id: record.sign_in_id,
    }
}
