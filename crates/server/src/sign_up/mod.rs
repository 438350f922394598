//! Signing up: an attempt that waits in the session until the address is proved, then an account.
//!
//! An attempt for an address that somebody has goes on like any other (unless the deployment tells): its code
//! is never mailed, the owner is told once an hour, and no code ever fits.

pub mod http;
pub mod machine;
mod mails;
mod store;
mod verify;

pub use verify::{prepare, verify};

use crate::caller::Browser;
use crate::error::{Error, Result};
use crate::id::{AttemptId, SessionId};
use crate::session::enter::{self, Left, NewAttempt};
use crate::time::rfc3339;
use crate::user;
use crate::user::email::EmailAddress;
use keyrack_protocol::{Code, SignupAttempt, SignupAttemptStep};
use machine::{Profile, Stage, current_step};
use std::sync::Arc;

/// What a person filled in, checked.
#[derive(Clone, Debug)]
pub struct Form {
    /// The address.
    pub email: EmailAddress,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// The password as typed.
    pub password: String,
}

/// Begins a sign-up.
///
/// # Errors
/// `too_many_accounts`; `EMAIL_EXISTS` only where the deployment tells.
pub async fn begin(browser: &Browser, form: Form) -> Result<Left> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let password_hash = app.hasher.hash(app.hasher.place_for_new()?, &app.world, form.password).await?;
    let (email, first_name, last_name) = (form.email, form.first_name, form.last_name);
    let profile = Profile { email: email.to_string(), first_name, last_name, password_hash };
    browser
        .app
        .db
        .write(move |tx| {
            let taken = user::store::find_by_email(tx, &site.config.id, &email)?.is_some();
            if taken && !site.config.uniform_answers {
                return Err(Code::EmailExists.into());
            }
            let mut room = enter::existing_or_new(tx, (&app, &site), &arrival, &[])?;
            room.has_place(&site)?;
            let stage = Stage::NeedsEmail { profile: profile.clone(), decoy: taken };
            let expires_at = arrival.now + site.config.lifetimes.attempt_ms;
            let shown = to_json(&shown(arrival.attempt(), &room.loaded.id, (&profile, &stage), expires_at))?;
            let attempt =
                NewAttempt { kind: "sign_up", stage: to_json(&stage)?, listed_until: expires_at, expires_at };
            room.add_attempt(tx, (&app, &site), &attempt, &shown, &arrival)?;
            room.leave(tx, &site, arrival.now)
        })
        .await
}

/// What is shown of an attempt.
fn shown(
    id: &AttemptId,
    session: &SessionId,
    (profile, stage): (&Profile, &Stage),
    expires_at: i64,
) -> SignupAttempt {
    let step = current_step(stage);
    let completed = step == SignupAttemptStep::Completed;
    SignupAttempt {
        id: id.to_string(),
        session_id: session.to_string(),
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        email: profile.email.clone(),
        username: String::new(),
        phone_number: String::new(),
        phone_country_code: String::new(),
        required_fields: vec!["email".to_owned(), "password".to_owned()],
        missing_fields: Vec::new(),
        current_step: step,
        remaining_steps: if completed { Vec::new() } else { vec![step] },
        completed,
        expires_at: rfc3339(expires_at),
    }
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|cause| Error::internal("write an attempt", cause))
}
