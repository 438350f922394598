//! `GET /me`, and the list of what is below it.

use super::{authenticator, backup_code, view};
use crate::caller::Account;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use axum::response::Response;
use keyrack_protocol::{Code, CurrentUser};

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "The signed-in user. The one of the sign-in that acts.";
    let it = Operation::get::<CurrentUser>("/me", "getMe", about)
        .of_browser()
        .refuses(&[Code::SignedOut, Code::UserDisabled]);
    Routes::default().add(it, me).and(authenticator::http::routes()).and(backup_code::http::routes())
}

/// The user of the sign-in that acts.
async fn me(account: Account) -> Result<Response> {
    let acting = account.cached.loaded.visible_sign_in(account.opened, account.sign_in.as_str())?;
    Ok(answer::ok(view(&acting.user)))
}
