//! Sign-ins that begin with nothing proved: a code or a link will be sent or a password typed, and until then an attempt
//! waits.
//!
//! An identifier that nobody has gets an attempt like any other: the same fields, the same writes, and nothing ever fits.

use super::Identifier;
use super::machine::Stage;
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

/// Begins a sign-in of whoever `find` says: the account, its password's PHC string and what it is known by, or what was
/// typed where nobody has that. What is kept of the password ends the attempt when it changes.
///
/// # Errors
/// `too_many_accounts`, `too_many_attempts`; `USER_NOT_FOUND` only where the deployment tells.
pub async fn begin(
    browser: &Browser,
    (method, step): (SignInMethod, Step),
    find: impl Fn(&mut Tx<'_>, &Site) -> Result<Found> + Send + 'static,
) -> Result<Left> {
    count(browser).await?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let begun = browser.app.db.write(move |tx| {
        let found = find(tx, &site)?;
        let (user, hash) = found.owner.unzip();
        let nobody = UserId::stored(String::new());
        // Whichever the account has when it is typed, where that is what the attempt waits for.
        let is_bound = step != Step::VerifyPassword;
        let whose = user.as_ref().unwrap_or(&nobody);
        let password = is_bound.then(|| password_of(&app, whose, hash.flatten().as_deref()));
        let stage = Stage::First { step, user: user.as_ref().map(ToString::to_string) };
        let kept = Kept { password, email: found.shown, ..Kept::new(method, &found.identifier, stage) };
        put(tx, (&app, &site), &kept, &arrival)
    });
    begun.await
}

/// Whose an identifier is.
pub struct Found {
    /// The account, and its password's PHC string if one is set; none if nobody has the identifier.
    pub owner: Option<(UserId, Option<String>)>,
    /// The identifier, normalised.
    pub identifier: String,
    /// The address that the attempt shows, may be `""`.
    pub shown: String,
}

/// Begins a sign-in by something that is mailed.
///
/// # Errors
/// As [`begin`].
pub async fn by_mail(browser: &Browser, email: EmailAddress, of: (SignInMethod, Step)) -> Result<Left> {
    let find = move |tx: &mut Tx<'_>, site: &Site| {
        let found = user::store::find_by_email(tx, &site.config.id, &email)?;
        Ok(Found {
            owner: found.map(|found| (found.user_id, found.password_hash)),
            identifier: email.to_string(),
            shown: email.to_string(),
        })
    };
    begin(browser, of, find).await
}

/// Begins a sign-in whose password will be typed next: forms that ask who it is first can be left and resumed too.
///
/// # Errors
/// As [`begin`].
pub async fn by_identifier(browser: &Browser, identifier: Identifier) -> Result<Left> {
    let (method, shown) = identifier.shown();
    let find = move |tx: &mut Tx<'_>, site: &Site| {
        let found = identifier.find(tx, &site.config.id)?;
        Ok(Found {
            owner: found.map(|found| (found.user_id, found.password_hash)),
            identifier: identifier.as_str().to_owned(),
            shown: shown.clone(),
        })
    };
    begin(browser, (method, Step::VerifyPassword), find).await
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
