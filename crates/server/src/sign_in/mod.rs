//! Signing in: proving who one is, and getting a sign-in for it.
//!
//! What an attempt waits for and what moves it on is pure ([`machine`]); [`policy`] says what is asked, and every way in
//! ends at one door ([`entry`]). A try at a password is counted before it is looked at ([`tries`]), and an unknown
//! address or username costs the same work and gets the same answer as a wrong password.

mod begin;
mod code;
mod contact;
mod enrol;
pub mod entry;
pub mod factor;
mod first;
pub mod http;
mod inside;
mod link;
pub mod machine;
pub mod own_password;
pub mod passkey;
mod phone;
pub mod policy;
mod prepare;
mod profile;
pub mod reauthenticate;
mod second;
mod shown;
pub mod store;
mod tries;
mod verify;
mod whose;

pub use prepare::{Wanted, prepare};
pub use profile::{Filled, complete};
pub use verify::{Typed, verify};

use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{AttemptId, UserId};
use crate::session::Proof;
use crate::session::enter::{Arrival, Left};
use crate::trace;
use crate::user::email::EmailAddress;
use crate::user::password::Place;
use crate::user::store::Credentials;
use crate::user::username::Username;
use crate::user::{self, password, standing};
use entry::First;
use keyrack_protocol::{Code, SignInMethod};
use std::sync::Arc;
use store::Kept;
use tries::Tries;

/// How long a completed attempt is still shown: older clients look for it after it is done.
pub const COMPLETED_SHOWN_MS: i64 = 600_000;

/// What a person says who they are by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// An address that somebody may have proved.
    Email(EmailAddress),
    /// A username.
    Username(Username),
}

impl Identifier {
    fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Username(username) => username.as_str(),
        }
    }

    /// The method of a sign-in with it and a password, and the address that its attempt shows: a username tells nobody
    /// the address behind it.
    fn shown(&self) -> (SignInMethod, String) {
        match self {
            Self::Email(email) => (SignInMethod::PlainEmail, email.to_string()),
            Self::Username(_) => (SignInMethod::PlainUsername, String::new()),
        }
    }

    /// The one that an attempt was begun with, which waits for a password.
    fn of_attempt(kept: &Kept) -> Result<Self> {
        Ok(match kept.method {
            SignInMethod::PlainUsername => Self::Username(Username::parse(&kept.identifier)?),
            _ => Self::Email(EmailAddress::parse(&kept.identifier)?),
        })
    }

    fn find(&self, on: &mut Snapshot<'_>, deployment: &str) -> Result<Option<Credentials>> {
        match self {
            Self::Email(email) => user::store::find_by_email(on, deployment, email),
            Self::Username(username) => user::store::find_by_username(on, deployment, username),
        }
    }
}

/// Signs in with an identifier and a password; with `attempt`, the one of this browser that waits for it goes on.
///
/// # Errors
/// `INVALID_CREDENTIALS`, `too_many_attempts`, and, once the password is proved, `USER_DISABLED`,
/// `USER_ALREADY_SIGNED_IN`, `too_many_accounts`; `BAD_SIGN_IN_ATTEMPT`.
pub async fn with_password(
    browser: &Browser,
    (identifier, typed): (Identifier, String),
    attempt: Option<AttemptId>,
) -> Result<Left> {
    if typed.len() > password::MAX_LENGTH * 4 {
        // No account has such a password, and hashing it would be work for nothing.
        return Err(Code::InvalidCredentials.into());
    }
    // Before the try is counted: what is never judged must not count as wrong.
    let place =
        browser.app.hasher.place().inspect_err(|error| browser.app.metrics.sign_ins.refused(error))?;
    let browser = browser.clone();
    // In a task of its own: whoever hangs up has tried all the same, and it is judged and recorded to the end.
    let judged = tokio::spawn(trace::along(async move {
        let judged = judge(&browser, place, (identifier, typed), attempt).await;
        browser.app.metrics.sign_ins.note(&judged);
        judged
    }));
    judged.await.map_err(|cause| Error::internal("judge a password", cause))?
}

