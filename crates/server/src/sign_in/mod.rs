//! Signing in: proving who one is, and getting a sign-in for it.
//!
//! A try is counted before the password is looked at, and an unknown address costs the same work and gets the
//! same answer as a wrong password.

pub mod http;

use crate::app::App;
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{AttemptId, SessionId, UserId};
use crate::session::crowd;
use crate::session::enter::{self, Arrival, Left, NewAttempt};
use crate::throttle::{self, ADDRESS, PASSWORD, Subject, Verdict};
use crate::time::rfc3339;
use crate::user::email::EmailAddress;
use crate::user::store::Credentials;
use crate::user::{self, password};
use keyrack_protocol::{Code, CurrentSessionStep, ProfileCompletionData, SignInMethod, SigninAttempt};
use std::sync::Arc;

/// How long a completed attempt is still shown: older clients look for it after it is done.
pub const COMPLETED_SHOWN_MS: i64 = 600_000;

/// Signs in with an email address and a password.
///
/// # Errors
/// `INVALID_CREDENTIALS`, `too_many_attempts`, and, once the password is proved, `USER_DISABLED`,
/// `USER_ALREADY_SIGNED_IN`, `too_many_accounts`.
pub async fn with_password(browser: &Browser, email: EmailAddress, typed: String) -> Result<Left> {
    if typed.len() > password::MAX_LENGTH * 4 {
        // No account has such a password, and hashing it would be work for nothing.
        return Err(Code::InvalidCredentials.into());
    }
    // Before the try is counted: what is never judged must not count as wrong.
    let place = browser.app.hasher.place()?;
    let subjects = Subjects::of(browser, &email);
    let found = count_and_find(browser, subjects.clone(), email.clone()).await?;
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let fits = browser.app.hasher.verify(place, typed, hash).await?;
    match found {
        Some(found) if fits => open(browser, subjects, found, email).await,
        _ => Err(Code::InvalidCredentials.into()),
    }
}

/// Whose tries are counted.
#[derive(Clone, Debug)]
struct Subjects {
    identifier: Subject,
    address: Subject,
}

impl Subjects {
    fn of(browser: &Browser, email: &EmailAddress) -> Self {
        let subject = |plain: &str| Subject::new(&browser.app.vault, &browser.site.config.id, plain);
        Self { identifier: subject(email.as_str()), address: subject(&browser.counted_address()) }
    }

    /// The password was right: the identifier begins anew, the address gets this try back.
    fn right(&self, tx: &mut Tx<'_>) -> Result<()> {
        throttle::forget(tx, &PASSWORD, &self.identifier)?;
        throttle::take_back(tx, &ADDRESS, &self.address)
    }
}

async fn count_and_find(
    browser: &Browser,
    subjects: Subjects,
    email: EmailAddress,
) -> Result<Option<Credentials>> {
    let (deployment, now) = (browser.site.config.id.clone(), browser.app.world.clock.now_ms());
    browser
        .app
        .db
        .write(move |tx| {
            for (rule, subject) in [(&PASSWORD, &subjects.identifier), (&ADDRESS, &subjects.address)] {
                if let Verdict::Wait(ms) = throttle::count(tx, rule, subject, now)? {
                    return Err(Error::throttled(ms));
                }
            }
            user::store::find_by_email(tx, &deployment, &email)
        })
        .await
}

/// Opens the sign-in of an account whose password fitted.
async fn open(
    browser: &Browser,
    subjects: Subjects,
    found: Credentials,
    email: EmailAddress,
) -> Result<Left> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let opened = browser.app.db.write(move |tx| {
        let locked = user::store::lock(tx, &site.config.id, &found.user_id)?;
        // Whoever changed the password meanwhile meant this one to stop working.
        let Some((user, _)) = locked.filter(|(_, hash)| *hash == found.password_hash) else {
            return Ok(Err(Code::InvalidCredentials));
        };
        if let Err(refused) = user::may_act(&user) {
            subjects.right(tx)?;
            return Ok(Err(refused));
        }
        let own = enter::own_session(tx, (&app, &site), &arrival)?;
        let crowded_out = crowd::crowded_out(tx, &site, &user, own, arrival.now)?;
        let others: Vec<&SessionId> = crowded_out.iter().map(|sign_in| &sign_in.session).collect();
        let mut room = enter::existing_or_new(tx, (&app, &site), &arrival, &others)?;
        // Counters are locked after sessions, here as everywhere.
        subjects.right(tx)?;
        if room.loaded.visible(room.opened).any(|sign_in| sign_in.user.id == user.id) {
            return Ok(Err(Code::UserAlreadySignedIn));
        }
        if let Err(refused) = room.has_place(&site) {
            return Ok(Err(refused));
        }
        crowd::end_elsewhere(
            tx,
            &site,
            &crowded_out,
            keyrack_protocol::EndReason::EvictedByCap,
            arrival.now,
        )?;
        room.open_sign_in(tx, (&app, &site), &user, &arrival)?;
        add_completed(tx, &app, &site, &mut room, (&user.id, &email), &arrival)?;
        room.leave(tx, &site, arrival.now).map(Ok)
    });
    opened.await?.map_err(Error::from)
}

/// Puts the attempt that is completed at once into the session, as older clients expect.
fn add_completed(
    tx: &mut Tx<'_>,
    app: &App,
    site: &crate::app::Site,
    room: &mut enter::Room,
    (user, email): (&UserId, &EmailAddress),
    arrival: &Arrival,
) -> Result<()> {
    let expires_at = arrival.now + site.config.lifetimes.attempt_ms;
    let shown = completed(arrival.attempt(), &room.loaded.id, user, email, expires_at);
    let shown = serde_json::to_string(&shown).map_err(|cause| Error::internal("write an attempt", cause))?;
    let attempt = NewAttempt {
        kind: "sign_in",
        stage: String::new(),
        listed_until: expires_at.min(arrival.now + COMPLETED_SHOWN_MS),
        expires_at,
    };
    room.add_attempt(tx, (app, site), &attempt, &shown, arrival)
}

fn completed(
    id: &AttemptId,
    session: &SessionId,
    user: &UserId,
    email: &EmailAddress,
    expires_at: i64,
) -> SigninAttempt {
    SigninAttempt {
        id: id.to_string(),
        session_id: session.to_string(),
        method: SignInMethod::PlainEmail,
        sso_provider: String::new(),
        email: email.to_string(),
        user_id: Some(user.to_string()),
        expires_at: rfc3339(expires_at),
        first_method_authenticated: true,
        second_method_authenticated: false,
        second_method_authentication_required: false,
        available_2fa_methods: Vec::new(),
        current_step: CurrentSessionStep::Completed,
        remaining_steps: Vec::new(),
        completed: true,
        requires_completion: false,
        missing_fields: Vec::new(),
        required_fields: vec!["email_address".to_owned()],
        profile_completion_data: ProfileCompletionData::default(),
    }
}
