//! A second factor, of whatever kind: counted for the account over all attempts and kinds.

use super::entry;
use super::factor::{self, Second, Tried};
use super::machine::{Proved, Stage};
use super::store::Attempt;
use super::tries::Known;
use super::verify::{self, Taken, Trial, accept, count, refuse};
use crate::app::{App, Site};
use crate::audit::About;
use crate::db::Tx;
use crate::error::Result;
use crate::mail::{self, SECOND_FACTOR_GUESSED};
use crate::outbox;
use crate::session::Proof;
use crate::throttle::{self, SECOND_FACTOR, SECOND_FACTOR_NOTE, Subject, Verdict};
use crate::user::{self, User};
use keyrack_protocol::Code;

/// How long a notice is tried to be sent.
const NOTICE_MS: i64 = 86_400_000;

/// Takes a second factor.
pub(super) fn take_second(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial) -> Taken {
    let (inside, attempt) = match verify::later_step(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let Stage::Left { proof, .. } = &attempt.kept.stage else { return Ok(Err(Code::BadAttempt)) };
    let user = inside.owner.user.clone();
    let subject = Known::on(tx, &inside)?.subject(app, site, &user.id);
    let about = About { user: Some(&user.id), session: Some(&attempt.session), ..About::default() };
    let full = count(tx, (&SECOND_FACTOR, &subject), trial)?;
    let right = judge(tx, (app, site), (&user, proof), (&attempt, trial))?;
    let Some((second, name)) = right else {
        refuse(tx, site, (trial, &full), (Code::InvalidCode, about))?;
        if full.contains(&SECOND_FACTOR.kind) {
            tell(tx, (app, site), &user, trial)?;
        }
        return Ok(Err(Code::InvalidCode));
    };
    accept(tx, site, (&SECOND_FACTOR, &subject), (trial, about))?;
    if let Some(used) = second.used {
        used(tx, (app, site), &user, (&trial.arrival.whence(), trial.arrival.now))?;
    }
    entry::moved(tx, (app, site), inside, (&attempt, Proved::SecondFactor(name)), &trial.arrival)
}

/// Mails the owner that somebody guesses, once a day.
fn tell(tx: &mut Tx<'_>, (app, site): (&App, &Site), user: &User, trial: &Trial) -> Result<()> {
    let now = trial.arrival.now;
    let is_reached = |email: &&user::Email| email.is_primary && email.verified_at.is_some();
    let Some(to) = user.emails.iter().find(is_reached) else { return Ok(()) };
    let subject = Subject::new(&app.vault, &site.config.id, user.id.as_str());
    if throttle::count(tx, &SECOND_FACTOR_NOTE, &subject, now)? != Verdict::Counted {
        return Ok(());
    }
    let whence = trial.arrival.whence();
    let mail = mail::render(site, &SECOND_FACTOR_GUESSED, (user.language(&whence), &to.email), &[])?;
    let sealed = outbox::seal(app, SECOND_FACTOR_GUESSED.name, &mail, now + NOTICE_MS)?;
    outbox::post(tx, &site.config.id, &sealed, now)
}

/// Judges what was typed as what it is said to be; where nobody said, as all that its form fits, in their order. It is one try
/// in either case. Gives what it was, with its name (RFC 8176), if it is right.
fn judge(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (user, proof): (&User, &Proof),
    (attempt, trial): (&Attempt, &Trial),
) -> Result<Option<(&'static Second, &'static str)>> {
    let by = trial.arrival.by();
    let typed = trial.typed.code.as_str();
    let tried = Tried { owner: attempt.id.as_str(), typed, sent_to: attempt.kept.phone.as_deref(), by: &by };
    for factor in factor::available(site, user, proof) {
        let Some(second) = &factor.second else { continue };
        let is_meant =
            trial.typed.method.map_or_else(|| (second.reads)(typed), |meant| meant.word == factor.word);
        if !is_meant {
            continue;
        }
        if let Some(name) = (second.check)(tx, (app, site), user, &tried)? {
            return Ok(Some((second, name)));
        }
    }
    Ok(None)
}
