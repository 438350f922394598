//! Proving the address of a sign-up: mailing a code, and taking it.

use super::machine::{Fact, Profile, Stage, step};
use super::{admitted, availability, restrictions, shown, store};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::domain::joining::{self, Who};
use crate::error::{Error, Result};
use crate::id::{AttemptId, EmailAddressId, SecretId, SessionId, UserId};
use crate::mail::{self, SIGN_UP_CODE, SIGN_UP_NOTE};
use crate::membership::Place;
use crate::outbox;
use crate::secret::{self, For, Fresh, Used};
use crate::session::enter::{self, Arrival, Left, Room};
use crate::session::store as session_store;
use crate::session::{Plan, Proof, Shown, read};
use crate::sign_in::COMPLETED_SHOWN_MS;
use crate::sign_in::entry::{self, First};
use crate::throttle::{self, ADDRESS, CODE_GUESS, OWNER_NOTE, Subject, Verdict};
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::store::{Created, NewUser};
use crate::user::username::Username;
use keyrack_protocol::{ChangeReason, Code, SignInMethod, VerificationPrepared};
use crate::waitlist;
use std::sync::Arc;

/// Mails a new code for an attempt; the old one dies. Asked too soon or too often it does nothing, and says
/// the same.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT` when the attempt is not this browser's or waits for no code.
pub async fn prepare(browser: &Browser, attempt: &str) -> Result<VerificationPrepared> {
    let (id, email) = open_attempt(browser, attempt).await?;
    let drawn = Drawn::draw(browser, &id, &email)?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    browser
        .app
        .db
        .write(move |tx| {
            let room = enter::existing(tx, (&app, &site), &arrival, &[])?.ok_or(Code::BadAttempt)?;
            room.loaded.visible_attempt(room.opened, id.as_str())?;
            let kept = store::load(tx, &id)?.ok_or(Code::BadAttempt)?;
            let Stage::NeedsEmail { decoy, .. } = kept.stage else { return Err(Code::BadAttempt.into()) };
            post_code(tx, &site, (&id, &room.loaded.id), (&drawn, decoy), &arrival.by().stranger())
        })
        .await?;
    Ok(VerificationPrepared { masked_email: Some(email.masked()), ..VerificationPrepared::by("email_otp") })
}

/// The open sign-up that a text names, and its address.
async fn open_attempt(browser: &Browser, attempt: &str) -> Result<(AttemptId, EmailAddress)> {
    let reading =
        read::read(&browser.app, &browser.site, browser.rack.as_ref(), Some(browser.address)).await?;
    let read::Reading::Live(cached, opened) = reading else { return Err(Code::BadAttempt.into()) };
    let attempt = cached.loaded.visible_attempt(opened, attempt)?;
    match &attempt.shown {
        Shown::SignUp(shown) if !shown.completed => {
            Ok((attempt.id.clone(), EmailAddress::parse(&shown.email)?))
        }
        _ => Err(Code::BadAttempt.into()),
    }
}

/// A code and the mails that may be sent, drawn before the transaction that knows which.
#[derive(Clone)]
struct Drawn {
    fresh: Fresh,
    /// The hash of something nobody has: what a decoy waits for.
    unknown: String,
    budget: Subject,
    code: outbox::Sealed,
    note: outbox::Sealed,
    expires_at: i64,
}

impl Drawn {
    fn draw(browser: &Browser, attempt: &AttemptId, email: &EmailAddress) -> Result<Self> {
        let (app, site) = (&browser.app, &browser.site);
        let code = app.world.random.six_digits();
        let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
        let hash = |secret: &str| secret::hash(&app.vault, For::SignUpEmail, attempt.as_str(), secret);
        let to = (browser.language(), email.as_str());
        // They say nothing that the person filled in: a stranger could have filled it in.
        let facts = [("code", code.as_str()), ("minutes", &mail::minutes(&site.config))];
        let (mailed, note) =
            (mail::render(site, &SIGN_UP_CODE, to, &facts)?, mail::render(site, &SIGN_UP_NOTE, to, &[])?);
        Ok(Self {
            fresh: Fresh { id: SecretId::draw(&app.world), hash: hash(&code) },
            unknown: hash(SecretId::draw(&app.world).as_str()),
            budget: Subject::new(&app.vault, &site.config.id, email.as_str()),
            code: outbox::seal(app, SIGN_UP_CODE.name, &mailed, expires_at)?,
            note: outbox::seal(app, SIGN_UP_NOTE.name, &note, expires_at)?,
            expires_at,
        })
    }
}

