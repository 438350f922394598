//! A second factor, of whatever kind: counted for the account over all attempts and kinds.

use super::entry;
use super::factor::{self, Method};
use super::machine::{Proved, Stage};
use super::store::Attempt;
use super::tries::Known;
use super::verify::{self, Taken, Trial, accept, count, refuse};
use crate::app::{App, Site};
use crate::audit::About;
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::Result;
use crate::id::AttemptId;
use crate::mail::{self, SECOND_FACTOR_GUESSED};
use crate::outbox;
use crate::passkey::challenge::Drawn;
use crate::session::Proof;
use crate::throttle::{self, SECOND_FACTOR, SECOND_FACTOR_NOTE, Subject, Verdict};
use crate::user::{self, User};
use keyrack_protocol::{Code, VerificationPrepared};
use std::sync::Arc;

/// How long a notice is tried to be sent.
const NOTICE_MS: i64 = 86_400_000;

/// Asks for a passkey of the account whose second factor an attempt waits for.
pub(super) async fn ask_passkey(browser: &Browser, id: AttemptId) -> Result<VerificationPrepared> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (drawn, trial) = (Drawn::draw(&app.world), Trial::of_nothing(browser, id));
    let asked = browser.app.db.write(move |tx| {
        let (inside, attempt) = match verify::later_step(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
        let (user, now) = (&inside.owner.user, trial.arrival.now);
        let Stage::Left { proof, .. } = &attempt.kept.stage else { return Ok(Err(Code::BadAttempt)) };
        if !factor::available(&site, user, proof).contains(&Method::Passkey) {
            return Ok(Err(Code::StrategyRequired));
        }
        factor::passkey::prepare(tx, (&app, &site), trial.id.as_str(), (user, &drawn), now).map(Ok)
    });
    Ok(VerificationPrepared::of_passkey(asked.await??.options))
}

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
    let Some((method, name)) = right else {
        refuse(tx, site, (trial, &full), (Code::InvalidCode, about))?;
        if full.contains(&SECOND_FACTOR.kind) {
            tell(tx, (app, site), &user, trial)?;
        }
        return Ok(Err(Code::InvalidCode));
    };
    accept(tx, site, (&SECOND_FACTOR, &subject), (trial, about))?;
    if method == Method::BackupCode {
        let whence = trial.arrival.whence();
        factor::backup_code::tell(tx, (app, site), &user, (&whence, trial.arrival.now))?;
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

/// Judges what was typed as what it is said to be; where nobody said, as what its form says, and as the code that was sent
/// for this attempt. It is one try in either case. Gives what it was, with its name (RFC 8176), if it is right.
fn judge(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (user, proof): (&User, &Proof),
    (attempt, trial): (&Attempt, &Trial),
) -> Result<Option<(Method, &'static str)>> {
    let typed = trial.typed.code.as_str();
    let meant = trial.typed.method.unwrap_or_else(|| factor::meant_by(typed));
    let available = factor::available(site, user, proof);
    if meant != Method::PhoneOtp && available.contains(&meant) {
        let tried =
            factor::Tried { owner: attempt.id.as_str(), method: meant, typed, by: &trial.arrival.by() };
        let right = factor::check(tx, (app, site), user, &tried)?;
        if right.is_some() || trial.typed.method.is_some() {
            return Ok(right.map(|name| (meant, name)));
        }
    }
    let is_sent =
        trial.typed.method.is_none_or(|method| method == Method::PhoneOtp) && meant != Method::BackupCode;
    let right = match &attempt.kept.phone {
        Some(number) if is_sent && available.contains(&Method::PhoneOtp) => {
            let now = trial.arrival.now;
            factor::phone_otp::check(tx, (app, site), (user, &attempt.id), (number, typed), now)?
        }
        _ => None,
    };
    Ok(right.map(|name| (Method::PhoneOtp, name)))
}
