//! `/admin/…`, on the socket only.

use super::door::{About, Operator};
use super::page::{Page, moment};
use super::{
    api_keys, explain, import, inside, inviting, letting_in, organizations, people, places, reaching, spaces,
    store, teams, ticketing, tokens, view, webhooks,
};
use crate::api_key::uses;
use crate::app::Shared;
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::layers::FILE_LIMIT;
use crate::id::{AuditId, SessionId, SignInId, UserId};
use crate::session::activity;
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::username::Username;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use keyrack_protocol::{Code, OrganizationMember, WorkspaceMember};
use serde_json::json;
use std::sync::Arc;

/// The routes of the socket. Everywhere `?deployment=` names the deployment where there are several.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/admin/users", get(people::list).post(people::create))
        .route("/admin/users/{user}", get(people::show).patch(people::update).delete(people::delete))
        .route("/admin/users/{user}/export", get(people::export))
        .route("/admin/users/{user}/disable", post(people::disable))
        .route("/admin/users/{user}/enable", post(people::enable))
        .route("/admin/users/{user}/reset-factors", post(people::reset_factors))
        .route("/admin/users/{user}/end-sessions", post(people::end_sessions))
        .route("/admin/sessions", get(list_sessions))
        .route("/admin/sessions/{id}/end", post(end_session))
        .route("/admin/sessions/{id}/explain", get(explain_session))
        .route("/admin/organizations", get(teams::list).post(teams::create))
        .route("/admin/users/{user}/tell", post(people::tell))
        .route("/admin/organizations/{id}", get(teams::show).patch(teams::update).delete(teams::delete))
        .route("/admin/organizations/{id}/invitations", get(inviting::list).post(inviting::create))
        .route("/admin/organizations/{id}/invitations/{invitation}", delete(inviting::withdraw))
        .route("/admin/organizations/{id}/invitations/{invitation}/resend", post(inviting::resend))
        .route("/admin/organizations/{id}/unrestrict", post(unrestrict))
        .merge(of_members())
        .route("/admin/workspaces", get(spaces::list).post(spaces::create))
        .route("/admin/workspaces/{id}", get(spaces::show).patch(spaces::update).delete(spaces::delete))
        .route("/admin/users/{user}/contacts", get(reaching::list).post(reaching::add))
        .route("/admin/users/{user}/contacts/{id}", delete(reaching::remove))
        .route("/admin/users/{user}/contacts/{id}/verify", post(reaching::verify))
        .route("/admin/users/{user}/contacts/{id}/make-primary", post(reaching::make_primary))
        .route("/admin/waitlist", get(letting_in::list))
        .route("/admin/waitlist/invite", post(letting_in::invite))
        .route("/admin/waitlist/{email}", delete(letting_in::remove))
        .route("/admin/api-keys", get(api_keys::list).post(api_keys::create))
        .route("/admin/api-keys/{id}/revoke", post(api_keys::revoke))
        .route("/admin/tickets", get(ticketing::list).post(ticketing::create))
        .route("/admin/tickets/{id}", delete(ticketing::revoke))
        .route("/admin/signing-keys", get(tokens::list_keys))
        .route("/admin/signing-keys/rotate", post(tokens::rotate))
        .route("/admin/token-templates", get(tokens::list_templates))
        .route("/admin/tokens/preview", post(tokens::preview))
        .route("/admin/webhooks", get(webhooks::list))
        .route("/admin/webhooks/replay", post(webhooks::replay))
        .route("/admin/webhooks/test", post(webhooks::test))
        .route("/admin/import", post(import::import).layer(DefaultBodyLimit::max(FILE_LIMIT)))
        .route("/admin/audit", get(list_audit))
        .route("/admin/hold", post(hold))
        .route("/admin/health", get(health))
}

/// Who is in organizations and workspaces.
fn of_members() -> Router<Shared> {
    type Ours = OrganizationMember;
    type Theirs = WorkspaceMember;
    Router::new()
        .route(
            "/admin/organizations/{id}/members",
            get(inside::list::<Ours>).post(inside::add_to_organization),
        )
        .route("/admin/organizations/{id}/members/{user}", delete(inside::remove::<Ours>))
        .route("/admin/organizations/{id}/members/{user}/roles/{role}", delete(inside::take_role::<Ours>))
        .route("/admin/workspaces/{id}/members", get(inside::list::<Theirs>).post(inside::add::<Theirs>))
        .route("/admin/workspaces/{id}/members/{user}", delete(inside::remove::<Theirs>))
        .route("/admin/workspaces/{id}/members/{user}/roles/{role}", delete(inside::take_role::<Theirs>))
}

/// `user?` (id, address or username), `state?` (`live`, `all`), `limit?`, `cursor?`.
async fn list_sessions(operator: Operator) -> Result<Response> {
    operator.says_only(&["user", "state", "limit", "cursor"])?;
    let is_id = |text: &str| SessionId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let state = operator.word("state", &["live", "all"])?;
    let user = asked_for(&operator).await?;
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let list = operator.app.db.read(move |on| {
        let asked = store::Asked { user: user.as_ref(), all: state == "all", now };
        let sessions = store::sessions(on, &deployment, &page, &asked)?;
        Ok(page.list(sessions, |session| &session.id))
    });
    Ok(answer::ok(list.await?))
}

