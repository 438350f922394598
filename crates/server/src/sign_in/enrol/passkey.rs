//! Making a passkey where a second factor is enforced.

use super::{enter, entered};
use crate::app::{App, Site};
use crate::audit::About;
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::AttemptId;
use crate::passkey::challenge::{Asked, Drawn};
use crate::passkey::change::default_name;
use crate::passkey::enrol::{self, Made};
use crate::passkey::party::Party;
use crate::passkey::said;
use crate::secret::For;
use crate::sign_in::verify::{Taken, Trial, Typed, refuse};
use crate::user::notice::Changed;
use keyrack_protocol::{Code, VerificationPrepared};
use std::sync::Arc;

fn asked<'a>(site: &'a Site, attempt: &'a AttemptId) -> Asked<'a> {
    Asked { deployment: &site.config.id, purpose: For::PasskeyRegistration, owner: attempt.as_str() }
}

/// Asks for a new passkey; what the same attempt asked before is void.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT`; `VERIFICATION_STRATEGY_REQUIRED` where the deployment has none.
pub(in crate::sign_in) async fn prepare(browser: &Browser, id: AttemptId) -> Result<VerificationPrepared> {
    if Party::of(&browser.site.config).is_none() {
        return Err(Code::StrategyRequired.into());
    }
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (drawn, trial) = (Drawn::draw(&app.world), Trial::of_nothing(browser, id));
    let begun = browser.app.db.write(move |tx| {
        let (inside, attempt) = match enter(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
        let (user, now) = (&inside.owner.user, trial.arrival.now);
        let created = enrol::begin(tx, (&app, &site), asked(&site, &attempt.id), (user, &drawn), now)?;
        Ok(Ok(VerificationPrepared::of_new_passkey(created.options)))
    });
    begun.await?.map_err(Error::from)
}

/// Verifies what a device made, before the transaction that may keep it.
///
/// # Errors
/// `passkeys_disabled`, `invalid_passkey`.
pub(in crate::sign_in) fn made(browser: &Browser, typed: &Typed) -> Result<Made> {
    let party = Party::of(&browser.site.config).ok_or(Code::PasskeysDisabled)?;
    let credential = serde_json::from_str(&typed.code).unwrap_or_default();
    let answer = said::attestation_in(&credential, &party)?;
    Made::verify(&browser.app, &browser.site, (&answer, &default_name(&browser.user_agent)))
}

/// Keeps the new passkey.
pub(super) fn take(tx: &mut Tx<'_>, of: (&App, &Site), (trial, made): (&Trial, &Made)) -> Taken {
    let (mut inside, attempt) = match enter(tx, of, trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let user = inside.owner.user.clone();
    let kept = enrol::finish(tx, of, asked(of.1, &attempt.id), (&user, made), trial.arrival.now)?;
    let passkey = match kept {
        Ok(passkey) => passkey,
        Err(code) => {
            let about = About { user: Some(&user.id), session: Some(&attempt.session), ..About::default() };
            refuse(tx, of.1, (trial, &[]), (code, about))?;
            return Ok(Err(code));
        }
    };
    inside.owner.user.ways.passkeys += 1;
    let changed = (Changed::PasskeyAdded, passkey.name.as_str(), passkey.method());
    entered(tx, of, (inside, &attempt), changed, &trial.arrival)
}
