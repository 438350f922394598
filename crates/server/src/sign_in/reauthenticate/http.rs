//! `POST /session/reauthenticate` and what prepares it.

use crate::caller::Account;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::sign_in::factor::{self, Again};
use axum::response::Response;
use keyrack_protocol::{Code, ReauthenticationPrepared, Session};
use std::sync::LazyLock;

static PREPARED: LazyLock<Vec<&str>> = LazyLock::new(|| factor::again_words(true));
static PROVED: LazyLock<Vec<&str>> = LazyLock::new(|| factor::again_words(false));

static PREPARE: LazyLock<Vec<Field>> =
    LazyLock::new(|| vec![Field::required("method", "How it will be proved.").one_of(&PREPARED)]);
static PROVE: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let how = Field::required("method", "How it is proved: one of those that the refusal named.");
    [&[how.one_of(&PROVED)][..], WITH].concat()
});
const WITH: &[Field] = &[
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
        .takes(&PREPARE)
        .of_browser()
        .refuses(&[
            Code::RequiredField,
            Code::StrategyUnknown,
            Code::InvalidPhoneNumber,
            Code::CountryRestricted,
            Code::VoipNumberBlocked,
            Code::SignedOut,
            Code::UserDisabled,
        ]);
    let about = "Prove again who it is. For ten minutes the sign-in that acts may then do what asks for a fresh proof \
                 (`reauthentication_required`). It gets a new key, which the answer hands out.";
    let prove_it = Operation::post::<Session>("/session/reauthenticate", "reauthenticate", about)
        .takes(&PROVE)
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

/// The way that a request names.
fn named(fields: &Fields) -> Result<&'static Again> {
    Ok(factor::again(fields.required("method")?).ok_or(Code::StrategyUnknown)?)
}

/// `method`.
async fn prepare(account: Account, fields: Fields) -> Result<Response> {
    let prepare = named(&fields)?.prepare.ok_or(Code::StrategyUnknown)?;
    Ok(answer::ok(prepare(&account).await?))
}

/// `method`, and `password`, `credential` or `verification_code`.
async fn prove(account: Account, fields: Fields) -> Result<Response> {
    let left = (named(&fields)?.prove)(&account, &fields).await?;
    Ok(account.answer(&left))
}
