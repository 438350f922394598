//! An address or a phone number of the account that is proved on the way in.
//!
//! It is taken from everybody else who has it, as on the account page ([`crate::contact`]).

use super::code;
use super::entry;
use super::inside::{self, Inside};
use super::machine::{Proved, Stage};
use super::store::{self, Attempt};
use super::tries;
use super::verify::{self, Taken, Trial, accept, count, refuse};
use crate::app::{App, Site};
use crate::audit::About;
use crate::contact::{self, Beside, Kind};
use crate::db::Tx;
use crate::domain::joining::Who;
use crate::error::Result;
use crate::id::UserId;
use crate::invitation;
use crate::membership::words;
use crate::secret::{self, Used};
use crate::throttle::{CODE_GUESS, Subject};
use crate::user::email::EmailAddress;
use crate::user::notice::Changed;
use crate::user::{self, User, factors};
use keyrack_protocol::{Code, CurrentSessionStep as Step};

/// What a step is about.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    kind: Kind,
    id: String,
    text: String,
    /// An address that is asked for in place of a second factor is.
    is_proved: bool,
}

impl Wanted {
    fn of(user: &User, step: Step) -> Option<Self> {
        if step == Step::VerifyEmail {
            let email = code::to_prove(user)?;
            return Some(Self {
                kind: Kind::Email,
                id: email.id.to_string(),
                text: email.email.clone(),
                is_proved: email.verified_at.is_some(),
            });
        }
        let phone = code::phone_to_prove(user)?;
        Some(Self {
            kind: Kind::Phone,
            id: phone.id.to_string(),
            text: phone.phone.clone(),
            is_proved: false,
        })
    }
}

/// The account and its session, what is to be proved, and who else has that, all of them locked.
struct Entered {
    inside: Inside,
    attempt: Attempt,
    wanted: Wanted,
    beside: Beside,
}

/// Takes the code that was sent to what the step is about.
pub(super) fn take(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial, step: Step) -> Taken {
    let entered = match enter(tx, (app, site), (trial, step))? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let to = &entered.wanted.text;
    let identifier = Subject::new(&app.vault, &site.config.id, to);
    let (user, session) = (entered.inside.owner.user.id.clone(), entered.attempt.session.clone());
    let about = About { user: Some(&user), session: Some(&session), ..About::default() };
    let about = About { identifier: Some(&identifier), ..about };
    let purse = tries::purse(tx, (app, site), &entered.attempt, to)?.subject;
    let full = count(tx, (&CODE_GUESS, &purse), trial)?;
    let guess = code::later_hash(app, &trial.id, (to, &trial.typed.code));
    let secret = (site.config.id.as_str(), code::LATER, trial.id.as_str());
    let refused = match secret::consume(tx, secret, &guess, trial.arrival.now)? {
        Used::Now => None,
        Used::Expired => Some(Code::CodeExpired),
        Used::Wrong | Used::Dead => Some(Code::InvalidCode),
    };
    if let Some(code) = refused {
        refuse(tx, site, (trial, &full), (code, about))?;
        return Ok(Err(code));
    }
    accept(tx, site, (&CODE_GUESS, &purse), (trial, about))?;
    prove(tx, (app, site), entered, trial)
}

/// Takes all locks. An attempt that waits for what nobody asks any more is ended, and refused inside.
fn enter(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (trial, step): (&Trial, Step),
) -> Result<std::result::Result<Entered, Code>> {
    let deployment = site.config.id.as_str();
    let attempt = store::load(tx, deployment, &trial.id)?.ok_or(Code::BadAttempt)?;
    let Stage::Left { user, .. } = &attempt.kept.stage else { return Err(Code::BadAttempt.into()) };
    let user = UserId::stored(user.clone());
    let found = user::store::find(tx, deployment, &user)?.ok_or(Code::BadAttempt)?;
    let Some(wanted) = Wanted::of(&found, step) else {
        // Nobody asks for it any more: the usual way ends the attempt.
        let later = verify::later_step(tx, (app, site), trial)?;
        return Ok(Err(later.err().unwrap_or(Code::BadAttempt)));
    };
    let holders = contact::store::holders(tx, (deployment, wanted.kind), &wanted.text)?;
    let locked = match wanted.kind {
        Kind::Email => {
            let email = EmailAddress::parse(&wanted.text)?;
            inside::owner_beside(tx, site, Who::Adding(&user, &email), (&user, &holders))?
        }
        Kind::Phone => inside::owner_beside(tx, site, Who::Known(&user), (&user, &holders))?,
    };
    let (owner, beside) = locked.ok_or(Code::BadAttempt)?;
    if Wanted::of(&owner.user, step).as_ref() != Some(&wanted) {
        return Err(Code::BadAttempt.into());
    }
    let inside = inside::enter_beside(tx, (app, site), (owner, &beside.sessions), &trial.arrival)?;
    let attempt = verify::again(tx, site, &inside.room, trial)?;
    if entry::is_current(tx, (app, site), &inside.owner, &attempt)? {
        return Ok(Ok(Entered { inside, attempt, wanted, beside }));
    }
    entry::end(tx, site, inside.room, &attempt, &trial.arrival)?;
    Ok(Err(Code::BadAttempt))
}

/// Notes that it is proved. An address that somebody else has proved meanwhile ends the attempt.
fn prove(tx: &mut Tx<'_>, (app, site): (&App, &Site), entered: Entered, trial: &Trial) -> Taken {
    let Entered { mut inside, attempt, wanted: Wanted { kind, id, text, is_proved }, beside } = entered;
    let (arrival, now) = (&trial.arrival, trial.arrival.now);
    if is_proved {
        return entry::moved(tx, (app, site), inside, (&attempt, Proved::Email), arrival);
    }
    let user = inside.owner.user.id.clone();
    // Whoever comes here has proved the factor that the account has, if one is asked for. Where it has none this is one.
    let is_factor = site.config.auth.second_factor.phone_otp && inside.owner.user.second_factor_at.is_none();
    let (it, others) = ((kind, text.as_str()), (&user, beside.users.as_slice()));
    if !contact::take_over(tx, (app, site), it, others, &arrival.by())? {
        entry::end(tx, site, inside.room, &attempt, arrival)?;
        return Ok(Err(Code::EmailExists));
    }
    contact::note_proved(tx, (&inside.owner.user, kind, &id), now)?;
    let (what, proved) = match kind {
        Kind::Email => {
            invitation::tell_of_open(tx, site, (&user, &text), now)?;
            (Changed::EmailAdded, Proved::Email)
        }
        Kind::Phone => {
            factors::settle_gain(tx, site, &user, now)?;
            (Changed::PhoneAdded, Proved::Phone { is_factor })
        }
    };
    inside.way_changed(tx, (app, site), (what, &text), (&attempt, arrival))?;
    words::renew(tx, &site.config.id, &user)?;
    inside.owner.user = user::store::find(tx, &site.config.id, &user)?.ok_or(Code::BadAttempt)?;
    inside.tell(tx, site, arrival)?;
    entry::moved(tx, (app, site), inside, (&attempt, proved), arrival)
}
