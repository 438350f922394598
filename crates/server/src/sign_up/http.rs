//! `POST /auth/signup`, the two verification calls, and whether an identifier can be had.

use super::{Form, admitted, restrictions};
use crate::caller::Browser;
use crate::captcha;
use crate::config::FieldUse;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::sign_in::factor::{Factor, passkey};
use crate::sign_in::{self, Filled, Typed, Wanted};
use crate::user::email::EmailAddress;
use crate::user::phone::E164;
use crate::user::username::Username;
use crate::user::{name, password, reachable};
use axum::response::Response;
use keyrack_protocol::Code;
use serde_json::Value;

/// `identifier`, `type` (`email`, `username`).
pub(super) async fn identifier_availability(browser: Browser, fields: Fields) -> Result<Response> {
    let (identifier, kind) = (fields.required("identifier")?, fields.required("type")?);
    Ok(answer::ok(super::availability::exists(&browser, kind, identifier).await?))
}

/// `email`, `password`, what the deployment asks for of `username`, `first_name`, `last_name`, and `invite_token?`.
pub(super) async fn sign_up(browser: Browser, fields: Fields) -> Result<Response> {
    captcha::require(&browser, &fields).await?;
    let (auth, rules) = (&browser.site.config.auth, &browser.site.config.restrictions);
    let token = admitted::token(rules, &fields)?;
    let email = EmailAddress::parse(fields.required("email")?)?;
    let form = Form {
        invitation: admitted::by(&browser, token, &email).await?,
        email,
        username: username(&browser, &fields, auth.username)?,
        phone: phone(&browser, &fields, auth.phone)?,
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
    let (attempt, strategy) = (fields.required("attempt_identifier")?, fields.text("strategy")?);
    match kind(&fields)? {
        Kind::SignIn => {
            let strategy = strategy.unwrap_or_default().to_owned();
            let said = |field: &str| Ok::<_, crate::error::Error>(fields.text(field)?.map(str::to_owned));
            let wanted = Wanted { strategy, back: said("redirect_uri")?, last_digits: said("last_digits")? };
            Ok(answer::ok(sign_in::prepare(&browser, attempt, wanted).await?))
        }
        Kind::SignUp => {
            Ok(answer::ok(super::prepare(&browser, attempt, strategy.unwrap_or_default()).await?))
        }
    }
}

/// `attempt_identifier`, `identifier_type`, `verification_code`; of a sign-in `method?`, of a sign-up `username?` in
/// place of the one that the attempt has: somebody else may have got that one meanwhile.
pub(super) async fn attempt_verification(browser: Browser, fields: Fields) -> Result<Response> {
    let attempt = fields.required("attempt_identifier")?;
    let kind = kind(&fields)?;
    if kind == Kind::SignIn {
        let typed = typed(&fields)?;
        return Ok(browser.answer(&sign_in::verify(&browser, attempt, (typed, &fields)).await?));
    }
    let code = fields.text("verification_code")?.ok_or(Code::CodeRequired)?;
    let used = browser.site.config.auth.username;
    let other = username(&browser, &fields, optional(used))?;
    let verified = super::verify(&browser, attempt, (code, other)).await;
    browser.app.metrics.sign_ups_verified.note(&verified);
    let left = verified?;
    Ok(browser.answer(&left))
}

/// What somebody typed in a sign-in attempt, or what a passkey gave.
fn typed(fields: &Fields) -> Result<Typed> {
    if let Some(credential) = fields.object("credential")? {
        let code = Value::Object(credential).to_string();
        return Ok(Typed { code, codes: Vec::new(), method: Some(&passkey::FACTOR) });
    }
    if let Some(password) = fields.text("password")? {
        return Ok(Typed { code: password.to_owned(), codes: Vec::new(), method: None });
    }
    let method = fields.text("method")?.map(|word| Factor::second_named(word).ok_or(Code::StrategyRequired));
    let codes: Vec<String> =
        fields.list("codes")?.unwrap_or_default().into_iter().map(str::to_owned).collect();
    let code = fields.text("verification_code")?.unwrap_or_default().to_owned();
    if code.is_empty() && codes.is_empty() {
        return Err(Code::CodeRequired.into());
    }
    Ok(Typed { code, codes, method: method.transpose()? })
}

/// `attempt_id`, and what the profile lacks of `first_name`, `last_name`, `username`, `phone_number`.
pub(super) async fn complete_profile(browser: Browser, fields: Fields) -> Result<Response> {
    let (attempt, auth) = (fields.required("attempt_id")?, &browser.site.config.auth);
    let filled = |field: &str, used: FieldUse| -> Result<Option<String>> {
        let Some(text) = fields.used(field, optional(used))? else { return Ok(None) };
        restrictions::check_name(&browser.site.config.restrictions, text)?;
        Ok(Some(name(text)?))
    };
    let used = optional(auth.username);
    let filled = Filled {
        first_name: filled("first_name", auth.first_name)?,
        last_name: filled("last_name", auth.last_name)?,
        username: username(&browser, &fields, used)?,
        phone: phone(&browser, &fields, optional(auth.phone))?,
    };
    Ok(browser.answer(&sign_in::complete(&browser, attempt, filled).await?))
}

/// `phone_number`, and `phone_country_code` (`+49` or `DE`) beside one that is written as it is dialled at home.
fn phone(browser: &Browser, fields: &Fields, used: FieldUse) -> Result<Option<E164>> {
    let config = &browser.site.config;
    let country = fields.text("phone_country_code")?;
    let Some(text) = fields.used("phone_number", used)? else { return Ok(None) };
    let phone = E164::parse(text, country)?;
    reachable::check(&config.restrictions, &phone)?;
    Ok(Some(phone))
}

fn username(browser: &Browser, fields: &Fields, used: FieldUse) -> Result<Option<Username>> {
    let config = &browser.site.config;
    let Some(text) = fields.used("username", used)? else { return Ok(None) };
    let username = Username::wanted(text, &config.app_name)?;
    restrictions::check_name(&config.restrictions, username.as_str())?;
    Ok(Some(username))
}

/// Whether a field is read that need not be there.
fn optional(used: FieldUse) -> FieldUse {
    if used == FieldUse::Off { used } else { FieldUse::Optional }
}

/// What an attempt is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    SignIn,
    SignUp,
}

fn kind(fields: &Fields) -> Result<Kind> {
    match fields.required("identifier_type")? {
        "signin" => Ok(Kind::SignIn),
        "signup" => Ok(Kind::SignUp),
        _ => Err(Code::BadAttempt.into()),
    }
}