fn post_code(
    tx: &mut Tx<'_>,
    site: &Site,
    (id, session): (&AttemptId, &SessionId),
    (drawn, decoy): (&Drawn, bool),
    by: &By,
) -> Result<()> {
    let now = by.now;
    let owner = (site.config.id.as_str(), For::SignUpEmail, id.as_str());
    if !user::code_budget(tx, &drawn.budget, now)? {
        return Ok(());
    }
    let event = if decoy { Event::CodeWithheld } else { Event::CodeSent };
    let about = About { session: Some(session), identifier: Some(&drawn.budget), ..About::default() };
    audit::record(tx, site, by, event, about)?;
    if !decoy {
        secret::replace(tx, owner, &drawn.fresh, (now, drawn.expires_at))?;
        return outbox::post(tx, &site.config.id, &drawn.code, now);
    }
    let unknown = Fresh { hash: drawn.unknown.clone(), ..drawn.fresh.clone() };
    secret::replace(tx, owner, &unknown, (now, drawn.expires_at))?;
    match throttle::count(tx, &OWNER_NOTE, &drawn.budget, now)? {
        Verdict::Counted => outbox::post(tx, &site.config.id, &drawn.note, now),
        Verdict::Wait(_) => Ok(()),
    }
}

/// Everything that taking a code needs, drawn before the transaction.
struct Trial {
    id: AttemptId,
    email: EmailAddress,
    guess: String,
    /// In place of the username that the attempt has.
    username: Option<Username>,
    user: UserId,
    email_id: EmailAddressId,
    identifier: Subject,
    address: Subject,
    arrival: Arrival,
}

impl Trial {
    /// What its records are about.
    fn about<'a>(&'a self, room: &'a Room) -> About<'a> {
        About { session: Some(&room.loaded.id), identifier: Some(&self.identifier), ..About::default() }
    }
}

/// Takes the code that was mailed for an attempt: makes the account and signs it in.
///
/// # Errors
/// `INVALID_CODE`, `verification_code_expired`, `BAD_SIGN_IN_ATTEMPT`, `too_many_attempts`,
/// `too_many_accounts`; `EMAIL_EXISTS` when somebody else proved the address first: then the attempt ends; and
/// `USERNAME_EXISTS` when somebody else got the username first: then the code is still good.
pub async fn verify(
    browser: &Browser,
    attempt: &str,
    (code, username): (&str, Option<Username>),
) -> Result<Left> {
    let (id, email) = open_attempt(browser, attempt).await?;
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Code::InvalidCode.into());
    }
    if username.is_some() {
        // The answer tells whether it is taken, and a taken one undoes the counts below.
        availability::count(browser).await?;
    }
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    let trial = Trial {
        guess: secret::hash(&app.vault, For::SignUpEmail, id.as_str(), code),
        username,
        user: UserId::draw(&app.world),
        email_id: EmailAddressId::draw(&app.world),
        identifier: subject(email.as_str()),
        address: subject(&browser.counted_address()),
        arrival: browser.arrive(),
        email,
        id,
    };
    let taken = browser.app.db.write(move |tx| take(tx, (&app, &site), &trial)).await?;
    taken.map_err(Error::from)
}

