//! A passkey as a second factor, set up on the way in, and of whoever is signed in already. As a first factor it has calls of
//! its own ([`crate::sign_in::passkey`]): nobody says first who they are.

use super::{Added, Again, Asked, Factor, Judged, Second, Take, Tried};
use crate::app::{App, Site};
use crate::audit::About;
use crate::caller::{Account, Browser, Own};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::fields::Fields;
use crate::passkey::challenge::{Asked as Challenge, Drawn};
use crate::passkey::change::default_name;
use crate::passkey::enrol::{self, Made};
use crate::passkey::party::Party;
use crate::passkey::prove::{self, Outcome, Whose};
use crate::passkey::said;
use crate::secret::For;
use crate::session::enter::Left;
use crate::sign_in::enrol::{enter, entered};
use crate::sign_in::machine::Stage;
use crate::sign_in::reauthenticate;
use crate::sign_in::verify::{self, Taken, Trial, Typed, refuse};
use crate::throttle::CODE_GUESS;
use crate::user::User;
use crate::user::notice::Changed;
use keyrack_protocol::{Code, ReauthenticationMethod, ReauthenticationPrepared, VerificationPrepared};
use serde_json::Value;
use std::sync::Arc;

/// The method.
pub static FACTOR: Factor = Factor {
    second: Some(Second {
        place: 2,
        is_there,
        is_another: |_| true,
        stands_in: false,
        // A device gives it, and says so.
        reads: |_| false,
        prepare: Some(|browser, asked| Box::pin(ask(browser, asked))),
        check,
        used: None,
    }),
    added: Some(Added { prepare: |browser, asked| Box::pin(ask_for_new(browser, asked)), taking }),
    again: Some(Again {
        word: "passkey",
        prepare: Some(|account| Box::pin(ask_again(account))),
        prove: |account, fields| Box::pin(prove_again(account, fields)),
    }),
    ..Factor::named("passkey")
};

/// Whether an account has it, in a deployment that offers it.
fn is_there(site: &Site, user: &User) -> bool {
    user.ways.passkeys > 0 && Party::of(&site.config).is_some()
}

/// Whose a challenge is: that of an attempt or a sign-in, for this purpose.
fn of<'a>(site: &'a Site, purpose: For, owner: &'a str) -> Challenge<'a> {
    Challenge { deployment: &site.config.id, purpose, owner }
}

/// Asks for one of the account's passkeys as a second factor; what the attempt asked before is void.
async fn ask(browser: &Browser, asked: Asked) -> Result<VerificationPrepared> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (drawn, trial) = (Drawn::draw(&app.world), Trial::of_nothing(browser, asked.id));
    let asked = browser.app.db.write(move |tx| {
        let (inside, attempt) = match verify::later_step(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
        let (user, now) = (&inside.owner.user, trial.arrival.now);
        if !matches!(attempt.kept.stage, Stage::Left { .. }) {
            return Ok(Err(Code::BadAttempt));
        }
        if !is_there(&site, user) {
            return Ok(Err(Code::StrategyRequired));
        }
        let challenge = of(&site, For::PasskeyFactor, trial.id.as_str());
        prove::ask(tx, (&app, &site), challenge, (Whose::Of(&user.id), &drawn), now).map(Ok)
    });
    Ok(VerificationPrepared::of_passkey(asked.await??.options))
}

/// Whether what was sent (what `toJSON()` writes) is signed by a passkey of the account, which the same asked for;
/// its name if it is.
fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    tried: &Tried<'_>,
) -> Result<Option<&'static str>> {
    let Some(party) = Party::of(&site.config) else { return Ok(None) };
    let credential = serde_json::from_str(tried.typed).unwrap_or_default();
    let Some(answer) = said::assertion_in(&credential, &party) else { return Ok(None) };
    let challenge = of(site, For::PasskeyFactor, tried.owner);
    let taken = prove::take(tx, (app, site), challenge, (Some(&user.id), &answer), tried.by)?;
    Ok(match taken {
        Outcome::Proved(name) => Some(name),
        Outcome::Gone | Outcome::Wrong | Outcome::Copied => None,
    })
}

