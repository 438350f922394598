//! Setting a second factor up where one is enforced, before there is a sign-in.
//!
//! The set-up belongs to its attempt: what another one began, or somebody signed in, is not confirmed here.

use super::entry;
use super::machine::{Proved, current_step};
use super::store::{self, Kept};
use super::verify::{self, Taken, Trial, accept, count, refuse};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{AttemptId, AuthenticatorId};
use crate::throttle::{SECOND_FACTOR, Subject};
use crate::user::authenticator::store::{self as authenticators, Confirmed, Draft};
use crate::user::factors;
use keyrack_protocol::{Code, CurrentSessionStep as Step, VerificationPrepared};
use std::sync::Arc;

/// Begins to set an authenticator up; the one begun before, if it was not confirmed, is over.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT`; `VERIFICATION_STRATEGY_REQUIRED` where the deployment offers none.
pub(super) async fn prepare(browser: &Browser, id: AttemptId) -> Result<VerificationPrepared> {
    if !browser.site.config.auth.second_factor.authenticator {
        return Err(Code::StrategyRequired.into());
    }
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (draft, trial) = (Draft::draw(&app)?, Trial::of_nothing(browser, id));
    let begun = browser.app.db.write(move |tx| {
        let (inside, attempt) = match verify::later_step(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
        if current_step(&attempt.kept.stage) != Step::AddSecondFactor {
            return Err(Code::BadAttempt.into());
        }
        let user = &inside.owner.user;
        authenticators::begin(tx, &site.config.id, user, &draft, trial.arrival.now)?;
        let name = authenticators::account_name(tx, user)?;
        let kept = Kept { enrolling: Some(draft.id.to_string()), ..attempt.kept.clone() };
        store::keep(tx, &attempt, &kept)?;
        Ok(Ok(VerificationPrepared {
            otp_url: Some(draft.secret.url(&site.config.app_name, &name)?),
            totp_secret: Some(draft.secret.base32()),
            ..VerificationPrepared::by("authenticator")
        }))
    });
    begun.await?.map_err(Error::from)
}

/// Takes two codes of the new authenticator that follow each other.
pub(super) fn take(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial) -> Taken {
    let (mut inside, attempt) = match verify::later_step(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let now = trial.arrival.now;
    let user = inside.owner.user.id.clone();
    let subject = Subject::new(&app.vault, &site.config.id, user.as_str());
    let about = About { user: Some(&user), session: Some(&attempt.session), ..About::default() };
    let full = count(tx, (&SECOND_FACTOR, &subject), trial)?;
    let id = attempt.kept.enrolling.clone().map(AuthenticatorId::stored);
    let confirmed = match (&id, trial.typed.codes.as_slice()) {
        (Some(id), [one, two]) => authenticators::confirm(tx, &app.vault, (&user, id), [one, two], now)?,
        _ => Confirmed::Unknown,
    };
    let Confirmed::Now(authenticator) = confirmed else {
        refuse(tx, site, (trial, &full), (Code::InvalidCode, about))?;
        return Ok(Err(Code::InvalidCode));
    };
    factors::settle(tx, site, &user, now)?;
    accept(tx, site, (&SECOND_FACTOR, &subject), (trial, about))?;
    audit::record(tx, site, &trial.arrival.by(), Event::AuthenticatorAdded, about)?;
    inside.owner.user.ways.authenticators.push(authenticator);
    inside.owner.user.second_factor_at = Some(now);
    inside.tell(tx, site, &trial.arrival)?;
    entry::moved(tx, (app, site), inside, (&attempt, Proved::NewSecondFactor("otp")), &trial.arrival)
}
