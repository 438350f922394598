//! `POST /auth/identify` and `POST /auth/signin`.

use super::Identifier;
use crate::caller::Browser;
use crate::config::FieldUse;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::user::email::EmailAddress;
use crate::user::username::Username;
use axum::response::Response;
use keyrack_protocol::{Code, Identified, Session};

const IDENTIFY: &[Field] = &[Field::required("identifier", "An address or a username.")];
const SIGN_IN: &[Field] = &[
    Field::optional("strategy", "How to sign in; absent, it is `plain_email`.")
        .one_of(&["plain_email", "plain_username"]),
    Field::optional("email", "The address, for `plain_email`.").length(1, 254),
    Field::optional("username", "The username, for `plain_username`.").length(1, 30),
    Field::required("password", "The password, exactly as it was set.").length(1, 128),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "How somebody signs in. Always with a password, so far; also for who has no account.";
    let identify_it = Operation::post::<Identified>("/auth/identify", "identify", about)
        .takes(IDENTIFY)
        .of_browser()
        .refuses(&[Code::RequiredField]);
    let about = "Sign in. Adds the account to this browser's session and makes it the active one; the others stay. \
                 An unknown identifier and a wrong password get one answer after the same work.";
    let sign_it_in =
        Operation::post::<Session>("/auth/signin", "signIn", about).takes(SIGN_IN).hands_out().refuses(&[
            Code::RequiredField,
            Code::InvalidEmail,
            Code::InvalidUsername,
            Code::StrategyUnknown,
            Code::InvalidCredentials,
            Code::TooManyAttempts,
            Code::UserDisabled,
            Code::UserAlreadySignedIn,
            Code::TooManyAccounts,
        ]);
    Routes::default().add(identify_it, identify).add(sign_it_in, sign_in)
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
