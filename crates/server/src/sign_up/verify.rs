//! Taking what proves the steps of a sign-up; the last one makes the account.

use super::authenticator::{self, Confirmed};
use super::finish::{self, Drawn, Gets};
use super::machine::{self, Fact, Proved, Stage, current_step, profile, renamed};
use super::prepare::{Open, PhoneCode};
use super::{admitted, availability, restrictions, shown, store};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::contact::{self, Beside};
use crate::db::Tx;
use crate::domain::joining::{self, Who};
use crate::error::{Error, Result};
use crate::id::{AttemptId, EmailAddressId, PhoneNumberId, SessionId, UserId};
use crate::secret::{self, For, Used};
use crate::session::enter::{self, Arrival, Left, Room};
use crate::throttle::{self, ADDRESS, CODE_GUESS, Subject, Verdict};
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::phone::E164;
use crate::user::username::Username;
use crate::user::{Asker, Purse};
use keyrack_protocol::{ChangeReason, Code, SignupAttemptStep};
use std::sync::Arc;

/// Everything that taking a code needs, drawn before the transaction.
pub(super) struct Trial {
    pub(super) id: AttemptId,
    pub(super) email: EmailAddress,
    /// What the code is for.
    step: (SignupAttemptStep, For, Proved),
    typed: String,
    guess: String,
    /// In place of the username that the attempt has.
    username: Option<Username>,
    pub(super) drawn: Drawn,
    identifier: Subject,
    counted: Subject,
    address: Subject,
    pub(super) arrival: Arrival,
    /// The number that the account will have, if one was given.
    phone: Option<E164>,
    /// What is sent if the phone number comes next.
    next: Option<PhoneCode>,
}

impl Trial {
    /// What its records are about.
    pub(super) fn about<'a>(&'a self, room: &'a Room) -> About<'a> {
        About { session: Some(&room.loaded.id), identifier: Some(&self.identifier), ..About::default() }
    }

    fn draw(browser: &Browser, open: Open, (code, username): (&str, Option<Username>)) -> Result<Self> {
        let (app, site) = (&browser.app, &browser.site);
        let step = match open.step {
            SignupAttemptStep::VerifyEmail => (open.step, For::SignUpEmail, Proved::Email),
            SignupAttemptStep::VerifyPhone => (open.step, For::SignUpPhone, Proved::Phone),
            SignupAttemptStep::VerifyAuthenticator => (open.step, For::SignUpEmail, Proved::Authenticator),
            SignupAttemptStep::Completed => return Err(Code::BadAttempt.into()),
        };
        let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
        let proved = match (step.2, &open.phone) {
            (Proved::Phone, Some(phone)) => phone.as_str(),
            (Proved::Authenticator, _) => open.id.as_str(),
            _ => open.email.as_str(),
        };
        let phone_is_next = open.left.get(1) == Some(&SignupAttemptStep::VerifyPhone);
        let next = open.phone.as_ref().filter(|_| phone_is_next);
        Ok(Self {
            typed: code.to_owned(),
            guess: secret::hash(&app.vault, step.1, open.id.as_str(), code),
            step,
            username,
            drawn: Drawn {
                user: UserId::draw(&app.world),
                email: EmailAddressId::draw(&app.world),
                phone: PhoneNumberId::draw(&app.world),
            },
            identifier: subject(proved),
            counted: Purse::of(&app.vault, &site.config.id, (Asker::SignUp, proved)).subject,
            address: subject(&browser.counted_address()),
            arrival: browser.arrive(),
            next: next.map(|phone| PhoneCode::draw(browser, &open.id, phone)).transpose()?,
            phone: open.phone,
            email: open.email,
            id: open.id,
        })
    }
}

/// Takes the code that was sent for an attempt's step: goes on to the next one, or makes the account and signs it in.
///
/// # Errors
/// `INVALID_CODE`, `verification_code_expired`, `BAD_SIGN_IN_ATTEMPT`, `too_many_attempts`, `too_many_accounts`;
/// `EMAIL_EXISTS` when somebody else proved the address first: then the attempt ends; and `USERNAME_EXISTS` when somebody else got the username first: then the code is still good.
pub async fn verify(
    browser: &Browser,
    attempt: &str,
    (code, username): (&str, Option<Username>),
) -> Result<Left> {
    let open = Open::read(browser, attempt).await?;
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Code::InvalidCode.into());
    }
    if username.is_some() {
        // The answer tells whether it is taken, and a taken one undoes the counts below.
        availability::count(browser).await?;
    }
    let trial = Trial::draw(browser, open, (code, username))?;
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let taken = browser.app.db.write(move |tx| take(tx, (&app, &site), &trial)).await?;
    taken.map_err(Error::from)
}

