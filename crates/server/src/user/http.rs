//! `GET /me`.

use super::{may_act, view};
use crate::caller::Browser;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::session::read::Reading;
use axum::response::Response;
use keyrack_protocol::{Code, CurrentUser};

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "The signed-in user. The one of the active sign-in.";
    let it = Operation::get::<CurrentUser>("/me", "getMe", about)
        .of_browser()
        .refuses(&[Code::SignedOut, Code::UserDisabled]);
    Routes::default().add(it, me)
}

/// The user of the active sign-in.
async fn me(browser: Browser) -> Result<Response> {
    let Reading::Live(cached, opened) = browser.reading().await? else { return Err(Code::SignedOut.into()) };
    let active = cached.loaded.active_for(opened).ok_or(Code::SignedOut)?;
    may_act(&active.user)?;
    Ok(answer::ok(view(&active.user)))
}
