//! A code that is mailed.

use super::{Again, Asked, Factor, First, Judged};
use crate::app::{App, Site};
use crate::caller::{Account, Browser, Own};
use crate::db::Tx;
use crate::error::Result;
use crate::mail::{self, PROOF_CODE, SIGN_IN_CODE};
use crate::outbox;
use crate::sign_in::prepare::{To, first};
use crate::sign_in::reauthenticate::{self, Sent};
use crate::sign_in::{begin, verify};
use crate::throttle::CODE_GUESS;
use crate::user::email::EmailAddress;
use keyrack_protocol::{
    Code, CurrentSessionStep as Step, ReauthenticationMethod, ReauthenticationPrepared, SignInMethod,
    VerificationPrepared,
};

const METHOD: SignInMethod = SignInMethod::EmailOtp;
const STEP: Step = Step::VerifyEmailOtp;

pub(super) static FACTOR: Factor = Factor {
    first: Some(First {
        method: METHOD,
        by: super::Known::Email,
        is_offered: |auth| auth.email_otp,
        begin: |browser, fields| {
            Box::pin(async move {
                begin::by_mail(browser, EmailAddress::parse(fields.required("email")?)?, (METHOD, STEP)).await
            })
        },
        step: STEP,
        prepare: Some(|browser, asked| Box::pin(send(browser, asked))),
        take: |browser, id, (typed, _)| Box::pin(verify::sent(browser, id, typed)),
        name: "mail",
    }),
    again: Some(Again {
        word: "email_otp",
        prepare: Some(|account| Box::pin(send_again(account))),
        prove: |account, fields| Box::pin(reauthenticate::by_code(account, fields, (&CODE_GUESS, judge))),
    }),
    proves: Some(Step::VerifyEmail),
    ..Factor::named("email_otp")
};

/// Mails a code to the address that was typed.
async fn send(browser: &Browser, asked: Asked) -> Result<VerificationPrepared> {
    let (site, to) = (&browser.site, EmailAddress::parse(&asked.shown.email)?);
    let drawn = first::draw_code(browser, (&asked.id, To::Mail(to.to_string())), |facts, expires_at| {
        let mail = mail::render(site, &SIGN_IN_CODE, (browser.language(), to.as_str()), facts)?;
        outbox::seal(&browser.app, SIGN_IN_CODE.name, &mail, expires_at)
    })?;
    first::send(browser, asked.id, (drawn, None)).await?;
    Ok(VerificationPrepared { masked_email: Some(to.masked()), ..VerificationPrepared::by("email_otp") })
}

/// Mails a code to the primary address of whoever is signed in, or else the oldest that is proved.
async fn send_again(account: &Account) -> Result<ReauthenticationPrepared> {
    let to = reauthenticate::reached(proved(account.user()?)).ok_or(Code::StrategyUnknown)?;
    let masked = EmailAddress::parse(&to)?.masked();
    let (site, address) = (&account.site, to.clone());
    let drawn = Sent::draw(account, "email", (to, None), |facts, expires_at| {
        let mail = mail::render(site, &PROOF_CODE, (account.language(), &address), facts)?;
        outbox::seal(&account.app, PROOF_CODE.name, &mail, expires_at)
    })?;
    drawn.send(account, |user| reauthenticate::reached(proved(user))).await?;
    Ok(ReauthenticationPrepared {
        method: ReauthenticationMethod::EmailOtp,
        otp_sent: true,
        masked_address: Some(masked),
        options: None,
    })
}

fn proved(user: &crate::user::User) -> Vec<(bool, &str)> {
    let proved = user.emails.iter().filter(|email| email.verified_at.is_some());
    proved.map(|email| (email.is_primary, email.email.as_str())).collect()
}

fn judge(tx: &mut Tx<'_>, (app, site): (&App, &Site), own: &Own, typed: &str) -> Result<Judged> {
    let judged = reauthenticate::judge_sent(tx, (app, site), own, ("email", typed))?;
    Ok(judged.map(|()| ("mail", false)))
}