/// A refusal inside is committed (the guess is counted); an error outside undoes everything.
fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Arc<Site>),
    trial: &Trial,
) -> Result<std::result::Result<Left, Code>> {
    let joins = joining::enter(tx, site, Who::New(&trial.email))?;
    let beside = beside(tx, site, trial)?;
    let others: Vec<&SessionId> = beside.sessions.iter().collect();
    let room = enter::existing(tx, (app, site), &trial.arrival, &others)?.ok_or(Code::BadAttempt)?;
    room.loaded.visible_attempt(room.opened, trial.id.as_str())?;
    let kept = store::load(tx, &trial.id)?.ok_or(Code::BadAttempt)?;
    if current_step(&kept.stage) != trial.step.0 {
        return Err(Code::BadAttempt.into());
    }
    let (refused, proved) = judge(tx, (app, site), trial, (&room, &kept.stage))?;
    if let Some(code) = refused {
        return Ok(Err(code));
    }
    room.has_place(site)?;
    let stage = match &trial.username {
        Some(username) => renamed(&kept.stage, username.as_str()),
        None => kept.stage.clone(),
    };
    may_go_on(tx, site, trial, &stage)?;
    let gets = Gets { joins: &joins, proved: proved.as_ref(), beside: &beside.users };
    go_on(tx, (app, site), trial, (room, &kept, &stage), gets)
}

/// The accounts that have what is being proved, which they may lose by that; locked.
fn beside(tx: &mut Tx<'_>, site: &Site, trial: &Trial) -> Result<Beside> {
    let mut holders =
        contact::store::holders(tx, (&site.config.id, contact::Kind::Email), trial.email.as_str())?;
    if let Some(phone) = &trial.phone {
        holders.extend(contact::store::holders(tx, (&site.config.id, contact::Kind::Phone), phone.as_str())?);
    }
    Ok(contact::lock(tx, site, (None, &holders))?.1)
}

/// Counts the guess and uses up the code if it is the right one; why not, if it is not.
fn judge(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
    (room, stage): (&Room, &Stage),
) -> Result<(Option<Code>, Option<Confirmed>)> {
    let (now, about) = (trial.arrival.now, trial.about(room));
    let mut full = Vec::new();
    for (rule, subject) in [(&CODE_GUESS, &trial.counted), (&ADDRESS, &trial.address)] {
        if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, now)? {
            return Err(Error::throttled(ms));
        }
    }
    let owner = (site.config.id.as_str(), trial.step.1, trial.id.as_str());
    let (used, proved) = if trial.step.2 == Proved::Authenticator {
        let proved = authenticator::judge(app, stage, &trial.typed, now)?;
        (if proved.is_some() { Used::Now } else { Used::Wrong }, proved)
    } else {
        (secret::consume(tx, owner, &trial.guess, now)?, None)
    };
    let refused = match used {
        Used::Wrong | Used::Dead => Code::InvalidCode,
        Used::Expired => Code::CodeExpired,
        Used::Now => {
            audit::record(tx, site, &trial.arrival.by(), Event::CodeAccepted, about)?;
            user::code_taken(tx, &trial.counted)?;
            throttle::take_back(tx, &ADDRESS, &trial.address)?;
            return Ok((None, proved));
        }
    };
    let by = trial.arrival.by().stranger();
    audit::record(tx, site, &by, Event::CodeRefused, About { reason: refused.as_str(), ..about })?;
    audit::lockouts(tx, site, &by, &full, about)?;
    Ok((Some(refused), None))
}

/// Whether the profile may still sign up: the username may be another one now, and the operator may have closed the
/// door since the attempt began.
fn may_go_on(tx: &mut Tx<'_>, site: &Arc<Site>, trial: &Trial, stage: &Stage) -> Result<()> {
    let profile = profile(stage).ok_or(Code::BadAttempt)?;
    let names = [profile.username.as_deref().unwrap_or_default(), &profile.first_name, &profile.last_name];
    restrictions::check(&site.config.restrictions, &trial.email, &names)?;
    admitted::still(tx, site, (profile, &trial.email), trial.arrival.now)
}

/// On to the next step, or to the account.
fn go_on(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Arc<Site>),
    trial: &Trial,
    (room, kept, stage): (Room, &store::Attempt, &Stage),
    gets: Gets<'_>,
) -> Result<std::result::Result<Left, Code>> {
    let (now, needs) = (trial.arrival.now, super::needs(site));
    let attempt = machine::Attempt { id: trial.id.as_str(), stage, deadline: kept.expires_at };
    let fact = Fact { attempt: trial.id.as_str(), proved: trial.step.2 };
    let Ok(next) = machine::step(attempt, (fact, &trial.drawn.user), needs, now) else {
        return Err(Code::BadAttempt.into());
    };
    let Some(left) = profile(&next) else {
        let profile = profile(stage).ok_or(Code::BadAttempt)?;
        return finish::finish(tx, (app, site), trial, (room, kept, (profile, &next)), gets);
    };
    if user::store::find_by_email(tx, &site.config.id, &trial.email)?.is_some() {
        return finish::refuse(tx, site, trial, room, Code::EmailExists);
    }
    let shown = shown(site, (&trial.id, &room.loaded.id), (left, &next), kept.expires_at);
    store::save(tx, &trial.id, kept, (&next, &shown), kept.expires_at)?;
    if let (Stage::NeedsPhone { .. }, Some(code)) = (&next, &trial.next) {
        // Older clients ask for the code of the first step only.
        code.post(tx, site, (&trial.id, &room.loaded.id), &trial.arrival.by().stranger())?;
    }
    room.leave(tx, site, ChangeReason::Attempt, now).map(Ok)
}
