//! `POST /auth/signin`.

use crate::app::Shared;
use crate::caller::Browser;
use crate::error::Result;
use crate::http::fields::Fields;
use crate::user::email::EmailAddress;
use axum::Router;
use axum::response::Response;
use axum::routing::post;
use keyrack_protocol::Code;

/// The routes of this feature.
pub fn routes() -> Router<Shared> {
    Router::new().route("/auth/signin", post(sign_in))
}

/// `strategy` `plain_email` with `email` and `password`.
async fn sign_in(browser: Browser, fields: Fields) -> Result<Response> {
    match fields.text("strategy")?.unwrap_or("plain_email") {
        "plain_email" => {
            let email = EmailAddress::parse(fields.required("email")?)?;
            let password = fields.required("password")?.to_owned();
            let left = super::with_password(&browser, email, password).await?;
            Ok(browser.answer(&left))
        }
        _ => Err(Code::StrategyUnknown.into()),
    }
}
