//! The code of the first factor, and the password of an attempt that waits for it. As long as nothing fits, an attempt of
//! nobody's identifier and one of somebody's cost the same work: the account is locked only for whoever typed the right
//! code.

use super::entry::{self, Owner};
use super::factor::magic_link::link::LINK;
use super::machine::{Proved, Stage};
use super::store;
use super::verify::{Taken, Trial, accept, again, count, refuse};
use super::whose::is_its;
use super::{code, tries};
use crate::app::{App, Site};
use crate::audit::About;
use crate::db::Tx;
use crate::id::{AttemptId, UserId};
use crate::secret::{self, Seen, Used};
use crate::session::Proof;
use crate::session::enter::{self, Arrival};
use crate::throttle::{CODE_GUESS, Subject};
use keyrack_protocol::Code;

/// Takes the password of an attempt that waits for it, first or in place of a second factor, which fitted this account.
pub(super) fn take_password(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (owner, proof): (Owner, Proof),
    (attempt, arrival): (&AttemptId, &Arrival),
) -> Taken {
    let inside = entry::enter(tx, (app, site), owner, (arrival, None))?;
    inside.room.loaded.visible_attempt(inside.room.opened, attempt.as_str())?;
    let attempt = store::load(tx, &site.config.id, attempt)?.ok_or(Code::BadAttempt)?;
    if !is_its(app, &inside.owner, &attempt) {
        return Ok(Err(Code::InvalidCredentials));
    }
    let user = inside.owner.user.id.to_string();
    let proved = match &attempt.kept.stage {
        Stage::Left { user: whose, .. } if *whose == user => Proved::Password,
        Stage::Left { .. } => return Ok(Err(Code::BadAttempt)),
        _ => Proved::First { user, proof },
    };
    entry::moved(tx, (app, site), inside, (&attempt, proved), arrival)
}

/// Takes a code of the first factor.
pub(super) fn take_first(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial) -> Taken {
    let (arrival, now) = (&trial.arrival, trial.arrival.now);
    let attempt = store::load(tx, &site.config.id, &trial.id)?.ok_or(Code::BadAttempt)?;
    let guess = code::hash(app, &trial.id, &trial.typed.code);
    let secret = (site.config.id.as_str(), code::FIRST, trial.id.as_str());
    let fits = secret::look(tx, secret, &guess, now)? == Seen::Live;
    let owner = match attempt.user().filter(|_| fits) {
        Some(user) => entry::owner(tx, site, &UserId::stored(user.to_owned()))?,
        None => None,
    };
    let Some(owner) = owner.filter(|owner| is_its(app, owner, &attempt)) else {
        return not_right(tx, (app, site), trial, &guess);
    };
    let inside = entry::enter(tx, (app, site), owner, (arrival, None))?;
    let attempt = again(tx, site, &inside.room, trial)?;
    let identifier = Subject::new(&app.vault, &site.config.id, &attempt.kept.identifier);
    let about = About { session: Some(&attempt.session), identifier: Some(&identifier), ..About::default() };
    let purse = tries::purse(tx, (app, site), &attempt, &attempt.kept.identifier)?.subject;
    let full = count(tx, (&CODE_GUESS, &purse), trial)?;
    if secret::consume(tx, secret, &guess, now)? != Used::Now {
        refuse(tx, site, (trial, &full), (Code::InvalidCode, about))?;
        return Ok(Err(Code::InvalidCode));
    }
    // The link that the code stood beside is worth nothing any more.
    secret::forget(tx, (site.config.id.as_str(), LINK, trial.id.as_str()))?;
    accept(tx, site, (&CODE_GUESS, &purse), (trial, about))?;
    let proof = code::proof(&attempt, now);
    let proved = Proved::First { user: inside.owner.user.id.to_string(), proof };
    entry::moved(tx, (app, site), inside, (&attempt, proved), arrival)
}

/// A code that does not fit, or fits nobody.
fn not_right(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial, guess: &str) -> Taken {
    let room = enter::existing(tx, (app, site), &trial.arrival, &[])?.ok_or(Code::BadAttempt)?;
    let attempt = again(tx, site, &room, trial)?;
    let identifier = Subject::new(&app.vault, &site.config.id, &attempt.kept.identifier);
    let purse = tries::purse(tx, (app, site), &attempt, &attempt.kept.identifier)?.subject;
    let full = count(tx, (&CODE_GUESS, &purse), trial)?;
    let secret = (site.config.id.as_str(), code::FIRST, trial.id.as_str());
    let code = match secret::consume(tx, secret, guess, trial.arrival.now)? {
        Used::Expired => Code::CodeExpired,
        // A code that was made since it was looked at: nothing is used up, and the next try finds it.
        Used::Now if attempt.user().is_some() => return Err(Code::InvalidCode.into()),
        Used::Wrong | Used::Dead | Used::Now => Code::InvalidCode,
    };
    let about = About { session: Some(&attempt.session), identifier: Some(&identifier), ..About::default() };
    refuse(tx, site, (trial, &full), (code, about))?;
    Ok(Err(code))
}
