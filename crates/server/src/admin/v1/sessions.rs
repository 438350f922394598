//! `/admin/v1/sessions`, `/admin/v1/sign-ins`, and the sign-ins of a user.

use super::said::{CURSOR, LIMIT, REASON};
use super::{Said, user_id};
use crate::admin::store::{self, Asked};
use crate::admin::view::{Ended, Explained, List, Session, SignIn};
use crate::admin::{self, explain, users};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{SessionId, SignInId};
use axum::response::Response;
use keyrack_protocol::Code;
use std::sync::Arc;

const STATES: &[&str] = &["live", "all"];
const STATE: Field = Field::optional("state", "`live`, or `all` with what has ended and why.").one_of(STATES);
const LIST: &[Field] =
    &[Field::optional("user_id", "Only those that this account is signed in on."), STATE, LIMIT, CURSOR];
const OF_USER: &[Field] = &[STATE, LIMIT, CURSOR];
const WHY: &[Field] = &[REASON];
const NO_USER: &[Code] = &[Code::UserNotFound];
const NO_SESSION: &[Code] = &[Code::SessionNotFound];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "List sessions. What browsers hold, the newest first.";
    let list_them = Operation::get::<List<Session>>("/admin/v1/sessions", "listSessions", about)
        .takes(LIST)
        .of_backend(Scope::SessionsRead)
        .refuses(NO_USER);
    let about = "Read a session. Also one that has ended, with every sign-in that is still known of it.";
    let show_it = Operation::get::<Session>("/admin/v1/sessions/{session_id}", "getSessionById", about)
        .takes(&[])
        .of_backend(Scope::SessionsRead)
        .refuses(NO_SESSION);
    let about = "Explain a session. What happened in it, who did it and why, and what will end it.";
    let explain_it =
        Operation::get::<Explained>("/admin/v1/sessions/{session_id}/explain", "explainSession", about)
            .takes(&[])
            .of_backend(Scope::SessionsRead)
            .refuses(NO_SESSION);
    let about =
        "End a session. With everything in it, on every node, before this answers (`revoked_by_admin`).";
    let end_it = Operation::post::<Ended>("/admin/v1/sessions/{session_id}/end", "endSession", about)
        .takes(WHY)
        .of_backend(Scope::SessionsWrite)
        .refuses(NO_SESSION);
    let about = "End one sign-in. Whoever else is signed in in that browser stays.";
    let end_one = Operation::post::<Ended>("/admin/v1/sign-ins/{sign_in_id}/end", "endSignIn", about)
        .takes(WHY)
        .of_backend(Scope::SessionsWrite)
        .refuses(NO_SESSION);
    let path = "/admin/v1/users/{user_id}/sign-ins";
    let about = "List an account's sign-ins. Wherever they are, the newest first.";
    let list_of_user = Operation::get::<List<SignIn>>(path, "listUserSignIns", about)
        .takes(OF_USER)
        .of_backend(Scope::SessionsRead)
        .refuses(NO_USER);
    let path = "/admin/v1/users/{user_id}/end-sessions";
    let about = "End all sign-ins of an account. On every node, before this answers.";
    let end_all = Operation::post::<Ended>(path, "endUserSessions", about)
        .takes(WHY)
        .of_backend(Scope::SessionsWrite)
        .refuses(NO_USER);
    Routes::default()
        .add(list_them, list)
        .add(show_it, show)
        .add(explain_it, told)
        .add(end_it, end)
        .add(end_one, end_sign_in)
        .add(list_of_user, list_sign_ins)
        .add(end_all, end_all_of)
}

async fn list(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::SessionsRead)?;
    let page = said.page(|text| SessionId::parse(text).is_some())?;
    let user = said.text("user_id")?.map(user_id).transpose()?;
    let (all, now) = (said.word("state", STATES)? == "all", backend.by().now);
    let deployment = backend.site.config.id.clone();
    let list = backend.app.db.read(move |on| {
        let asked = Asked { user: user.as_ref(), all, now };
        Ok(page.list(store::sessions(on, &deployment, &page, &asked)?, |session| &session.id))
    });
    Ok(answer::bare(&list.await?))
}

fn session_id(path: &Named) -> Result<SessionId> {
    Ok(SessionId::parse(&path.id("session_id")).ok_or(Code::SessionNotFound)?)
}

async fn show(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::SessionsRead)?;
    let (id, deployment, now) = (session_id(&path)?, backend.site.config.id.clone(), backend.by().now);
    let found = backend.app.db.read(move |on| store::session(on, &deployment, &id, now)).await?;
    Ok(answer::bare(&found.ok_or(Code::SessionNotFound)?))
}

async fn told(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::SessionsRead)?;
    let (id, site, now) = (session_id(&path)?, Arc::clone(&backend.site), backend.by().now);
    let told = backend.app.db.read(move |on| explain::explain(on, &site, &id, now));
    Ok(answer::bare(&told.await?))
}

async fn end(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::SessionsWrite)?;
    let (id, by) = (session_id(&path)?, said.by(&backend)?);
    Ok(answer::bare(&admin::end_session(&backend.app, &backend.site, id, by).await?))
}

async fn end_sign_in(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::SessionsWrite)?;
    let id = SignInId::parse(&path.id("sign_in_id")).ok_or(Code::SessionNotFound)?;
    let by = said.by(&backend)?;
    Ok(answer::bare(&admin::end_sign_in(&backend.app, &backend.site, id, by).await?))
}

async fn list_sign_ins(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::SessionsRead)?;
    let page = said.page(|text| SignInId::parse(text).is_some())?;
    let (user, all) = (user_id(&path.id("user_id"))?, said.word("state", STATES)? == "all");
    let (deployment, now) = (backend.site.config.id.clone(), backend.by().now);
    let list = backend.app.db.read(move |on| {
        users::one(on, &deployment, &user, now)?.ok_or(Code::UserNotFound)?;
        let asked = Asked { user: Some(&user), all, now };
        Ok(page.list(store::sign_ins(on, &deployment, &page, &asked)?, |sign_in| &sign_in.id))
    });
    Ok(answer::bare(&list.await?))
}

async fn end_all_of(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::SessionsWrite)?;
    let (id, by) = (user_id(&path.id("user_id"))?, said.by(&backend)?);
    Ok(answer::bare(&admin::end_sessions_of(&backend.app, &backend.site, id, by).await?))
}
