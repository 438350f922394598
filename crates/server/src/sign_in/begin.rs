//! Sign-ins that begin with nothing proved: a code or a link will be sent or a password typed, and until then an attempt
//! waits.
//!
//! An identifier that nobody has gets an attempt like any other: the same fields, the same writes, and nothing ever fits.

use super::Identifier;
use super::machine::Stage;
use super::phone::Number;
use super::shown;
use super::store::{self, Kept};
use super::whose::password_of;
use crate::app::{App, Site};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::session::enter::{self, Arrival, Left, NewAttempt};
use crate::throttle::{self, SIGN_IN, Subject, Verdict};
use crate::user;
use crate::user::email::EmailAddress;
use keyrack_protocol::{ChangeReason, Code, CurrentSessionStep as Step, SignInMethod};
use std::sync::Arc;

/// Begins a sign-in by something that is mailed.
///
/// # Errors
/// `too_many_accounts`, `too_many_attempts`; `USER_NOT_FOUND` only where the deployment tells.
pub async fn by_mail(browser: &Browser, email: EmailAddress, method: SignInMethod) -> Result<Left> {
    count(browser).await?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let begun = browser.app.db.write(move |tx| {
        let found = user::store::find_by_email(tx, &site.config.id, &email)?;
        let step =
            if method == SignInMethod::MagicLink { Step::VerifyEmailLink } else { Step::VerifyEmailOtp };
        let nobody = UserId::stored(String::new());
        let whose = found.as_ref().map_or(&nobody, |found| &found.user_id);
        let hash = found.as_ref().and_then(|found| found.password_hash.as_deref());
        let password = Some(password_of(&app, whose, hash));
        let stage = Stage::First { step, user: found.map(|found| found.user_id.to_string()) };
        let kept = Kept { email: email.to_string(), password, ..Kept::new(method, email.as_str(), stage) };
        put(tx, (&app, &site), &kept, &arrival)
    });
    begun.await
}

/// Begins a sign-in whose password will be typed next: forms that ask who it is first can be left and resumed too.
///
/// # Errors
/// As [`by_mail`].
pub async fn by_identifier(browser: &Browser, identifier: Identifier) -> Result<Left> {
    count(browser).await?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let begun = browser.app.db.write(move |tx| {
        let found = identifier.find(tx, &site.config.id)?;
        let (method, email) = identifier.shown();
        let user = found.map(|found| found.user_id.to_string());
        let stage = Stage::First { step: Step::VerifyPassword, user };
        // It takes whichever password the account has when it is typed.
        let kept = Kept { email, ..Kept::new(method, identifier.as_str(), stage) };
        put(tx, (&app, &site), &kept, &arrival)
    });
    begun.await
}

/// Begins a sign-in by a code that is sent to a phone number.
///
/// # Errors
/// As [`by_mail`].
pub async fn by_phone(browser: &Browser, number: Number) -> Result<Left> {
    count(browser).await?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let begun = browser.app.db.write(move |tx| {
        let (user, identifier) = match number.find(tx, &site)? {
            Some((user, phone)) => (Some(user), phone),
            None => (None, number.as_str().to_owned()),
        };
        let nobody = UserId::stored(String::new());
        let whose = user.as_ref().unwrap_or(&nobody);
        let hash = user::store::password_hash(tx, &site.config.id, whose)?;
        let password = Some(password_of(&app, whose, hash.as_deref()));
        let stage = Stage::First { step: Step::VerifyPhoneOtp, user: user.as_ref().map(ToString::to_string) };
        let kept = Kept { password, ..Kept::new(SignInMethod::PhoneOtp, &identifier, stage) };
        put(tx, (&app, &site), &kept, &arrival)
    });
    begun.await
}

fn put(tx: &mut Tx<'_>, (app, site): (&App, &Site), kept: &Kept, arrival: &Arrival) -> Result<Left> {
    if !site.config.uniform_answers && matches!(kept.stage, Stage::First { user: None, .. }) {
        return Err(Code::NobodyKnown.into());
    }
    let mut room = enter::existing_or_new(tx, (app, site), arrival, &[])?;
    room.has_place(site)?;
    let expires_at = arrival.now + site.config.lifetimes.attempt_ms;
    let shown = shown::shown(site, (arrival.attempt(), &room.loaded.id), (kept, None), expires_at);
    let attempt =
        NewAttempt { kind: "sign_in", stage: store::stage(kept)?, listed_until: expires_at, expires_at };
    room.add_attempt(tx, (app, site), &attempt, &store::json(&shown)?, arrival)?;
    room.leave(tx, site, ChangeReason::Attempt, arrival.now)
}

/// Counts a sign-in that is begun from the client's address. Under dev everybody is this machine.
async fn count(browser: &Browser) -> Result<()> {
    if browser.app.config.dev && browser.address.is_loopback() {
        return Ok(());
    }
    let now = browser.app.world.clock.now_ms();
    let subject = Subject::new(&browser.app.vault, &browser.site.config.id, &browser.counted_address());
    match browser.app.db.write(move |tx| throttle::count(tx, &SIGN_IN, &subject, now)).await? {
        Verdict::Counted => Ok(()),
        Verdict::Wait(ms) => Err(Error::throttled(ms)),
    }
}
