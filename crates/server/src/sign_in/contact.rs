//! An address or a phone number of the account that is proved on the way in.

use super::code;
use super::entry::{self, Inside};
use super::machine::Proved;
use super::store::Attempt;
use super::tries;
use super::verify::{self, Taken, Trial, accept, count, refuse};
use crate::app::{App, Site};
use crate::audit::About;
use crate::db::Tx;
use crate::error::Result;
use crate::membership::words;
use crate::secret::{self, Used};
use crate::throttle::{CODE_GUESS, Subject};
use crate::user::{self, User, factors, ways};
use keyrack_protocol::{Code, CurrentSessionStep as Step};

/// Takes the code that was sent to what the step is about.
pub(super) fn take(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial, step: Step) -> Taken {
    let (inside, attempt) = match verify::later_step(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some((id, to)) = wanted(&inside.owner.user, step) else { return Ok(Err(Code::BadAttempt)) };
    let identifier = Subject::new(&app.vault, &site.config.id, &to);
    let user = inside.owner.user.id.clone();
    let about = About { user: Some(&user), session: Some(&attempt.session), ..About::default() };
    let about = About { identifier: Some(&identifier), ..about };
    let purse = tries::purse(tx, (app, site), &attempt, &to)?.subject;
    let full = count(tx, (&CODE_GUESS, &purse), trial)?;
    let guess = code::later_hash(app, &trial.id, (&to, &trial.typed.code));
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
    prove(tx, (app, site), (inside, &attempt), (trial, step, &id))
}

/// The id and the text of what a step is about.
fn wanted(user: &User, step: Step) -> Option<(String, String)> {
    match step {
        Step::VerifyEmail => code::to_prove(user).map(|email| (email.id.to_string(), email.email.clone())),
        _ => code::phone_to_prove(user).map(|phone| (phone.id.to_string(), phone.phone.clone())),
    }
}

/// Notes that it is proved, unless somebody else proved it meanwhile: then the attempt ends.
fn prove(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (mut inside, attempt): (Inside, &Attempt),
    (trial, step, id): (&Trial, Step, &str),
) -> Taken {
    let now = trial.arrival.now;
    let is_email = step == Step::VerifyEmail;
    let is_proved = match is_email {
        true => user::contacts::prove_email(tx, &site.config.id, id, now)?,
        false => user::contacts::prove_phone(tx, &site.config.id, id, now)?,
    };
    if !is_proved {
        entry::end(tx, site, inside.room, attempt, &trial.arrival)?;
        return Ok(Err(if is_email { Code::EmailExists } else { Code::BadAttempt }));
    }
    renew(tx, site, &mut inside.owner.user, now)?;
    inside.tell(tx, site, &trial.arrival)?;
    let proved = if is_email { Proved::Email } else { Proved::Phone };
    entry::moved(tx, (app, site), inside, (attempt, proved), &trial.arrival)
}

/// Reads what was proved into the account, and writes what follows from it.
fn renew(tx: &mut Tx<'_>, site: &Site, user: &mut User, now: i64) -> Result<()> {
    factors::settle(tx, site, &user.id, now)?;
    words::renew(tx, &site.config.id, &user.id)?;
    user.emails = user::store::emails_of(tx, &user.id)?;
    user.ways.phones.clear();
    ways::load(tx, user)
}
