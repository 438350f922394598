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
use crate::id::{AttemptId, UserId};
use crate::mail::{self, SECOND_FACTOR_GUESSED};
use crate::outbox::{self, Sealed};
use crate::passkey::challenge::Drawn;
use crate::session::Proof;
use crate::throttle::SECOND_FACTOR;
use crate::user::{self, User};
use keyrack_protocol::{Code, VerificationPrepared};
use std::sync::Arc;

/// How long a notice is tried to be sent.
const NOTICE_MS: i64 = 86_400_000;

/// The mail that the owner of an account gets when somebody guesses at its second factors, sealed.
pub(super) async fn notice(browser: &Browser, user: Option<&str>) -> Result<Option<Sealed>> {
    let Some(user) = user.map(|user| UserId::stored(user.to_owned())) else { return Ok(None) };
    let (app, site) = (&browser.app, &browser.site);
    let emails = app.db.read(move |on| user::store::emails_of(on, &user)).await?;
    let to = emails.into_iter().find(|email| email.is_primary && email.verified_at.is_some());
    let expires_at = app.world.clock.now_ms() + NOTICE_MS;
    let seal = |to: user::Email| {
        let mail = mail::render(site, &SECOND_FACTOR_GUESSED, (browser.language(), &to.email), &[])?;
        outbox::seal(app, SECOND_FACTOR_GUESSED.name, &mail, expires_at)
    };
    to.map(seal).transpose()
}

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
        if let Some(notice) = trial.notice.as_ref().filter(|_| full.contains(&SECOND_FACTOR.kind)) {
            outbox::post(tx, &site.config.id, notice, trial.arrival.now)?;
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
