//! `POST /auth/identify` and `POST /auth/signin`.

use super::factor::{self, magic_link::link};
use crate::caller::Browser;
use crate::captcha::{self, http::CHALLENGE_TOKEN};
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, Identified, MagicLink, Session};
use std::sync::LazyLock;

const IDENTIFY: &[Field] = &[Field::required("identifier", "An address or a username."), CHALLENGE_TOKEN];
static SIGN_IN: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let how = Field::optional("strategy", "How to sign in; absent, it is `plain_email`.");
    [&[how.one_of(&factor::OF_FIRST)][..], WITH].concat()
});
const WITH: &[Field] = &[
    Field::optional("email", "The address, for all but `plain_username` and `phone_otp`.").length(1, 254),
    Field::optional("username", "The username, for `plain_username`.").length(1, 30),
    Field::optional(
        "phone",
        "For `phone_otp`: with the country's code in front, or as it is dialled at home.",
    )
    .length(1, 40),
    Field::optional("phone_country_code", "The country of a number without one: a dial code or two letters.")
        .length(1, 5),
    Field::optional(
        "password",
        "The password, exactly as it was set; for `plain_email` and `plain_username`.",
    )
    .length(1, 128),
    Field::optional(
        "ask_password",
        "In place of `password`: the attempt waits for it, at `verify_password`.",
    )
    .flag(),
    CHALLENGE_TOKEN,
];

const TOKEN: Field =
    Field::required("token", "The link's secret, as it stands in its address.").length(1, 100);
const ATTEMPT: Field = Field::required("attempt", "The attempt's id, as it stands in the link's address.");
const LINK: &[Field] = &[TOKEN, ATTEMPT];
const CONFIRM: &[Field] =
    &[TOKEN, ATTEMPT, Field::optional("here", "Sign this browser in, although another one asked.").flag()];
const OLD_CONFIRM: &[Field] =
    &[TOKEN, ATTEMPT, Field::optional("redirect_uri", "Passed over: pages go there themselves.")];
const CONFIRM_REFUSES: &[Code] = &[
    Code::RequiredField,
    Code::InvalidParameter,
    Code::LinkNotValid,
    Code::ConfirmRequired,
    Code::CodeExpired,
    Code::BadAttempt,
    Code::UserDisabled,
    Code::UserAlreadySignedIn,
    Code::TooManyAccounts,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "How somebody signs in. What an identifier of this kind can be used with here, whether or not anybody has it.";
    let identify_it = Operation::post::<Identified>("/auth/identify", "identify", about)
        .takes(IDENTIFY)
        .of_browser()
        .refuses(&[Code::RequiredField, Code::ChallengeRequired]);
    let about = "Sign in. With a password, adds the account to this browser's session and makes it the active one, unless \
                 something is still needed; the others stay. Otherwise begins an attempt: the last of the session's \
                 sign-in attempts, whose `current_step` says what it waits for. An unknown identifier and a wrong password \
                 get one answer after the same work; with uniform answers an attempt of nobody's address goes on like any \
                 other, and no code ever fits.";
    let sign_it_in =
        Operation::post::<Session>("/auth/signin", "signIn", about).takes(&SIGN_IN).hands_out().refuses(&[
            Code::ChallengeRequired,
            Code::RequiredField,
            Code::InvalidEmail,
            Code::InvalidUsername,
            Code::InvalidPhoneNumber,
            Code::CountryRestricted,
            Code::VoipNumberBlocked,
            Code::StrategyUnknown,
            Code::InvalidCredentials,
            Code::NobodyKnown,
            Code::TooManyAttempts,
            Code::UserDisabled,
            Code::UserAlreadySignedIn,
            Code::TooManyAccounts,
        ]);
    let about = "What a mailed link is for. Nothing is used up: scanners of mail open links. In another browser than the one \
                 that asked, it says who asked, and the code to type there.";
    let look_at_it = Operation::post::<MagicLink>("/auth/magic-link", "lookAtMagicLink", about)
        .takes(LINK)
        .of_browser()
        .refuses(&[Code::RequiredField, Code::LinkNotValid]);
    let about = "Confirm a mailed link. The browser that asked goes on. Any other signs itself in only with `here`, and the \
                 attempt in the one that asked is over; without it nothing is used up.";
    let confirm_it = Operation::post::<Session>("/auth/verify-magic-link", "confirmMagicLink", about)
        .takes(CONFIRM)
        .hands_out()
        .refuses(CONFIRM_REFUSES);
    let about = "Confirm a mailed link, for older clients. Only in the browser that asked.";
    let confirm_by_get = Operation::get::<Session>("/auth/verify-magic-link", "verifyMagicLink", about)
        .takes(OLD_CONFIRM)
        .hands_out()
        .refuses(CONFIRM_REFUSES);
    Routes::default()
        .add(identify_it, identify)
        .add(sign_it_in, sign_in)
        .add(look_at_it, look_at_link)
        .add(confirm_it, confirm_link)
        .add(confirm_by_get, confirm_link_by_get)
}

/// `identifier`: how whoever has it signs in. It is the same for everybody, also who has no account.
async fn identify(browser: Browser, fields: Fields) -> Result<Response> {
    captcha::require(&browser, &fields).await?;
    let methods = factor::methods_of(&browser.site.config.auth, fields.required("identifier")?);
    Ok(answer::ok(Identified { strategy: "password".to_owned(), methods }))
}

/// `strategy`, and what its method takes.
async fn sign_in(browser: Browser, fields: Fields) -> Result<Response> {
    captcha::require(&browser, &fields).await?;
    let strategy = fields.text("strategy")?.unwrap_or("plain_email");
    let first = factor::first(&browser.site.config.auth, strategy).ok_or(Code::StrategyUnknown)?;
    Ok(browser.answer(&(first.begin)(&browser, &fields).await?))
}

/// `token`, `attempt`.
async fn look_at_link(browser: Browser, fields: Fields) -> Result<Response> {
    let (attempt, token) = (fields.required("attempt")?, fields.required("token")?);
    Ok(answer::ok(link::look(&browser, attempt, token).await?))
}

/// `token`, `attempt`, `here?`.
async fn confirm_link(browser: Browser, fields: Fields) -> Result<Response> {
    let named = (fields.required("attempt")?, fields.required("token")?);
    let here = fields.flag("here")?.unwrap_or_default();
    Ok(browser.answer(&link::confirm(&browser, named, here).await?))
}

/// `token`, `attempt`. Whoever only asks what would be there confirms nothing.
async fn confirm_link_by_get(browser: Browser, method: Method, fields: Fields) -> Result<Response> {
    let named = (fields.required("attempt")?, fields.required("token")?);
    if method != Method::GET {
        return Err(Code::ConfirmRequired.into());
    }
    Ok(browser.answer(&link::confirm(&browser, named, false).await?))
}
