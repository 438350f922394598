//! `POST /auth/signup` and the two verification calls.

use super::Form;
use crate::app::Shared;
use crate::caller::Browser;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::user::email::EmailAddress;
use crate::user::{name, password};
use axum::Router;
use axum::response::Response;
use axum::routing::post;
use keyrack_protocol::Code;

/// The routes of this feature.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/auth/signup", post(sign_up))
        .route("/auth/prepare-verification", post(prepare_verification))
        .route("/auth/attempt-verification", post(attempt_verification))
}

/// `email`, `password`, `first_name?`, `last_name?`.
async fn sign_up(browser: Browser, fields: Fields) -> Result<Response> {
    let form = Form {
        email: EmailAddress::parse(fields.required("email")?)?,
        first_name: name(fields.text("first_name")?.unwrap_or_default())?,
        last_name: name(fields.text("last_name")?.unwrap_or_default())?,
        password: fields.required("password")?.to_owned(),
    };
    password::check_length(&form.password)?;
    let left = super::begin(&browser, form).await?;
    Ok(browser.answer(&left))
}

/// `attempt_identifier`, `identifier_type`, `strategy`.
async fn prepare_verification(browser: Browser, fields: Fields) -> Result<Response> {
    let attempt = sign_up_attempt(&fields)?;
    if fields.text("strategy")? != Some("email_otp") {
        return Err(Code::StrategyRequired.into());
    }
    Ok(answer::ok(super::prepare(&browser, attempt).await?))
}

/// `attempt_identifier`, `identifier_type`, `verification_code`.
async fn attempt_verification(browser: Browser, fields: Fields) -> Result<Response> {
    let attempt = sign_up_attempt(&fields)?;
    let code = fields.text("verification_code")?.ok_or(Code::CodeRequired)?;
    let left = super::verify(&browser, attempt, code).await?;
    Ok(browser.answer(&left))
}

/// The attempt that a request is about. No sign-in waits for a verification yet: each ends with its password.
fn sign_up_attempt(fields: &Fields) -> Result<&str> {
    let attempt = fields.required("attempt_identifier")?;
    match fields.required("identifier_type")? {
        "signup" => Ok(attempt),
        _ => Err(Code::BadAttempt.into()),
    }
}
