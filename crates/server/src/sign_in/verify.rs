//! What somebody types in an attempt: the password or the code of the first factor, a second factor, or the code of an
//! address.
//!
//! A try is counted before it is judged.

use super::entry::{self, Inside};
use super::factor::{self, Factor, Take};
use super::machine::Stage;
use super::store::{self, Attempt};
use super::{contact, first, second};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::fields::Fields;
use crate::id::{AttemptId, UserId};
use crate::session::Shown;
use crate::session::enter::{Arrival, Left, Room};
use crate::session::read::{self, Reading};
use crate::throttle::{self, ADDRESS, CODE_GUESS, Rule, Subject, Verdict};
use crate::user;
use keyrack_protocol::{Code, CurrentSessionStep as Step, SigninAttempt};
use std::sync::Arc;

/// What somebody typed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The code, `""` where there are several; or the password.
    pub code: String,
    /// Two codes in a row of an authenticator that is being set up.
    pub codes: Vec<String>,
    /// Which second factor it is of, where that was said.
    pub method: Option<&'static Factor>,
}

/// A try, and everything it needs, drawn before the transaction.
pub(super) struct Trial {
    /// The attempt.
    pub id: AttemptId,
    /// What was typed.
    pub typed: Typed,
    /// Under what the client is counted.
    pub address: Subject,
    /// Who comes.
    pub arrival: Arrival,
}

impl Trial {
    /// Of what this browser typed in an attempt.
    pub fn of(browser: &Browser, id: AttemptId, typed: Typed) -> Self {
        let address = Subject::new(&browser.app.vault, &browser.site.config.id, &browser.counted_address());
        Self { id, typed, address, arrival: browser.arrive() }
    }

    /// Of whoever types nothing.
    pub fn of_nothing(browser: &Browser, id: AttemptId) -> Self {
        Self::of(browser, id, Typed { code: String::new(), codes: Vec::new(), method: None })
    }
}

/// Takes what was typed in an attempt, and moves it on; `fields` are the request's, which may hold a proof of work.
///
/// # Errors
/// `INVALID_CODE`, `INVALID_CREDENTIALS`, `challenge_required`, `verification_code_expired`, `BAD_SIGN_IN_ATTEMPT`,
/// `too_many_attempts`; once the first factor is proved `USER_DISABLED`, `USER_ALREADY_SIGNED_IN`, `too_many_accounts`; `EMAIL_EXISTS` when somebody else proved the
/// address meanwhile.
pub async fn verify(browser: &Browser, attempt: &str, (typed, fields): (Typed, &Fields)) -> Result<Left> {
    let (id, shown) = open_attempt(browser, attempt)
        .await
        .inspect_err(|error| browser.app.metrics.sign_ins.refused(error))?;
    if let Some(first) = factor::first_at(shown.current_step) {
        return (first.take)(browser, id, (typed, fields)).await;
    }
    noted(browser, later(browser, (id, shown.current_step), typed).await)
}

fn noted(browser: &Browser, verified: Result<Left>) -> Result<Left> {
    browser.app.metrics.sign_ins.note(&verified);
    verified
}

/// Takes a code of the first factor that was sent.
pub(super) async fn sent(browser: &Browser, id: AttemptId, typed: Typed) -> Result<Left> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let trial = Trial::of(browser, id, typed);
    noted(browser, judged(browser, trial, move |tx, trial| first::take_first(tx, (&app, &site), trial)).await)
}

/// Takes what a later step waits for.
async fn later(browser: &Browser, (id, step): (AttemptId, Step), typed: Typed) -> Result<Left> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let take: Take = match step {
        Step::AddSecondFactor => {
            let added = factor::added(typed.method).ok_or(Code::StrategyRequired)?;
            let taking = (added.taking)(browser, &typed);
            // What is no answer to this attempt gets no further than here.
            if matches!(&taking, Err(error) if error.code() == Code::InvalidPasskey) {
                let (by, reason) = (browser.arrive().by().stranger(), Code::InvalidPasskey.as_str());
                audit::note_about(&browser.app, &browser.site, by, Event::CodeRefused, reason).await;
            }
            taking?
        }
        Step::VerifySecondFactor => Box::new(second::take_second),
        _ => {
            let take = move |tx: &mut Tx<'_>, trial: &Trial| match step {
                Step::VerifyEmail | Step::VerifyPhone => contact::take(tx, (&app, &site), trial, step),
                _ => Ok(Err(Code::BadAttempt)),
            };
            return judged(browser, Trial::of(browser, id, typed), take).await;
        }
    };
    let trial = Trial::of(browser, id, typed);
    browser.app.db.write(move |tx| take(tx, (&app, &site), &trial)).await?.map_err(Error::from)
}

