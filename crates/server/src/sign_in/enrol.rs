//! Setting a second factor up where one is enforced, before there is a sign-in.
//!
//! The set-up belongs to its attempt: what another one began, or somebody signed in, is not confirmed here.

pub(super) mod passkey;

use super::entry::{self, Inside};
use super::factor::Method;
use super::machine::{Proved, current_step};
use super::store::{self, Attempt, Kept};
use super::tries::Known;
use super::verify::{self, Taken, Trial, accept, count, refuse};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{AttemptId, AuthenticatorId};
use crate::session::enter::Arrival;
use crate::throttle::SECOND_FACTOR;
use crate::user::authenticator::store::{self as authenticators, Confirmed, Draft};
use crate::user::factors;
use crate::user::notice::{self, Changed};
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
        let (inside, attempt) = match enter(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
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

/// Locks the account of an attempt that waits for a new second factor, and its session.
fn enter(
    tx: &mut Tx<'_>,
    of: (&App, &Site),
    trial: &Trial,
) -> Result<std::result::Result<(Inside, Attempt), Code>> {
    let entered = verify::later_step(tx, of, trial)?;
    let waits =
        entered.as_ref().map_or(true, |(_, it)| current_step(&it.kept.stage) == Step::AddSecondFactor);
    if waits { Ok(entered) } else { Err(Code::BadAttempt.into()) }
}

/// Takes what proves the new factor: two codes of an authenticator that follow each other, or what a device made.
pub(super) fn take(tx: &mut Tx<'_>, of: (&App, &Site), trial: &Trial) -> Taken {
    match (&trial.made, trial.typed.method) {
        (Some(made), _) => passkey::take(tx, of, (trial, made)),
        (None, None | Some(Method::Authenticator)) => take_authenticator(tx, of, trial),
        (None, Some(_)) => Err(Code::StrategyRequired.into()),
    }
}

fn take_authenticator(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial) -> Taken {
    let (mut inside, attempt) = match enter(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let now = trial.arrival.now;
    let user = inside.owner.user.id.clone();
    let subject = Known::on(tx, &inside)?.subject(app, site, &user);
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
    inside.owner.user.ways.authenticators.push(authenticator);
    let changed = (Changed::AuthenticatorAdded, "", "otp");
    entered(tx, (app, site), (inside, &attempt), changed, &trial.arrival)
}

/// Records the new factor, tells the account's owner and its other sessions, and moves the attempt on: it is proved by
/// what it was made with, whose name (RFC 8176) comes last.
fn entered(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (mut inside, attempt): (Inside, &Attempt),
    (changed, detail, name): (Changed, &str, &'static str),
    arrival: &Arrival,
) -> Taken {
    let (user, now) = (&mut inside.owner.user, arrival.now);
    user.second_factor_at = Some(now);
    let about = About {
        reason: changed.word(),
        user: Some(&user.id),
        session: Some(&attempt.session),
        ..About::default()
    };
    audit::record(tx, site, &arrival.by(), Event::AccountChanged, about)?;
    notice::way_changed(tx, (app, site), user, (changed, detail), (&arrival.whence(), now))?;
    inside.tell(tx, site, arrival)?;
    entry::moved(tx, (app, site), inside, (attempt, Proved::NewSecondFactor(name)), arrival)
}
