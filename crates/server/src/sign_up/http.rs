//! `POST /auth/signup`, the two verification calls, and whether an identifier can be had.

use super::{Form, admitted, restrictions};
use crate::caller::Browser;
use crate::config::FieldUse;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::user::email::EmailAddress;
use crate::user::username::Username;
use crate::user::{name, password};
use axum::response::Response;
use keyrack_protocol::Code;

/// `identifier`, `type` (`email`, `username`).
pub(super) async fn identifier_availability(browser: Browser, fields: Fields) -> Result<Response> {
    let (identifier, kind) = (fields.required("identifier")?, fields.required("type")?);
    Ok(answer::ok(super::availability::exists(&browser, kind, identifier).await?))
}

/// `email`, `password`, what the deployment asks for of `username`, `first_name`, `last_name`, and `invite_token?`.
pub(super) async fn sign_up(browser: Browser, fields: Fields) -> Result<Response> {
    let (auth, rules) = (&browser.site.config.auth, &browser.site.config.restrictions);
    let token = admitted::token(rules, &fields)?;
    let email = EmailAddress::parse(fields.required("email")?)?;
    let form = Form {
        invitation: admitted::by(&browser, token, &email).await?,
        email,
        username: username(&browser, &fields, auth.username)?,
        first_name: name(fields.used("first_name", auth.first_name)?.unwrap_or_default())?,
        last_name: name(fields.used("last_name", auth.last_name)?.unwrap_or_default())?,
        password: fields.required("password")?.to_owned(),
    };
    let names = [form.username.as_ref().map_or("", Username::as_str), &form.first_name, &form.last_name];
    restrictions::check(rules, &form.email, &names)?;
    let [username, first, last] = names;
    password::check(&browser.site.config, &form.password, &[form.email.as_str(), username, first, last])?;
    let begun = super::begin(&browser, form).await;
    browser.app.metrics.sign_ups_begun.note(&begun);
    let left = begun?;
    Ok(browser.answer(&left))
}

/// `attempt_identifier`, `identifier_type`, `strategy`.
pub(super) async fn prepare_verification(browser: Browser, fields: Fields) -> Result<Response> {
    let attempt = sign_up_attempt(&fields)?;
    if fields.text("strategy")? != Some("email_otp") {
        return Err(Code::StrategyRequired.into());
    }
    Ok(answer::ok(super::prepare(&browser, attempt).await?))
}

/// `attempt_identifier`, `identifier_type`, `verification_code`, and `username?` in place of the one that the
/// attempt has: somebody else may have got that one meanwhile.
pub(super) async fn attempt_verification(browser: Browser, fields: Fields) -> Result<Response> {
    let attempt = sign_up_attempt(&fields)?;
    let code = fields.text("verification_code")?.ok_or(Code::CodeRequired)?;
    let used = browser.site.config.auth.username;
    let other = username(&browser, &fields, if used == FieldUse::Off { used } else { FieldUse::Optional })?;
    let verified = super::verify(&browser, attempt, (code, other)).await;
    browser.app.metrics.sign_ups_verified.note(&verified);
    let left = verified?;
    Ok(browser.answer(&left))
}

fn username(browser: &Browser, fields: &Fields, used: FieldUse) -> Result<Option<Username>> {
    let config = &browser.site.config;
    let Some(text) = fields.used("username", used)? else { return Ok(None) };
    let username = Username::wanted(text, &config.app_name)?;
    restrictions::check_name(&config.restrictions, username.as_str())?;
    Ok(Some(username))
}

/// The attempt that a request is about. No sign-in waits for a verification yet: each ends with its password.
fn sign_up_attempt(fields: &Fields) -> Result<&str> {
    let attempt = fields.required("attempt_identifier")?;
    match fields.required("identifier_type")? {
        "signup" => Ok(attempt),
        _ => Err(Code::BadAttempt.into()),
    }
}
