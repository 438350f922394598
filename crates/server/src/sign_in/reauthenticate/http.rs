//! `POST /session/reauthenticate` and what prepares it.

use super::passkey;
use crate::caller::Account;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use axum::response::Response;
use keyrack_protocol::{Code, ReauthenticationMethod as Method, ReauthenticationPrepared, Session};
use serde_json::Value;

const PREPARE: &[Field] =
    &[Field::required("method", "How it will be proved.").one_of(&["email_otp", "phone_otp", "passkey"])];
const PROVE: &[Field] = &[
    Field::required("method", "How it is proved: one of those that the refusal named.").one_of(&[
        "password",
        "email_otp",
        "phone_otp",
        "authenticator",
        "backup_code",
        "passkey",
    ]),
    Field::optional("password", "For `password`: as it was set.").length(1, 128),
    Field::optional("verification_code", "For every other one: the code.").length(1, 40),
    Field::optional(
        "credential",
        "For `passkey`: what `navigator.credentials.get()` gave, as `toJSON()` writes it.",
    )
    .object(),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Prepare a fresh proof. Sends a code to the address or number that the account has proved; one a minute and five an \
                 hour, beyond which nothing is sent and the answer is the same. Of `passkey` the answer has what the browser \
                 is to ask for, good once, for five minutes. Not needed for what the person has at hand.";
    let path = "/session/reauthenticate/prepare";
    let prepare_it = Operation::post::<ReauthenticationPrepared>(path, "prepareReauthentication", about)
        .takes(PREPARE)
        .of_browser()
        .refuses(&[Code::RequiredField, Code::StrategyUnknown, Code::SignedOut, Code::UserDisabled]);
    let about = "Prove again who it is. For ten minutes the sign-in that acts may then do what asks for a fresh proof \
                 (`reauthentication_required`). It gets a new key, which the answer hands out.";
    let prove_it = Operation::post::<Session>("/session/reauthenticate", "reauthenticate", about)
        .takes(PROVE)
        .hands_out()
        .refuses(&[
            Code::RequiredField,
            Code::StrategyUnknown,
            Code::CodeRequired,
            Code::InvalidCredentials,
            Code::InvalidCode,
            Code::CodeExpired,
            Code::InvalidPasskey,
            Code::PasskeyRequestExpired,
            Code::TooManyAttempts,
            Code::SignedOut,
            Code::UserDisabled,
        ]);
    Routes::default().add(prepare_it, prepare).add(prove_it, prove)
}

/// The way that a request names, if the deployment has it.
fn method(fields: &Fields) -> Result<Method> {
    match fields.required("method")? {
        "password" => Ok(Method::Password),
        "email_otp" => Ok(Method::EmailOtp),
        "phone_otp" => Ok(Method::PhoneOtp),
        "authenticator" => Ok(Method::Authenticator),
        "backup_code" => Ok(Method::BackupCode),
        "passkey" => Ok(Method::Passkey),
        _ => Err(Code::StrategyUnknown.into()),
    }
}

/// `method`.
async fn prepare(account: Account, fields: Fields) -> Result<Response> {
    Ok(answer::ok(match method(&fields)? {
        Method::Passkey => passkey::ask(&account).await?,
        method => super::prepare(&account, method).await?,
    }))
}

/// `method`, and `password`, `credential` or `verification_code`.
async fn prove(account: Account, fields: Fields) -> Result<Response> {
    let left = match method(&fields)? {
        Method::Password => super::by_password(&account, fields.required("password")?.to_owned()).await?,
        Method::Passkey => {
            let credential = fields.object("credential")?.ok_or(Code::RequiredField)?;
            super::by_code(&account, Method::Passkey, &Value::Object(credential).to_string()).await?
        }
        method => {
            let code = fields.text("verification_code")?.ok_or(Code::CodeRequired)?;
            super::by_code(&account, method, code).await?
        }
    };
    Ok(account.answer(&left))
}
