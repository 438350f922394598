//! Codes of later steps: to an address or a number that the account has, which only whoever proved a first factor is told
//! of, and shortened.

use super::{Drawn, Secret, To, expiry, post};
use crate::app::{App, Site};
use crate::audit::About;
use crate::caller::Browser;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::{AttemptId, UserId};
use crate::mail::{self, ADDRESS_CODE, PHONE_CODE};
use crate::outbox;
use crate::sign_in::code;
use crate::sign_in::factor::{Asked, phone_otp};
use crate::sign_in::store::{self, Kept};
use crate::sign_in::verify::{self, Trial};
use crate::user::email::EmailAddress;
use crate::user::phone::ending;
use crate::user::{self, User, reachable};
use keyrack_protocol::{Code, CurrentSessionStep as Step, VerificationPrepared};
use std::sync::Arc;

/// Sends a code to what the step is about.
pub(super) async fn send(browser: &Browser, asked: Asked) -> Result<VerificationPrepared> {
    let Asked { id, shown, wanted } = asked;
    let step = shown.current_step;
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (deployment, of) = (site.config.id.clone(), id.clone());
    let digits = wanted.last_digits;
    let to = app.db.read(move |on| target(on, (&deployment, &of), (step, digits.as_deref()))).await?;
    let drawn = draw(browser, &id, (&to, step))?;
    let (trial, expected) = (Trial::of_nothing(browser, id), to.clone());
    let sent = browser.app.db.write(move |tx| {
        let (inside, attempt) = match verify::later_step(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
        let user = &inside.owner.user;
        if !has(user, step, &expected) {
            return Err(Code::BadAttempt.into());
        }
        let about = About { user: Some(&user.id), ..About::default() };
        if post(tx, (&app, &site), &attempt, (&drawn, true), (about, &trial.arrival))?
            && step == Step::VerifySecondFactor
        {
            let kept = Kept { phone: Some(expected.clone()), ..attempt.kept.clone() };
            store::keep(tx, &attempt, &kept)?;
        }
        Ok(Ok(()))
    });
    sent.await??;
    if step == Step::VerifyEmail {
        let masked = EmailAddress::parse(&to)?.masked();
        return Ok(VerificationPrepared {
            masked_email: Some(masked),
            ..VerificationPrepared::by("email_otp")
        });
    }
    Ok(VerificationPrepared { masked_phone: Some(ending(&to)), ..VerificationPrepared::by("phone_otp") })
}

/// Where the code of a step goes.
fn target(
    on: &mut Snapshot<'_>,
    (deployment, id): (&str, &AttemptId),
    (step, digits): (Step, Option<&str>),
) -> Result<String> {
    let attempt = store::load(on, deployment, id)?.ok_or(Code::BadAttempt)?;
    let user = attempt.user().map(|user| UserId::stored(user.to_owned())).ok_or(Code::BadAttempt)?;
    let user = user::store::find(on, deployment, &user)?.ok_or(Code::BadAttempt)?;
    let to = match step {
        Step::VerifyEmail => code::to_prove(&user).map(|email| email.email.clone()),
        Step::VerifyPhone => code::phone_to_prove(&user).map(|phone| phone.phone.clone()),
        _ => {
            let phone = phone_otp::ending_with(&user, digits).ok_or(Code::LastDigitsWrong)?;
            Some(phone.phone.clone())
        }
    };
    Ok(to.ok_or(Code::BadAttempt)?)
}

/// Whether the account still has it, for this step.
fn has(user: &User, step: Step, to: &str) -> bool {
    match step {
        Step::VerifyEmail => code::to_prove(user).is_some_and(|email| email.email == to),
        Step::VerifyPhone => code::phone_to_prove(user).is_some_and(|phone| phone.phone == to),
        _ => phone_otp::proved(user).any(|phone| phone.phone == to),
    }
}

fn draw(browser: &Browser, id: &AttemptId, (to, step): (&str, Step)) -> Result<Drawn> {
    let (app, site): (&App, &Site) = (&browser.app, &browser.site);
    let (secret, expires_at) = (app.world.random.six_digits(), expiry(browser));
    let minutes = mail::minutes(&site.config);
    let facts = [("code", secret.as_str()), ("minutes", minutes.as_str())];
    let recipient = (browser.language(), to);
    let (sent_to, message) = if step == Step::VerifyEmail {
        let mail = mail::render(site, &ADDRESS_CODE, recipient, &facts)?;
        (To::Mail(to.to_owned()), outbox::seal(app, ADDRESS_CODE.name, &mail, expires_at)?)
    } else {
        let sms = reachable::sms(site, &PHONE_CODE, recipient, &facts)?;
        (To::number(browser, to), outbox::seal_sms(app, PHONE_CODE.name, &sms, expires_at)?)
    };
    let hash = |secret: &str| code::later_hash(app, id, (to, secret));
    let secrets = vec![Secret::draw(app, code::LATER, &secret, hash)];
    Ok(Drawn { secrets, to: sent_to, message, expires_at })
}