/// A refusal inside is committed (the guess is counted); an error outside undoes everything.
fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Arc<Site>),
    trial: &Trial,
) -> Result<std::result::Result<Left, Code>> {
    let now = trial.arrival.now;
    let joins = joining::enter(tx, site, Who::New(&trial.email))?;
    let room = enter::existing(tx, (app, site), &trial.arrival, &[])?.ok_or(Code::BadAttempt)?;
    room.loaded.visible_attempt(room.opened, trial.id.as_str())?;
    let kept = store::load(tx, &trial.id)?.ok_or(Code::BadAttempt)?;
    let Stage::NeedsEmail { profile, .. } = &kept.stage else { return Err(Code::BadAttempt.into()) };
    let mut full = Vec::new();
    for (rule, subject) in [(&CODE_GUESS, &trial.identifier), (&ADDRESS, &trial.address)] {
        if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, now)? {
            return Err(Error::throttled(ms));
        }
    }
    let owner = (site.config.id.as_str(), For::SignUpEmail, trial.id.as_str());
    let refused = match secret::consume(tx, owner, &trial.guess, now)? {
        Used::Wrong | Used::Dead => Some(Code::InvalidCode),
        Used::Expired => Some(Code::CodeExpired),
        Used::Now => None,
    };
    let about = trial.about(&room);
    if let Some(code) = refused {
        let by = trial.arrival.by().stranger();
        audit::record(tx, site, &by, Event::CodeRefused, About { reason: code.as_str(), ..about })?;
        audit::lockouts(tx, site, &by, &full, about)?;
        return Ok(Err(code));
    }
    audit::record(tx, site, &trial.arrival.by(), Event::CodeAccepted, about)?;
    throttle::forget(tx, &CODE_GUESS, &trial.identifier)?;
    throttle::take_back(tx, &ADDRESS, &trial.address)?;
    room.has_place(site)?;
    let mut profile = profile.clone();
    if let Some(username) = &trial.username {
        profile.username = Some(username.to_string());
    }
    // The username may be another one now, and the operator may have closed the door since the attempt began.
    let names = [profile.username.as_deref().unwrap_or_default(), &profile.first_name, &profile.last_name];
    restrictions::check(&site.config.restrictions, &trial.email, &names)?;
    admitted::still(tx, site, (&profile, &trial.email), now)?;
    finish(tx, (app, site), trial, (room, &kept, &profile), &joins)
}

/// Makes the account of a proved address and signs it in, unless somebody else was first.
fn finish(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
    (mut room, kept, profile): (Room, &store::Attempt, &Profile),
    joins: &[Place],
) -> Result<std::result::Result<Left, Code>> {
    let now = trial.arrival.now;
    let next = step(&kept.stage, &Fact::EmailProved { user: trial.user.clone() }, now, kept.expires_at);
    let Ok(next) = next else { return Err(Code::BadAttempt.into()) };
    match user::store::create(tx, &site.config.id, &new_user(trial, profile)?, now)? {
        Created::Made => {}
        Created::EmailTaken => {
            let plan = Plan { end_attempts: vec![trial.id.clone()], ..Plan::default() };
            session_store::apply(tx, site, &room.loaded, &plan, &trial.arrival.by())?;
            let about = About { reason: Code::EmailExists.as_str(), ..trial.about(&room) };
            audit::record(tx, site, &trial.arrival.by(), Event::SignUpRefused, about)?;
            room.leave(tx, site, ChangeReason::Attempt, now)?;
            return Ok(Err(Code::EmailExists));
        }
        // An error undoes everything, so the code is not used up.
        Created::UsernameTaken => return Err(Code::UsernameExists.into()),
    }
    let Some((user, _)) = user::store::lock(tx, &site.config.id, &trial.user)? else {
        return Err(Error::internal("make a user", "it is not there"));
    };
    user::may_act(&user)?;
    let about = About { user: Some(&user.id), ..trial.about(&room) };
    audit::record(tx, site, &trial.arrival.by(), Event::SignedUp, about)?;
    joining::join(tx, site, joins, &user.id, &trial.arrival.by())?;
    let proof = Proof::by_password(now);
    let first = First { method: SignInMethod::PlainEmail, email: trial.email.to_string(), proof };
    let reason = entry::made(tx, (app, site), (&mut room, &user), first, &trial.arrival)?;
    waitlist::store::leave(tx, &site.config.id, trial.email.as_str())?;
    let shown = shown(site, (&trial.id, &room.loaded.id), (profile, &next), kept.expires_at);
    let listed_until = kept.expires_at.min(now + COMPLETED_SHOWN_MS);
    store::save(tx, &trial.id, kept, (&next, &shown), listed_until)?;
    room.leave(tx, site, reason, now).map(Ok)
}

fn new_user(trial: &Trial, profile: &Profile) -> Result<NewUser> {
    Ok(NewUser {
        id: trial.user.clone(),
        email_id: trial.email_id.clone(),
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        username: profile.username.as_deref().map(Username::parse).transpose()?,
        email: trial.email.to_string(),
        password_hash: Some(profile.password_hash.clone()),
    })
}