/// Asks for a new passkey; what the same attempt asked before is void.
async fn ask_for_new(browser: &Browser, asked: Asked) -> Result<VerificationPrepared> {
    if Party::of(&browser.site.config).is_none() {
        return Err(Code::StrategyRequired.into());
    }
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (drawn, trial) = (Drawn::draw(&app.world), Trial::of_nothing(browser, asked.id));
    let begun = browser.app.db.write(move |tx| {
        let (inside, attempt) = match enter(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
        let (user, now) = (&inside.owner.user, trial.arrival.now);
        let challenge = of(&site, For::PasskeyRegistration, attempt.id.as_str());
        let created = enrol::begin(tx, (&app, &site), challenge, (user, &drawn), now)?;
        Ok(Ok(VerificationPrepared::of_new_passkey(created.options)))
    });
    begun.await?.map_err(Error::from)
}

/// Verifies what a device made, before the transaction that keeps it.
fn taking(browser: &Browser, typed: &Typed) -> Result<Take> {
    let party = Party::of(&browser.site.config).ok_or(Code::PasskeysDisabled)?;
    let credential = serde_json::from_str(&typed.code).unwrap_or_default();
    let answer = said::attestation_in(&credential, &party)?;
    let made = Made::verify(&browser.app, &browser.site, (&answer, &default_name(&browser.user_agent)))?;
    Ok(Box::new(move |tx, of, trial| keep(tx, of, (trial, &made))))
}

fn keep(tx: &mut Tx<'_>, (app, site): (&App, &Site), (trial, made): (&Trial, &Made)) -> Taken {
    let (mut inside, attempt) = match enter(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let user = inside.owner.user.clone();
    let challenge = of(site, For::PasskeyRegistration, attempt.id.as_str());
    let kept = enrol::finish(tx, (app, site), challenge, (&user, made), trial.arrival.now)?;
    let passkey = match kept {
        Ok(passkey) => passkey,
        Err(code) => {
            let about = About { user: Some(&user.id), session: Some(&attempt.session), ..About::default() };
            refuse(tx, site, (trial, &[]), (code, about))?;
            return Ok(Err(code));
        }
    };
    inside.owner.user.ways.passkeys += 1;
    let changed = (Changed::PasskeyAdded, passkey.name.as_str(), passkey.method());
    entered(tx, (app, site), (inside, &attempt), changed, &trial.arrival)
}

/// Asks whoever is signed in for one of their passkeys; what the same sign-in asked before is void.
async fn ask_again(account: &Account) -> Result<ReauthenticationPrepared> {
    let drawn = Drawn::draw(&account.app.world);
    let asked = account.change_own(move |tx, (app, site), own| {
        if !is_there(site, &own.user) {
            return Err(Code::StrategyUnknown.into());
        }
        let challenge = of(site, For::PasskeyAgain, own.sign_in.as_str());
        prove::ask(tx, (app, site), challenge, (Whose::Of(&own.user.id), &drawn), own.now())
    });
    Ok(ReauthenticationPrepared {
        method: ReauthenticationMethod::Passkey,
        otp_sent: false,
        masked_address: None,
        options: Some(asked.await?.1.options),
    })
}

async fn prove_again(account: &Account, fields: &Fields) -> Result<Left> {
    let credential = fields.object("credential")?.ok_or(Code::RequiredField)?;
    let typed = Value::Object(credential).to_string();
    reauthenticate::by_typed(account, typed, (&CODE_GUESS, judge)).await
}

fn judge(tx: &mut Tx<'_>, (app, site): (&App, &Site), own: &Own, typed: &str) -> Result<Judged> {
    let party = Party::of(&site.config).ok_or(Code::StrategyUnknown)?;
    let credential = serde_json::from_str(typed).unwrap_or_default();
    let Some(answer) = said::assertion_in(&credential, &party) else { return Ok(Err(Code::InvalidPasskey)) };
    let challenge = of(site, For::PasskeyAgain, own.sign_in.as_str());
    let taken = prove::take(tx, (app, site), challenge, (Some(&own.user.id), &answer), &own.by())?;
    Ok(match taken {
        Outcome::Proved(name) => Ok((name, true)),
        Outcome::Gone => Err(Code::PasskeyRequestExpired),
        Outcome::Wrong | Outcome::Copied => Err(Code::InvalidPasskey),
    })
}
