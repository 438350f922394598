//! `GET /me`.

use super::{may_act, view};
use crate::app::Shared;
use crate::caller::Browser;
use crate::error::Result;
use crate::http::answer;
use crate::session::read::Reading;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use keyrack_protocol::Code;

/// The routes of this feature.
pub fn routes() -> Router<Shared> {
    Router::new().route("/me", get(me))
}

/// The user of the active sign-in.
async fn me(browser: Browser) -> Result<Response> {
    let Reading::Live(cached, opened) = browser.reading().await? else { return Err(Code::SignedOut.into()) };
    let active = cached.loaded.active_for(opened).ok_or(Code::SignedOut)?;
    may_act(&active.user)?;
    Ok(answer::ok(view(&active.user)))
}
