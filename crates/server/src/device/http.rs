//! `/device`: a program asks for a code and waits; somebody who is signed in looks, and decides.

use super::store::Request;
use super::{NAME, State, begin, decide, named, poll};
use crate::caller::{Account, Browser};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::session::agent;
use crate::time::rfc3339;
use axum::response::Response;
use keyrack_protocol::{Code, DeviceCode, DeviceDecided, DeviceRequest, Session};

const BEGIN: &[Field] =
    &[Field::required("program", "What the program is called, as whoever decides reads it.").length(1, NAME)];
const POLL: &[Field] = &[Field::required("device_code", "What the program was given to ask with.")];
const CODE: &[Field] =
    &[Field::required("user_code", "What the program shows, in whatever case, with or without the hyphen.")];
const DECIDES: &[Code] = &[
    Code::SignedOut,
    Code::UserDisabled,
    Code::RequiredField,
    Code::DeviceCodeNotFound,
    Code::ProgramsNotAllowed,
    Code::TooManyAttempts,
    Code::ImpersonationForbidden,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Sign a program in: begin. The program shows `user_code` and `verification_uri`, where somebody types it, and \
                 asks with `device_code` as often as `interval` (seconds) says. For programs only, which send \
                 `X-Keyrack-Session`, empty to begin with. A client address may begin 100 times an hour.";
    let begin_it = Operation::post::<DeviceCode>("/device/begin", "beginDevice", about)
        .takes(BEGIN)
        .of_browser()
        .refuses(&[Code::RequiredField, Code::ProgramsNotAllowed, Code::TooManyAttempts]);
    let about = "Sign a program in: ask. When somebody has said yes, the answer is the session and hands out its credential, \
                 once. Until then `authorization_pending`; `slow_down` adds five seconds to the pause between two questions.";
    let poll_it =
        Operation::post::<Session>("/device/poll", "pollDevice", about).takes(POLL).hands_out().refuses(&[
            Code::RequiredField,
            Code::ProgramsNotAllowed,
            Code::AuthorizationPending,
            Code::SlowDown,
            Code::AccessDenied,
            Code::ExpiredToken,
            Code::UserDisabled,
            Code::UserAlreadySignedIn,
            Code::TooManyAccounts,
        ]);
    let about = "Sign a program in: look. What asks under a code, from where and since when. From the tenth wrong code on, of \
                 an account or a client address, each is followed by a pause.";
    let look_it = Operation::post::<DeviceRequest>("/device/look", "lookAtDevice", about)
        .takes(CODE)
        .of_browser()
        .refuses(DECIDES);
    let about = "Sign a program in: say yes. The program gets a sign-in of the account that acts, in a session of its own, \
                 without a fresh proof.";
    let confirm_it = Operation::post::<DeviceDecided>("/device/confirm", "confirmDevice", about)
        .takes(CODE)
        .of_browser()
        .refuses(DECIDES);
    let about = "Sign a program in: say no. The code is good for nothing any more.";
    let deny_it = Operation::post::<DeviceDecided>("/device/deny", "denyDevice", about)
        .takes(CODE)
        .of_browser()
        .refuses(DECIDES);
    Routes::default()
        .add(begin_it, begin)
        .add(poll_it, poll)
        .add(look_it, look)
        .add(confirm_it, confirm)
        .add(deny_it, deny)
}

/// Whether it is a program that asks, where there may be some.
fn is_program(browser: &Browser) -> Result<()> {
    are_allowed(browser)?;
    if browser.is_program {
        return Ok(());
    }
    let message = "Programs send the header X-Keyrack-Session, empty to begin with.";
    Err(Error::refused(Code::ProgramsNotAllowed, message))
}

fn are_allowed(browser: &Browser) -> Result<()> {
    if browser.site.config.native_programs { Ok(()) } else { Err(Code::ProgramsNotAllowed.into()) }
}

async fn begin(browser: Browser, fields: Fields) -> Result<Response> {
    is_program(&browser)?;
    let program = named(fields.required("program")?).ok_or(Code::RequiredField)?;
    Ok(answer::ok(begin::begin(&browser, program).await?))
}

async fn poll(browser: Browser, fields: Fields) -> Result<Response> {
    is_program(&browser)?;
    let left = poll::poll(&browser, fields.required("device_code")?).await?;
    Ok(browser.answer(&left))
}

async fn look(account: Account, fields: Fields) -> Result<Response> {
    are_allowed(&account)?;
    let request = decide::look(&account, fields.required("user_code")?).await?;
    Ok(answer::ok(shown(&account, request)))
}

async fn confirm(account: Account, fields: Fields) -> Result<Response> {
    decided(&account, &fields, State::Confirmed).await
}

async fn deny(account: Account, fields: Fields) -> Result<Response> {
    decided(&account, &fields, State::Denied).await
}

async fn decided(account: &Account, fields: &Fields, to: State) -> Result<Response> {
    are_allowed(account)?;
    let request = decide::decide(account, fields.required("user_code")?, to).await?;
    Ok(answer::ok(DeviceDecided { confirmed: to == State::Confirmed, program: request.program }))
}

/// What whoever decides is shown. What the program says of itself is marked as that on the page.
fn shown(account: &Account, request: Request) -> DeviceRequest {
    let place = account.app.world.atlas.place(&request.ip_address);
    DeviceRequest {
        same_address: request.ip_address == account.address.to_string(),
        device: agent::device(&request.user_agent).to_owned(),
        program: request.program,
        ip_address: request.ip_address,
        city: place.city,
        region: place.region,
        country: place.country,
        country_code: place.country_code,
        created_at: rfc3339(request.created_at),
        expires_at: rfc3339(request.expires_at),
    }
}