async fn judge(
    browser: &Browser,
    place: Place,
    (identifier, typed): (Identifier, String),
    attempt: Option<AttemptId>,
) -> Result<Left> {
    let tries = Tries::of(browser, &identifier);
    let counted = count_and_find(browser, tries, identifier.clone()).await?;
    let hash = counted.judged.as_ref().and_then(|found| found.password_hash.clone());
    let app = &browser.app;
    let (fits, renewed) = app.hasher.verify_and_renew(place, &app.world, (typed, hash)).await?;
    match counted.judged {
        Some(found) if fits => {
            open(browser, counted.tries, Known { found, renewed, identifier, attempt }).await
        }
        _ => {
            record_wrong(browser, counted.tries, counted.user).await?;
            Err(Code::InvalidCredentials.into())
        }
    }
}

/// A try that has been counted.
struct Counted {
    /// What its password is compared with; nothing where the account makes a pause, as for nobody's identifier.
    judged: Option<Credentials>,
    /// Whose account it was tried at, for the records.
    user: Option<UserId>,
    /// Under what it was counted.
    tries: Tries,
}

/// Counts a try, and records the pauses that it begins: the same work whether there is an account.
async fn count_and_find(browser: &Browser, tries: Tries, identifier: Identifier) -> Result<Counted> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let arrival = browser.arrive();
    let by = arrival.by().stranger();
    let counted = browser.app.db.write(move |tx| {
        let found = identifier.find(tx, &site.config.id)?;
        let tries = tries.clone().recognised(tx, (&app, &site), (found.as_ref(), &arrival))?;
        let mut full = tries.count(tx, by.now)?;
        let may_be_judged = tries.count_account(tx, &app, found.as_ref(), (&mut full, by.now))?;
        let user = found.as_ref().map(|found| found.user_id.clone());
        audit::lockouts(tx, &site, &by, &full, tries.about(user.as_ref()))?;
        Ok(Counted { judged: found.filter(|_| may_be_judged), user, tries })
    });
    counted.await
}

/// Records a wrong password: the same work whether there is an account.
async fn record_wrong(browser: &Browser, tries: Tries, user: Option<UserId>) -> Result<()> {
    let (site, by) = (Arc::clone(&browser.site), browser.arrive().by().stranger());
    let recorded = browser.app.db.write(move |tx| {
        let reason = Code::InvalidCredentials.as_str();
        let about = About { reason, ..tries.about(user.as_ref()) };
        audit::record(tx, &site, &by, Event::SignInRefused, about)
    });
    recorded.await
}

/// An account whose password fitted.
struct Known {
    found: Credentials,
    /// A hash of the password as new ones are made, where the kept one is of other parameters.
    renewed: Option<String>,
    /// What was typed to say who it is.
    identifier: Identifier,
    /// The attempt that waits for it; none when there is none yet.
    attempt: Option<AttemptId>,
}

/// Opens the sign-in of an account whose password fitted.
async fn open(browser: &Browser, tries: Tries, known: Known) -> Result<Left> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let opened = browser.app.db.write(move |tx| {
        let opened = open_for(tx, (&app, &site), (&tries, &known), &arrival)?;
        if let Err(refused) = &opened {
            let about = About { reason: refused.as_str(), ..tries.about(Some(&known.found.user_id)) };
            audit::record(tx, &site, &arrival.by(), Event::SignInRefused, about)?;
        }
        Ok(opened)
    });
    opened.await?.map_err(Error::from)
}

/// A refusal inside is committed (the counts begin anew); an error outside undoes everything.
fn open_for(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (tries, Known { found, renewed, identifier, attempt }): (&Tries, &Known),
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    let owner = entry::owner(tx, site, &found.user_id)?;
    // Whoever changed the password meanwhile meant this one to stop working.
    let Some(mut owner) = owner.filter(|owner| owner.password_hash == found.password_hash) else {
        return Ok(Err(Code::InvalidCredentials));
    };
    if let Some(hash) = renewed {
        standing::renew_hash(tx, &owner.user, hash)?;
        owner.password_hash = Some(hash.clone());
    }
    let proof = Proof::by_password(arrival.now);
    let entered = match attempt {
        Some(attempt) => first::take_password(tx, (app, site), (owner, proof), (attempt, arrival))?,
        None => {
            let (method, email) = identifier.shown();
            let identifier = String::new();
            let first = First { method, identifier, email, proof };
            entry::proved(tx, (app, site), owner, first, arrival)?
        }
    };
    // Counters are locked after sessions, here as everywhere.
    tries.right(tx, app, &found.user_id)?;
    Ok(entered)
}
