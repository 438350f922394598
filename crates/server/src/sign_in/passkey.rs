//! Signing in with a passkey and nothing else: the device knows whose it is, and proves two factors at once.
//!
//! Whoever asks is nobody yet. What is asked belongs to an attempt of the browser's session, which is made for it if there
//! is none; nothing is shown of that attempt, and it gives way before any other.

pub mod http;

use super::entry::{self, First, Inside, Owner};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::AttemptId;
use crate::passkey::answer::Assertion;
use crate::passkey::challenge::{Asked, Drawn, LIFE_MS};
use crate::passkey::prove::{self, Outcome, Whose};
use crate::secret::For;
use crate::session::enter::{self, Arrival, Left, NewAttempt, Room};
use crate::session::{Plan, Proof, Shown, store as session_store};
use crate::throttle::{self, ADDRESS, PASSKEY, Subject, Verdict};
use crate::user;
use keyrack_protocol::{ChangeReason, Code, PasskeyRequest, SignInMethod};
use std::sync::Arc;

/// Asks for a passkey, whoever's; says nothing of anybody.
///
/// # Errors
/// `passkeys_disabled`, `too_many_attempts`, `too_many_accounts`.
pub async fn begin(browser: &Browser) -> Result<(Left, PasskeyRequest)> {
    count(browser).await?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let drawn = Drawn::draw(&app.world);
    let begun = browser.app.db.write(move |tx| {
        let mut room = enter::existing_or_new(tx, (&app, &site), &arrival, &[])?;
        room.has_place(&site)?;
        let until = arrival.now + i64::from(LIFE_MS);
        let attempt =
            NewAttempt { kind: "passkey", stage: String::new(), listed_until: until, expires_at: until };
        room.add_attempt(tx, (&app, &site), &attempt, "", &arrival)?;
        let asked = asked(&site, arrival.attempt());
        let request = prove::ask(tx, (&app, &site), asked, (Whose::Anybody, &drawn), arrival.now)?;
        Ok((room.leave(tx, &site, ChangeReason::Attempt, arrival.now)?, request))
    });
    begun.await
}

/// Counts a request of the client's address. Under dev everybody is this machine.
async fn count(browser: &Browser) -> Result<()> {
    if browser.app.config.dev && browser.address.is_loopback() {
        return Ok(());
    }
    let now = browser.app.world.clock.now_ms();
    let subject = Subject::new(&browser.app.vault, &browser.site.config.id, &browser.counted_address());
    match browser.app.db.write(move |tx| throttle::count(tx, &PASSKEY, &subject, now)).await? {
        Verdict::Counted => Ok(()),
        Verdict::Wait(ms) => Err(Error::throttled(ms)),
    }
}

fn asked<'a>(site: &'a Site, attempt: &'a AttemptId) -> Asked<'a> {
    Asked { deployment: &site.config.id, purpose: For::PasskeySignIn, owner: attempt.as_str() }
}

/// A refusal inside is committed: what was asked is used up, the try is counted. An error outside undoes everything.
type Taken = Result<std::result::Result<Left, Code>>;

/// Signs in whoever's passkey signed.
///
/// # Errors
/// `INVALID_CREDENTIALS` alike for a passkey that nobody has, that was removed or that proves nothing;
/// `passkey_request_expired`, `too_many_attempts`, and, once it is proved, `USER_DISABLED`, `USER_ALREADY_SIGNED_IN`,
/// `too_many_accounts`.
pub async fn finish(browser: &Browser, answer: Assertion) -> Result<Left> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let counted = Subject::new(&app.vault, &site.config.id, &browser.counted_address());
    let taken = browser.app.db.write(move |tx| take(tx, (&app, &site), (&answer, &counted), &arrival));
    taken.await?.map_err(Error::from)
}

fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (answer, counted): (&Assertion, &Subject),
    arrival: &Arrival,
) -> Taken {
    let owner = match prove::claimed(tx, site, answer)? {
        Some(user) => entry::owner(tx, site, &user)?,
        None => None,
    };
    let inside = enter(tx, (app, site), owner, arrival)?;
    let mut full = Vec::new();
    if let Verdict::Wait(ms) = audit::count(tx, (&ADDRESS, counted), &mut full, arrival.now)? {
        return Err(Error::throttled(ms));
    }
    let user = inside.owner().map(|owner| owner.user.id.clone());
    let (attempt, outcome) = outcome(tx, (app, site), (&inside, answer), arrival)?;
    let about = About { user: user.as_ref(), session: Some(&inside.room().loaded.id), ..About::default() };
    let reason = Code::InvalidCredentials.as_str();
    let Outcome::Proved(method) = outcome else {
        let by = arrival.by().stranger();
        audit::record(tx, site, &by, Event::SignInRefused, About { reason, ..about })?;
        audit::lockouts(tx, site, &by, &full, about)?;
        return Ok(Err(Code::InvalidCredentials));
    };
    throttle::take_back(tx, &ADDRESS, counted)?;
    let Some(inside) = inside.known() else { return Ok(Err(Code::InvalidCredentials)) };
    open(tx, (app, site), (inside, &attempt, method), arrival)
}

/// A session with or without an account that is about to be signed in on it.
enum Entered {
    Known(Box<Inside>),
    Unknown(Box<Room>),
}

impl Entered {
    fn room(&self) -> &Room {
        match self {
            Self::Known(inside) => &inside.room,
            Self::Unknown(room) => room,
        }
    }

    fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Known(inside) => Some(&inside.owner),
            Self::Unknown(_) => None,
        }
    }

    fn known(self) -> Option<Inside> {
        match self {
            Self::Known(inside) => Some(*inside),
            Self::Unknown(_) => None,
        }
    }
}

/// Enters the session that asked; there must be one.
fn enter(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    owner: Option<Owner>,
    arrival: &Arrival,
) -> Result<Entered> {
    match owner {
        Some(owner) => {
            entry::enter(tx, (app, site), owner, (arrival, None)).map(|i| Entered::Known(Box::new(i)))
        }
        None => {
            let room = enter::existing(tx, (app, site), arrival, &[])?;
            Ok(Entered::Unknown(Box::new(room.ok_or(Code::PasskeyRequestExpired)?)))
        }
    }
}

/// What the answer is worth, and to which attempt of the session it answers.
fn outcome(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (inside, answer): (&Entered, &Assertion),
    arrival: &Arrival,
) -> Result<(AttemptId, Outcome)> {
    let (room, user) = (inside.room(), inside.owner().map(|owner| &owner.user.id));
    let asking: Vec<AttemptId> = (room.loaded.attempts.iter().enumerate())
        .filter(|(index, attempt)| room.opened.attempt(*index) && matches!(attempt.shown, Shown::Passkey))
        .map(|(_, attempt)| attempt.id.clone())
        .collect();
    for attempt in asking {
        let asked = asked(site, &attempt);
        let outcome = prove::take(tx, (app, site), asked, (user, answer), &arrival.by())?;
        if outcome != Outcome::Gone {
            return Ok((attempt, outcome));
        }
    }
    // Of a session that was only made to be looked at, nothing stays.
    Err(Code::PasskeyRequestExpired.into())
}

/// Opens the sign-in; the attempt that asked is over.
fn open(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (inside, attempt, method): (Inside, &AttemptId, &str),
    arrival: &Arrival,
) -> Taken {
    if let Err(refused) = user::may_act(&inside.owner.user) {
        return refuse(tx, site, &inside, refused, arrival);
    }
    let plan = Plan { end_attempts: vec![attempt.clone()], ..Plan::default() };
    session_store::apply(tx, site, &inside.room.loaded, &plan, &arrival.by())?;
    let now = arrival.now;
    let proof = Proof { methods: format!("{method} mfa"), proved_at: now, second_factor_at: Some(now) };
    let first =
        First { method: SignInMethod::Passkey, identifier: String::new(), email: String::new(), proof };
    entry::proved_inside(tx, (app, site), inside, first, arrival)
}

fn refuse(tx: &mut Tx<'_>, site: &Site, inside: &Inside, code: Code, arrival: &Arrival) -> Taken {
    let about = About {
        reason: code.as_str(),
        user: Some(&inside.owner.user.id),
        session: Some(&inside.room.loaded.id),
        ..About::default()
    };
    audit::record(tx, site, &arrival.by(), Event::SignInRefused, about)?;
    Ok(Err(code))
}
