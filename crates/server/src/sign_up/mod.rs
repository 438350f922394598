//! Signing up: an attempt that waits in the session until the address is proved, then an account.
//!
//! An attempt for an address that somebody has goes on like any other (unless the deployment tells): its code
//! is never mailed, the owner is told once an hour, and no code ever fits.
//!
//! A username is nobody's until an account has it: two attempts may want the same one, and whose code comes first
//! gets it. The other one's code stays good, and is sent again with another username.

mod admitted;
mod authenticator;
mod availability;
mod finish;
pub mod http;
pub mod machine;
mod prepare;
pub mod restrictions;
pub mod routes;
mod store;
mod verify;
mod waitlist;

pub use prepare::prepare;
pub use verify::verify;

use crate::app::Site;
use crate::caller::Browser;
use crate::config::{Auth, FieldUse, SecondFactorPolicy};
use crate::error::{Error, Result};
use crate::id::{AttemptId, SessionId};
use crate::session::enter::{self, Left, NewAttempt};
use crate::throttle::{self, SIGN_UP, Subject, Verdict};
use crate::time::rfc3339;
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::phone::E164;
use crate::user::username::Username;
use crate::user::ways::apart;
use keyrack_protocol::{ChangeReason, Code, SignupAttempt, SignupAttemptStep};
use machine::{Needs, Profile, Stage, current_step, remaining};
use std::sync::Arc;

/// What a person filled in, checked.
#[derive(Clone, Debug)]
pub struct Form {
    /// The address.
    pub email: EmailAddress,
    /// The username, if one was chosen.
    pub username: Option<Username>,
    /// The phone number, if one was given.
    pub phone: Option<E164>,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// The password as typed.
    pub password: String,
    /// The invitation, or the entry of the waitlist, by which somebody signs up where others cannot.
    pub invitation: Option<String>,
}

/// Begins a sign-up.
///
/// # Errors
/// `too_many_accounts`, `too_many_attempts`, `USERNAME_EXISTS`; `EMAIL_EXISTS` only where the deployment tells.
pub async fn begin(browser: &Browser, form: Form) -> Result<Left> {
    // Before it is counted: what is refused for want of a place must not use up the budget.
    let place = browser.app.hasher.place_for_new()?;
    count(browser).await?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let password_hash = app.hasher.hash(place, &app.world, form.password.clone()).await?;
    let Form { email, username, phone, first_name, last_name, invitation, .. } = form;
    let profile = Profile {
        email: email.to_string(),
        username: username.as_ref().map(Username::to_string),
        phone: phone.map(|phone| phone.to_string()),
        first_name,
        last_name,
        password_hash,
        invitation,
    };
    browser
        .app
        .db
        .write(move |tx| {
            let taken = user::store::find_by_email(tx, &site.config.id, &email)?.is_some();
            if taken && !site.config.uniform_answers {
                return Err(Code::EmailExists.into());
            }
            if let Some(username) = &username
                && user::store::has_username(tx, &site.config.id, username)?
            {
                return Err(Code::UsernameExists.into());
            }
            let mut room = enter::existing_or_new(tx, (&app, &site), &arrival, &[])?;
            room.has_place(&site)?;
            let stage = Stage::NeedsEmail { profile: profile.clone(), decoy: taken };
            let expires_at = arrival.now + site.config.lifetimes.attempt_ms;
            let attempt = (arrival.attempt(), &room.loaded.id);
            let shown = to_json(&shown(&site, attempt, (&profile, &stage), expires_at))?;
            let attempt =
                NewAttempt { kind: "sign_up", stage: to_json(&stage)?, listed_until: expires_at, expires_at };
            room.add_attempt(tx, (&app, &site), &attempt, &shown, &arrival)?;
            room.leave(tx, &site, ChangeReason::Attempt, arrival.now)
        })
        .await
}

/// Counts a sign-up of the client's address. Under dev everybody is this machine.
async fn count(browser: &Browser) -> Result<()> {
    if browser.app.config.dev && browser.address.is_loopback() {
        return Ok(());
    }
    let now = browser.app.world.clock.now_ms();
    let subject = Subject::new(&browser.app.vault, &browser.site.config.id, &browser.counted_address());
    match browser.app.db.write(move |tx| throttle::count(tx, &SIGN_UP, &subject, now)).await? {
        Verdict::Counted => Ok(()),
        Verdict::Wait(ms) => Err(Error::throttled(ms)),
    }
}

/// What is shown of an attempt.
fn shown(
    site: &Site,
    (id, session): (&AttemptId, &SessionId),
    (profile, stage): (&Profile, &Stage),
    expires_at: i64,
) -> SignupAttempt {
    let step = current_step(stage);
    let (phone_country_code, phone_number) = profile.phone.as_deref().map(apart).unwrap_or_default();
    SignupAttempt {
        id: id.to_string(),
        session_id: session.to_string(),
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        email: profile.email.clone(),
        username: profile.username.clone().unwrap_or_default(),
        phone_number,
        phone_country_code,
        required_fields: required_fields(&site.config.auth),
        missing_fields: Vec::new(),
        current_step: step,
        remaining_steps: remaining(stage, needs(site)),
        completed: step == SignupAttemptStep::Completed,
        expires_at: rfc3339(expires_at),
    }
}

/// What the deployment asks of an account beside its address.
fn needs(site: &Site) -> Needs {
    let second = &site.config.auth.second_factor;
    Needs { authenticator: second.policy == SecondFactorPolicy::Enforced && second.authenticator }
}

/// What a sign-up must have. Nothing of it is ever missing in an attempt: none begins without it.
fn required_fields(auth: &Auth) -> Vec<String> {
    let asked = [
        ("email", FieldUse::Required),
        ("password", FieldUse::Required),
        ("username", auth.username),
        ("phone_number", auth.phone),
        ("first_name", auth.first_name),
        ("last_name", auth.last_name),
    ];
    let required = asked.into_iter().filter(|(_, used)| *used == FieldUse::Required);
    required.map(|(name, _)| name.to_owned()).collect()
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|cause| Error::internal("write an attempt", cause))
}
