//! Codes of a program (RFC 6238).

use super::{Added, Again, Asked, Factor, Judged, Second};
use crate::app::{App, Site};
use crate::audit::About;
use crate::caller::{Browser, Own};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::AuthenticatorId;
use crate::sign_in::enrol::{enter, entered};
use crate::sign_in::reauthenticate;
use crate::sign_in::store::{self, Kept};
use crate::sign_in::tries::Known;
use crate::sign_in::verify::{Taken, Trial, accept, count, refuse};
use crate::throttle::SECOND_FACTOR;
use crate::user::authenticator::store::{self as authenticators, Confirmed, Draft};
use crate::user::backup_code::letters;
use crate::user::notice::Changed;
use crate::user::{User, factors};
use keyrack_protocol::{Code, VerificationPrepared};
use std::sync::Arc;

pub(super) static FACTOR: Factor = Factor {
    second: Some(Second {
        place: 1,
        is_there,
        is_another: |_| true,
        stands_in: false,
        reads: |typed| letters(typed).is_none(),
        prepare: None,
        check: |tx, of, user, tried| check(tx, of, user, tried.typed, tried.by.now),
        used: None,
    }),
    added: Some(Added {
        prepare: |browser, asked| Box::pin(begin(browser, asked)),
        taking: |_, _| Ok(Box::new(confirm)),
    }),
    again: Some(Again {
        word: "authenticator",
        prepare: None,
        prove: |account, fields| Box::pin(reauthenticate::by_code(account, fields, (&SECOND_FACTOR, judge))),
    }),
    ..Factor::named("authenticator")
};

/// Whether an account has it. What was set up goes on working where nobody can set one up any more.
fn is_there(_: &Site, user: &User) -> bool {
    !user.ways.authenticators.is_empty()
}

/// Whether `typed` is a code of one of the account's authenticators; its name if it is. None works twice.
///
/// # Errors
/// What the database says.
pub fn check(
    tx: &mut Tx<'_>,
    (app, _): (&App, &Site),
    user: &User,
    typed: &str,
    now: i64,
) -> Result<Option<&'static str>> {
    Ok(authenticators::take(tx, &app.vault, &user.id, typed, now)?.then_some("otp"))
}

fn judge(tx: &mut Tx<'_>, of: (&App, &Site), own: &Own, typed: &str) -> Result<Judged> {
    let named = check(tx, of, &own.user, typed, own.now())?;
    Ok(named.map(|name| (name, true)).ok_or(Code::InvalidCode))
}

/// Begins to set one up in an attempt; the one begun before, if it was not confirmed, is over.
async fn begin(browser: &Browser, asked: Asked) -> Result<VerificationPrepared> {
    if !browser.site.config.auth.second_factor.authenticator {
        return Err(Code::StrategyRequired.into());
    }
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (draft, trial) = (Draft::draw(&app)?, Trial::of_nothing(browser, asked.id));
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

/// Takes two codes of the new one that follow each other.
fn confirm(tx: &mut Tx<'_>, (app, site): (&App, &Site), trial: &Trial) -> Taken {
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
