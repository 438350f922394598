//! `POST /auth/identify` and `POST /auth/signin`.

use super::Identifier;
use crate::app::Shared;
use crate::caller::Browser;
use crate::config::FieldUse;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::user::email::EmailAddress;
use crate::user::username::Username;
use axum::Router;
use axum::response::Response;
use axum::routing::post;
use keyrack_protocol::{Code, Identified};

/// The routes of this feature.
pub fn routes() -> Router<Shared> {
    Router::new().route("/auth/identify", post(identify)).route("/auth/signin", post(sign_in))
}

/// `identifier`: how whoever has it signs in. Everybody does so with a password, also who has no account.
async fn identify(_: Browser, fields: Fields) -> Result<Response> {
    fields.required("identifier")?;
    Ok(answer::ok(Identified { strategy: "password".to_owned() }))
}

/// `strategy` `plain_email` with `email` and `password`, or `plain_username` with `username` and `password`.
async fn sign_in(browser: Browser, fields: Fields) -> Result<Response> {
    let identifier = match fields.text("strategy")?.unwrap_or("plain_email") {
        "plain_email" => Identifier::Email(EmailAddress::parse(fields.required("email")?)?),
        "plain_username" if browser.site.config.auth.username != FieldUse::Off => {
            Identifier::Username(Username::parse(fields.required("username")?)?)
        }
        _ => return Err(Code::StrategyUnknown.into()),
    };
    let password = fields.required("password")?.to_owned();
    let left = super::with_password(&browser, identifier, password).await?;
    Ok(browser.answer(&left))
}