/// Judges a code that was sent. What cannot be one was sent to nobody, so it is no guess.
async fn judged(
    browser: &Browser,
    trial: Trial,
    take: impl Fn(&mut Tx<'_>, &Trial) -> Taken + Send + 'static,
) -> Result<Left> {
    if !is_code(&trial.typed.code) {
        return Err(Code::InvalidCode.into());
    }
    browser.app.db.write(move |tx| take(tx, &trial)).await?.map_err(Error::from)
}

/// Whether it looks like a code that was sent: six digits.
fn is_code(typed: &str) -> bool {
    typed.len() == 6 && typed.bytes().all(|digit| digit.is_ascii_digit())
}

/// The open sign-in that a text names, and what is shown of it.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT`.
pub(super) async fn open_attempt(
    browser: &Browser,
    attempt: &str,
) -> Result<(AttemptId, Box<SigninAttempt>)> {
    let reading =
        read::read(&browser.app, &browser.site, browser.rack.as_ref(), Some(browser.address)).await?;
    let Reading::Live(cached, opened) = reading else { return Err(Code::BadAttempt.into()) };
    let attempt = cached.loaded.visible_attempt(opened, attempt)?;
    match &attempt.shown {
        Shown::SignIn(shown) if !shown.completed => Ok((attempt.id.clone(), shown.clone())),
        _ => Err(Code::BadAttempt.into()),
    }
}

/// A refusal inside is committed (the guess is counted); an error outside undoes everything.
pub(super) type Taken = Result<std::result::Result<Left, Code>>;

/// Locks the account of an attempt whose first factor is proved, and its session. An attempt that waits for what nobody
/// asks any more is ended, and refused inside.
pub(super) fn later_step(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
) -> Result<std::result::Result<(Inside, Attempt), Code>> {
    let attempt = store::load(tx, &site.config.id, &trial.id)?.ok_or(Code::BadAttempt)?;
    let Stage::Left { user, .. } = &attempt.kept.stage else { return Err(Code::BadAttempt.into()) };
    let owner = entry::owner(tx, site, &UserId::stored(user.clone()))?.ok_or(Code::BadAttempt)?;
    let inside = entry::enter_to_change(tx, (app, site), owner, &trial.arrival)?;
    let attempt = again(tx, site, &inside.room, trial)?;
    if entry::is_current(tx, (app, site), &inside.owner, &attempt)? {
        return Ok(Ok((inside, attempt)));
    }
    entry::end(tx, site, inside.room, &attempt, &trial.arrival)?;
    Ok(Err(Code::BadAttempt))
}

/// The attempt as it is under its session's lock, if the rack opens it.
pub(super) fn again(tx: &mut Tx<'_>, site: &Site, room: &Room, trial: &Trial) -> Result<Attempt> {
    room.loaded.visible_attempt(room.opened, trial.id.as_str())?;
    Ok(store::load(tx, &site.config.id, &trial.id)?.ok_or(Code::BadAttempt)?)
}

/// Counts a try; gives the counts that it fills.
///
/// # Errors
/// `too_many_attempts`.
pub(super) fn count(tx: &mut Tx<'_>, subject: (&Rule, &Subject), trial: &Trial) -> Result<Vec<&'static str>> {
    let mut full = Vec::new();
    for counted in [subject, (&ADDRESS, &trial.address)] {
        if let Verdict::Wait(ms) = audit::count(tx, counted, &mut full, trial.arrival.now)? {
            return Err(Error::throttled(ms));
        }
    }
    Ok(full)
}

/// Records a wrong try, and the pauses that it begins.
pub(super) fn refuse(
    tx: &mut Tx<'_>,
    site: &Site,
    (trial, full): (&Trial, &[&'static str]),
    (code, about): (Code, About<'_>),
) -> Result<()> {
    let by = trial.arrival.by().stranger();
    audit::record(tx, site, &by, Event::CodeRefused, About { reason: code.as_str(), ..about })?;
    audit::lockouts(tx, site, &by, full, about)
}

/// Records a right try: its count begins anew, the client's address gets it back.
pub(super) fn accept(
    tx: &mut Tx<'_>,
    site: &Site,
    (rule, subject): (&Rule, &Subject),
    (trial, about): (&Trial, About<'_>),
) -> Result<()> {
    audit::record(tx, site, &trial.arrival.by(), Event::CodeAccepted, about)?;
    if rule.kind == CODE_GUESS.kind {
        user::code_taken(tx, subject)?;
    } else {
        throttle::forget(tx, rule, subject)?;
    }
    throttle::take_back(tx, &ADDRESS, &trial.address)
}