/// Tells the life of a session (`ses_…`), or of the one that a sign-in (`sin_…`) is or was in.
async fn explain_session(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let (site, now) = (Arc::clone(&operator.site), operator.app.world.clock.now_ms());
    let told = operator.app.db.read(move |on| {
        let session = match (SessionId::parse(&id), SignInId::parse(&id)) {
            (Some(session), _) => Some(session),
            (_, Some(sign_in)) => store::session_with(on, &site.config.id, &sign_in)?,
            _ => None,
        };
        explain::explain(on, &site, &session.ok_or(Code::SessionNotFound)?, now)
    });
    Ok(answer::ok(told.await?))
}

/// Ends a session (`ses_…`) or one sign-in (`sin_…`).
async fn end_session(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (app, site, by) = (&operator.app, &operator.site, operator.saying()?);
    let named = Some(id.as_str());
    let (event, about, ended) = match (SessionId::parse(&id), SignInId::parse(&id)) {
        (Some(session), _) => {
            let ended = super::end_session(app, site, session, by).await?;
            (Event::SessionEnded, About { session: named, ..About::default() }, ended)
        }
        (_, Some(sign_in)) => {
            let ended = super::end_sign_in(app, site, sign_in, by).await?;
            (Event::SignInEnded, About { sign_in: named, ..About::default() }, ended)
        }
        _ => return Err(Code::SessionNotFound.into()),
    };
    operator.log(event, About { ended: Some(ended.ended.len()), ..about });
    Ok(answer::ok(ended))
}

/// `{id}` of an organization (`org_…`) or a workspace (`wsp_…`).
async fn unrestrict(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    // A workspace has its id alone; an organization is named as everywhere else.
    let id = if id.starts_with("wsp_") {
        id
    } else {
        organizations::named(&operator.app, &operator.site, &id).await?
    };
    let lifted = places::unrestrict(&operator.app, &operator.site, id, operator.saying()?).await?;
    if lifted.asked {
        operator.log(Event::RestrictionChanged, About { place: Some(&lifted.id), ..About::default() });
    }
    Ok(answer::ok(lifted))
}

/// `user?` (id, address or username), `session?`, `event?`, `since?`, `limit?`, `cursor?`.
async fn list_audit(operator: Operator) -> Result<Response> {
    operator.says_only(&["user", "session", "event", "since", "limit", "cursor"])?;
    let is_id = |text: &str| AuditId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let since = operator.query("since").map(|since| moment(since, operator.app.world.clock.now_ms()));
    let session = operator.query("session").map(|id| SessionId::parse(id).ok_or(Code::SessionNotFound));
    let user = asked_for(&operator).await?;
    let asked = audit::store::Asked {
        user,
        session: session.transpose()?,
        event: operator.query("event").map(audit::store::event).transpose()?.unwrap_or_default(),
        since: since.transpose()?.unwrap_or(0),
        after: page.after.clone(),
        rows: page.rows(),
    };
    let deployment = operator.site.config.id.clone();
    let list = operator.app.db.read(move |on| {
        let records = audit::store::list(on, &deployment, &asked)?;
        Ok(page.list(records, |record| &record.id))
    });
    Ok(answer::ok(list.await?))
}

/// The user that `user` of the query names, if it is there.
///
/// # Errors
/// As [`named`].
pub async fn asked_for(operator: &Operator) -> Result<Option<UserId>> {
    match operator.query("user") {
        Some(user) => named(operator, user).await.map(Some),
        None => Ok(None),
    }
}

/// The user that a text names: by id, by an address that was proved, or by username.
///
/// # Errors
/// [`Code::UserNotFound`].
pub async fn named(operator: &Operator, text: &str) -> Result<UserId> {
    if let Some(id) = UserId::parse(text) {
        return Ok(id);
    }
    let (deployment, text) = (operator.site.config.id.clone(), text.to_owned());
    let found = operator.app.db.read(move |on| match (EmailAddress::parse(&text), Username::parse(&text)) {
        (Ok(email), _) => user::store::find_by_email(on, &deployment, &email),
        (_, Ok(username)) => user::store::find_by_username(on, &deployment, &username),
        _ => Ok(None),
    });
    Ok(found.await?.ok_or(Code::UserNotFound)?.user_id)
}

/// 503 while the database does not answer. No deployment need be named: there is one database.
async fn health(State(app): State<Shared>) -> Result<Response> {
    app.db.read_single(|on| on.query("select 1", &[]).map(drop)).await?;
    Ok(answer::ok(view::Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: app.db.engine().to_owned(),
    }))
}

/// Refuses every change from now on, until the process ends: its database is moved elsewhere. Asked again it has done so.
async fn hold(State(app): State<Shared>) -> Result<Response> {
    if app.db.is_shared() {
        let text = "The server is on PostgreSQL already: there is nothing to move.";
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    // Whoever asks meanwhile is answered when it is so.
    let mut is_held = app.held.lock().await;
    if !*is_held {
        activity::flush(&app).await?;
        uses::flush(&app).await?;
        let held = app.db.hold().await;
        *is_held = true;
        match held {
            // Whoever reads keyrack.db at that moment keeps its WAL apart; a copy takes both.
            Err(error) if error.code() != Code::Unavailable => return Err(error),
            _ => {}
        }
        tracing::warn!(
            "every change is refused from now on: the database is moved to PostgreSQL; start again on that"
        );
    }
    Ok(answer::ok(json!({ "held": true })))
}
