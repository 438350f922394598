//! `POST /auth/forgot-password`, `/auth/reset-password` and `/auth/reset-password/validate`.

use super::reset::{self, Holder};
use super::token::Token;
use super::{ask, code};
use crate::caller::Browser;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::user::email::EmailAddress;
use crate::user::password;
use axum::response::Response;
use keyrack_protocol::{Code, PasswordRecovery, PasswordResetValidation, Session};

const FORGOT: &[Field] = &[
    Field::required("email", "The address.").length(1, 254),
    Field::optional("otp", "The mailed code, to get the token that the mail's link holds too.")
        .pattern("^[0-9]{6}$"),
];
const TOKEN: Field =
    Field::required("token", "Of the mailed link, or given for the mailed code.").length(1, 200);
const VALIDATE: &[Field] = &[TOKEN];
const RESET: &[Field] = &[
    TOKEN,
    Field::required(
        "password",
        "At least as long as `auth_settings.password.min_length` of the deployment says.",
    )
    .length(8, password::MAX_LENGTH),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    Routes::default()
        .add(forgot(), forgot_password)
        .add(validate(), validate_reset)
        .add(reset_it(), reset_password)
}

fn forgot() -> Operation {
    let about = "Ask for another password, or say the mailed code. Without `otp` it mails a code and a link to the address, if \
                 it has an account; the answer never says so. The ones before are dead then. Within a minute of the last \
                 one, and beyond 5 an hour for one address, nothing is mailed. With the right `otp` it answers a token.";
    Operation::post::<PasswordRecovery>("/auth/forgot-password", "forgotPassword", about)
        .takes(FORGOT)
        .of_browser()
        .refuses(&[Code::RequiredField, Code::InvalidEmail, Code::InvalidCode, Code::TooManyAttempts])
}

fn validate() -> Operation {
    let about = "What a token is worth. It changes nothing, and answers 200 also for a token that is none.";
    Operation::post::<PasswordResetValidation>(
        "/auth/reset-password/validate",
        "validatePasswordReset",
        about,
    )
    .takes(VALIDATE)
    .of_browser()
    .refuses(&[Code::RequiredField])
}

fn reset_it() -> Operation {
    let about = "Set another password with a token. All sign-ins of the account end (`credentials_changed`), and it is \
                 signed in here; where a second factor or more is asked for, the last sign-in attempt waits for it. A \
                 password that is refused leaves the token as it is.";
    Operation::post::<Session>("/auth/reset-password", "resetPassword", about)
        .takes(RESET)
        .hands_out()
        .refuses(&[
            Code::RequiredField,
            Code::ResetExpired,
            Code::PasswordTooShort,
            Code::PasswordTooLong,
            Code::PasswordTooSimple,
            Code::PasswordBreached,
            Code::PasswordNamesYou,
            Code::TooManyAccounts,
        ])
}

/// `email`, `otp?`.
async fn forgot_password(browser: Browser, fields: Fields) -> Result<Response> {
    let email = EmailAddress::parse(fields.required("email")?)?;
    let token = match fields.text("otp")? {
        Some(otp) => Some(code::exchange(&browser, email, otp).await?.to_text()),
        None => {
            ask::ask(&browser, email).await?;
            None
        }
    };
    Ok(answer::ok(PasswordRecovery { token }))
}

/// `token`.
async fn validate_reset(browser: Browser, fields: Fields) -> Result<Response> {
    let holder = match Token::parse(fields.required("token")?) {
        Some(token) => reset::look(&browser, &token).await?,
        None => None,
    };
    let email = holder.map(|Holder { email, .. }| email);
    Ok(answer::ok(PasswordResetValidation { valid: email.is_some(), email }))
}

/// `token`, `password`.
async fn reset_password(browser: Browser, fields: Fields) -> Result<Response> {
    let token = Token::parse(fields.required("token")?);
    let password = fields.required("password")?.to_owned();
    let token = token.ok_or(Code::ResetExpired)?;
    let left = reset::reset(&browser, token, password).await?;
    Ok(browser.answer(&left))
}
