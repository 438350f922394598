//! `/admin/…`, on the socket only.

use super::door::{About, Body, Operator};
use super::page::{Page, moment};
use super::{Decision, Form, keys, organizations, places, store, users, view, waitlist};
use crate::app::Shared;
use crate::audit::{self, Event};
use crate::error::Result;
use crate::http::answer;
use crate::id::{AuditId, SessionId, SignInId, UserId};
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::kept::{Kept, external_id};
use crate::user::username::Username;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use keyrack_protocol::Code;
use serde::Deserialize;

/// The routes of the socket. Everywhere `?deployment=` names the deployment where there are several.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/admin/users", get(list_users).post(create_user))
        .route("/admin/users/{user}", get(show_user).delete(delete_user))
        .route("/admin/users/{user}/disable", post(disable_user))
        .route("/admin/users/{user}/enable", post(enable_user))
        .route("/admin/users/{user}/reset-factors", post(reset_factors))
        .route("/admin/users/{user}/end-sessions", post(end_sessions))
        .route("/admin/sessions", get(list_sessions))
        .route("/admin/sessions/{id}/end", post(end_session))
        .route("/admin/organizations", get(organizations::list).post(organizations::create))
        .route("/admin/organizations/{id}", delete(organizations::delete))
        .route("/admin/organizations/{id}/members", post(organizations::add_member))
        .route("/admin/organizations/{id}/unrestrict", post(unrestrict))
        .route("/admin/waitlist", get(waitlist::list))
        .route("/admin/waitlist/invite", post(waitlist::invite))
        .route("/admin/waitlist/{email}", delete(waitlist::remove))
        .route("/admin/keys", get(keys::list).post(keys::create))
        .route("/admin/keys/{id}/revoke", post(keys::revoke))
        .route("/admin/audit", get(list_audit))
        .route("/admin/health", get(health))
}

/// `state?` (`present`, `active`, `disabled`, `deleted`), `search?`, `limit?`, `cursor?`.
async fn list_users(operator: Operator) -> Result<Response> {
    operator.says_only(&["state", "search", "limit", "cursor"])?;
    let is_id = |text: &str| UserId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let state = operator.word("state", &["present", "active", "disabled", "deleted"])?;
    let sought = operator.query("search").map(users::Sought::typed);
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let list = operator.app.db.read(move |on| {
        let users = users::page(on, &deployment, (&page, state), sought.as_ref(), now)?;
        Ok(page.list(users, |user| &user.id))
    });
    Ok(answer::ok(list.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: String,
    username: Option<String>,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    password: Option<String>,
    external_id: Option<String>,
    #[serde(default)]
    unproved: bool,
}

/// `email`, `username?`, `first_name?`, `last_name?`, `password?`, `external_id?`, `unproved?`.
async fn create_user(operator: Operator, Body(new): Body<NewUser>) -> Result<Response> {
    operator.says_only(&[])?;
    let form = Form {
        email: EmailAddress::parse(&new.email)?,
        unproved: new.unproved,
        username: new.username.as_deref().map(Username::parse).transpose()?,
        first_name: user::name(&new.first_name)?,
        last_name: user::name(&new.last_name)?,
        password: new.password,
        kept: Kept { external_id: new.external_id.as_deref().map(external_id).transpose()?, ..Kept::default() },
    };
    let made = super::create(&operator.app, &operator.site, form, operator.by()).await?;
    operator.log(Event::UserCreated, About { user: Some(&made.id), ..About::default() });
    Ok(answer::ok(made))
}

async fn show_user(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let id = named(&operator, &user).await?;
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let found = operator.app.db.read(move |on| users::one(on, &deployment, &id, now)).await?;
    Ok(answer::ok(found.ok_or(Code::UserNotFound)?))
}

async fn disable_user(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::Disable).await
}

async fn enable_user(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::Enable).await
}

async fn reset_factors(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::ResetFactors).await
}

async fn delete_user(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::Delete).await
}

async fn decide(operator: &Operator, user: &str, what: Decision) -> Result<Response> {
    operator.says_only(&[])?;
    let id = named(operator, user).await?;
    let decided = super::decide(&operator.app, &operator.site, id, what, operator.by()).await?;
    let ended = Some(decided.ended.len());
    operator.log(what.event(), About { user: Some(&decided.user.id), ended, ..About::default() });
    Ok(answer::ok(decided))
}

/// Ends every sign-in of the user.
async fn end_sessions(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let id = named(&operator, &user).await?;
    let ended = super::end_sessions_of(&operator.app, &operator.site, id.clone(), operator.by()).await?;
    let about = About { user: Some(id.as_str()), ended: Some(ended.ended.len()), ..About::default() };
    operator.log(Event::SignInEnded, about);
    Ok(answer::ok(ended))
}

/// `user?` (id, address or username), `state?` (`live`, `all`), `limit?`, `cursor?`.
async fn list_sessions(operator: Operator) -> Result<Response> {
    operator.says_only(&["user", "state", "limit", "cursor"])?;
    let is_id = |text: &str| SessionId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let state = operator.word("state", &["live", "all"])?;
    let user = match operator.query("user") {
        Some(user) => Some(named(&operator, user).await?),
        None => None,
    };
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let list = operator.app.db.read(move |on| {
        let asked = store::Asked { user: user.as_ref(), all: state == "all", now };
        let sessions = store::sessions(on, &deployment, &page, &asked)?;
        Ok(page.list(sessions, |session| &session.id))
    });
    Ok(answer::ok(list.await?))
}

/// Ends a session (`ses_…`) or one sign-in (`sin_…`).
async fn end_session(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let (app, site) = (&operator.app, &operator.site);
    let named = Some(id.as_str());
    let (event, about, ended) = match (SessionId::parse(&id), SignInId::parse(&id)) {
        (Some(session), _) => {
            let ended = super::end_session(app, site, session, operator.by()).await?;
            (Event::SessionEnded, About { session: named, ..About::default() }, ended)
        }
        (_, Some(sign_in)) => {
            let ended = super::end_sign_in(app, site, sign_in, operator.by()).await?;
            (Event::SignInEnded, About { sign_in: named, ..About::default() }, ended)
        }
        _ => return Err(Code::SessionNotFound.into()),
    };
    operator.log(event, About { ended: Some(ended.ended.len()), ..about });
    Ok(answer::ok(ended))
}

/// `{id}` of an organization (`org_…`) or a workspace (`wsp_…`).
async fn unrestrict(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let lifted = places::unrestrict(&operator.app, &operator.site, id, operator.by()).await?;
    if lifted.asked {
        operator.log(Event::RestrictionChanged, About { place: Some(&lifted.id), ..About::default() });
    }
    Ok(answer::ok(lifted))
}

/// `user?` (id, address or username), `session?`, `since?`, `limit?`, `cursor?`.
async fn list_audit(operator: Operator) -> Result<Response> {
    operator.says_only(&["user", "session", "since", "limit", "cursor"])?;
    let is_id = |text: &str| AuditId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let since = operator.query("since").map(|since| moment(since, operator.app.world.clock.now_ms()));
    let session = operator.query("session").map(|id| SessionId::parse(id).ok_or(Code::SessionNotFound));
    let user = match operator.query("user") {
        Some(user) => Some(named(&operator, user).await?),
        None => None,
    };
    let asked = audit::store::Asked {
        user,
        session: session.transpose()?,
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
