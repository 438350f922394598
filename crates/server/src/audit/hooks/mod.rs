//! What the application's endpoints are told: a row for each that wants it, in the transaction that makes it happen, so that
//! neither is there without the other. [`crate::webhook`] sends them.

pub mod store;

use super::{About, Event};
use crate::app::Site;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{SessionId, SignInId, UserId, WebhookEventId};
use crate::params;

/// Everything that an endpoint may be told.
pub const KINDS: [&str; 21] = [
    "user.created",
    USER_UPDATED,
    "user.disabled",
    "user.enabled",
    "user.deleted",
    SESSION_CREATED,
    SESSION_ENDED,
    "sign_in.created",
    "sign_in.ended",
    "organization.created",
    ORGANIZATION_UPDATED,
    "organization.deleted",
    "workspace.created",
    WORKSPACE_UPDATED,
    "workspace.deleted",
    "membership.created",
    "membership.updated",
    "membership.deleted",
    "invitation.sent",
    "invitation.withdrawn",
    "invitation.accepted",
];
/// An account was changed.
pub const USER_UPDATED: &str = "user.updated";
/// An organization was changed.
pub const ORGANIZATION_UPDATED: &str = "organization.updated";
/// A workspace was changed.
pub const WORKSPACE_UPDATED: &str = "workspace.updated";
const SESSION_CREATED: &str = "session.created";
const SESSION_ENDED: &str = "session.ended";
/// What an operator has sent to try an endpoint out.
pub const TEST: &str = "webhook.test";

/// What endpoints are told of a record; none where they are not. A waitlist's invitation is in no place.
fn kind(event: Event, about: &About<'_>) -> Option<&'static str> {
    Some(match event {
        Event::SignedUp | Event::UserCreated => "user.created",
        Event::UserChanged | Event::AccountChanged | Event::PasswordReset | Event::FactorsReset => {
            USER_UPDATED
        }
        Event::UserDisabled => "user.disabled",
        Event::UserEnabled => "user.enabled",
        Event::UserDeleted => "user.deleted",
        Event::SignedIn => "sign_in.created",
        Event::SignInEnded => "sign_in.ended",
        Event::OrganizationCreated => "organization.created",
        Event::OrganizationChanged => ORGANIZATION_UPDATED,
        Event::OrganizationDeleted => "organization.deleted",
        Event::WorkspaceChanged => WORKSPACE_UPDATED,
        Event::RestrictionChanged if about.reason.starts_with("wsp_") => WORKSPACE_UPDATED,
        Event::RestrictionChanged => ORGANIZATION_UPDATED,
        Event::WorkspaceCreated => "workspace.created",
        Event::WorkspaceDeleted => "workspace.deleted",
        Event::MemberJoined => "membership.created",
        Event::RoleGiven | Event::RoleTaken => "membership.updated",
        Event::MemberLeft | Event::MemberRemoved => "membership.deleted",
        Event::InvitationSent if !about.reason.is_empty() => "invitation.sent",
        Event::InvitationWithdrawn if !about.reason.is_empty() => "invitation.withdrawn",
        Event::InvitationAccepted => "invitation.accepted",
        _ => return None,
    })
}

/// Tells of a record.
pub(super) fn of_record(
    tx: &mut Tx<'_>,
    site: &Site,
    (event, about): (Event, About<'_>),
    now: i64,
) -> Result<()> {
    if site.config.webhooks.is_empty() {
        return Ok(());
    }
    if event == Event::SignedIn
        && let Some(session) = about.session
        && is_first(tx, session)?
    {
        tell(tx, site, SESSION_CREATED, &About { reason: "", user: None, sign_in: None, ..about }, now)?;
    }
    match kind(event, &about) {
        Some(kind) => tell(tx, site, kind, &about, now),
        None => Ok(()),
    }
}

/// Tells of what is no record: `kind` happened to what `about` names.
///
/// # Errors
/// What the database says.
pub fn tell(tx: &mut Tx<'_>, site: &Site, kind: &'static str, about: &About<'_>, now: i64) -> Result<()> {
    for endpoint in site.config.webhooks.iter().filter(|endpoint| endpoint.wants(kind)) {
        put(tx, site, (&endpoint.name, kind), about, now)?;
    }
    Ok(())
}

/// Tells that nothing lives in a session any more. One in which nobody was ever signed in nobody heard of.
///
/// # Errors
/// What the database says.
pub fn session_ended(tx: &mut Tx<'_>, site: &Site, session: &SessionId, now: i64) -> Result<()> {
    if site.config.webhooks.is_empty() || signed_in_on(tx, session)? == 0 {
        return Ok(());
    }
    tell(tx, site, SESSION_ENDED, &About { session: Some(session), ..About::default() }, now)
}

fn is_first(tx: &mut Tx<'_>, session: &SessionId) -> Result<bool> {
    Ok(signed_in_on(tx, session)? == 1)
}

fn signed_in_on(tx: &mut Tx<'_>, session: &SessionId) -> Result<i64> {
    let row =
        tx.query_one("select count(*) from sign_ins where session_id = $1", params![session.as_str()])?;
    row.map_or(Ok(0), |row| row.cells().int())
}

/// A row for one endpoint. Of several changes of an account in one moment one is told: the message has them all.
///
/// # Errors
/// What the database says.
pub fn put(
    tx: &mut Tx<'_>,
    site: &Site,
    (endpoint, kind): (&str, &'static str),
    about: &About<'_>,
    now: i64,
) -> Result<()> {
    let of_place = ["organization", "workspace", "membership", "invitation"];
    let is_of_place = of_place.iter().any(|room| kind.starts_with(room));
    let (place, reason) = if is_of_place { (about.reason, "") } else { ("", about.reason) };
    tx.execute(
        "insert into webhook_events (id, deployment_id, endpoint, kind, user_id, session_id, sign_in_id, place_id,
             invitation_id, reason, happened_at, state, tries, next_at, lease_until, answer)
         select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as text),
             cast($6 as text), cast($7 as text), cast($8 as text), cast($9 as text), cast($10 as text),
             cast($11 as bigint), 'queued', 0, cast($11 as bigint), 0, ''
         where $4 <> 'user.updated' or not exists (select 1 from webhook_events e where e.deployment_id = $2
             and e.endpoint = $3 and e.state = 'queued' and e.kind = $4 and e.user_id = $5 and e.happened_at = $11)",
        params![
            WebhookEventId::draw(&site.world).as_str(),
            &site.config.id,
            endpoint,
            kind,
            about.user.map_or("", UserId::as_str),
            about.session.map_or("", SessionId::as_str),
            about.sign_in.map_or("", SignInId::as_str),
            place,
            about.invitation.unwrap_or_default(),
            reason,
            now
        ],
    )?;
    tx.wake_outbox();
    Ok(())
}
