//! Sending what an attempt waits for. Asked too soon or too often it does nothing, and says the same.

use super::store::{self, Kept};
use super::verify::{self, Trial};
use super::{code, link, mails};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{AttemptId, SecretId};
use crate::outbox::{self, Sealed};
use crate::secret::{self, For, Fresh};
use crate::session::enter::{self, Arrival};
use crate::throttle::Subject;
use crate::user;
use crate::user::email::EmailAddress;
use crate::world::Mail;
use keyrack_protocol::{Code, CurrentSessionStep as Step, VerificationPrepared};
use std::sync::Arc;

/// Sends a new code for an attempt; the old one dies.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT` when the attempt is not this browser's or is over, `VERIFICATION_STRATEGY_REQUIRED` when it
/// waits for nothing that can be sent so.
pub async fn prepare(browser: &Browser, attempt: &str, wanted: Wanted) -> Result<VerificationPrepared> {
    let (id, shown) = verify::open_attempt(browser, attempt).await?;
    match (shown.current_step, wanted.strategy.as_str()) {
        (Step::VerifyEmailOtp, "email_otp") | (Step::VerifyEmailLink, "magic_link") => {
            first_by_mail(browser, id, EmailAddress::parse(&shown.email)?, wanted).await
        }
        (Step::VerifyEmail, "email_otp") => later_by_mail(browser, id).await,
        (Step::VerifySecondFactor, "passkey") => super::second::ask_passkey(browser, id).await,
        _ => Err(Code::StrategyRequired.into()),
    }
}

/// What somebody wants to be sent.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// How, may be `""`.
    pub strategy: String,
    /// Where a link leads back to, if anywhere.
    pub back: Option<String>,
}

/// What is kept of something that is sent, drawn before the transaction.
#[derive(Clone)]
struct Secret {
    purpose: For,
    fresh: Fresh,
    /// The hash of something nobody has: what an attempt of nobody waits for.
    unknown: String,
}

impl Secret {
    fn draw(app: &App, purpose: For, secret: &str, hash: impl Fn(&str) -> String) -> Self {
        let unknown = hash(SecretId::draw(&app.world).as_str());
        Self { purpose, fresh: Fresh { id: SecretId::draw(&app.world), hash: hash(secret) }, unknown }
    }
}

/// A message and the secrets in it, the code first, drawn before the transaction.
#[derive(Clone)]
struct Drawn {
    secrets: Vec<Secret>,
    budget: Subject,
    message: Sealed,
    expires_at: i64,
}

async fn first_by_mail(
    browser: &Browser,
    id: AttemptId,
    to: EmailAddress,
    wanted: Wanted,
) -> Result<VerificationPrepared> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let is_link = wanted.strategy == "magic_link";
    let drawn = if is_link { draw_link(browser, &id, &to, &wanted)? } else { draw_code(browser, &id, &to)? };
    browser
        .app
        .db
        .write(move |tx| {
            let room = enter::existing(tx, (&app, &site), &arrival, &[])?.ok_or(Code::BadAttempt)?;
            room.loaded.visible_attempt(room.opened, id.as_str())?;
            let attempt = store::load(tx, &site.config.id, &id)?.ok_or(Code::BadAttempt)?;
            let is_somebodys = attempt.user().is_some();
            let about = About { session: Some(&attempt.session), ..About::default() };
            if post(tx, &site, &id, (&drawn, is_somebodys), (about, &arrival))? && is_link {
                let kept = Kept { asked: Some(link::asked(&arrival)), ..attempt.kept.clone() };
                store::keep(tx, &attempt, &kept)?;
            }
            Ok(())
        })
        .await?;
    Ok(sent(&to, &wanted.strategy))
}

fn draw_code(browser: &Browser, id: &AttemptId, to: &EmailAddress) -> Result<Drawn> {
    let app: &App = &browser.app;
    let code = app.world.random.six_digits();
    let secret = Secret::draw(app, code::FIRST, &code, |secret| code::hash(app, id, secret));
    draw(browser, to.as_str(), vec![secret], &mails::code(browser, to.as_str(), &code)?)
}

fn draw_link(browser: &Browser, id: &AttemptId, to: &EmailAddress, wanted: &Wanted) -> Result<Drawn> {
    let (app, site): (&App, &Site) = (&browser.app, &browser.site);
    let token = link::draw(app);
    let code = link::code_of(&app.vault, id, &token);
    let secrets = vec![
        Secret::draw(app, code::FIRST, &code, |secret| code::hash(app, id, secret)),
        Secret::draw(app, link::LINK, &token, |secret| link::hash(&app.vault, id, secret)),
    ];
    let back = wanted.back.as_deref().and_then(|back| link::back(&site.config, back));
    let leads = link::address(&site.config, (id, &token), back.as_deref());
    draw(browser, to.as_str(), secrets, &mails::link(browser, to.as_str(), (&leads, &code))?)
}

/// Mails a code to the address of an account that is still to be proved.
async fn later_by_mail(browser: &Browser, id: AttemptId) -> Result<VerificationPrepared> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (deployment, of) = (site.config.id.clone(), id.clone());
    let email = browser.app.db.read(move |on| {
        let attempt = store::load(on, &deployment, &of)?;
        let user = attempt.as_ref().and_then(store::Attempt::user);
        let user = user.map(|user| crate::id::UserId::stored(user.to_owned())).ok_or(Code::BadAttempt)?;
        let emails = user::store::emails_of(on, &user)?;
        let email = emails.into_iter().find(|email| email.is_primary && email.verified_at.is_none());
        Ok(email.ok_or(Code::BadAttempt)?.email)
    });
    let to = EmailAddress::parse(&email.await?)?;
    let code = app.world.random.six_digits();
    let hash = |secret: &str| code::later_hash(&app, &id, (to.as_str(), secret));
    let secret = Secret::draw(&app, code::LATER, &code, hash);
    let drawn = draw(browser, to.as_str(), vec![secret], &mails::code(browser, to.as_str(), &code)?)?;
    let trial = Trial::of_nothing(browser, id);
    let expected = to.clone();
    let posted = browser.app.db.write(move |tx| {
        let (inside, attempt) = match verify::later_step(tx, (&app, &site), &trial)? {
            Ok(entered) => entered,
            Err(refused) => return Ok(Err(refused)),
        };
        if code::to_prove(&inside.owner.user).is_none_or(|email| email.email != expected.as_str()) {
            return Err(Code::BadAttempt.into());
        }
        let about =
            About { session: Some(&attempt.session), user: Some(&inside.owner.user.id), ..About::default() };
        post(tx, &site, &trial.id, (&drawn, true), (about, &trial.arrival)).map(|_| Ok(()))
    });
    posted.await??;
    Ok(sent(&to, "email_otp"))
}

fn draw(browser: &Browser, to: &str, secrets: Vec<Secret>, mail: &Mail) -> Result<Drawn> {
    let (app, site) = (&browser.app, &browser.site);
    let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
    let budget = Subject::new(&app.vault, &site.config.id, to);
    let message = outbox::seal(app, "sign_in_code", mail, expires_at)?;
    Ok(Drawn { secrets, budget, message, expires_at })
}

/// Makes the secrets the attempt's, and posts the message if there is somebody to post it to; whether it was not too
/// soon and not too often.
fn post(
    tx: &mut Tx<'_>,
    site: &Site,
    attempt: &AttemptId,
    (drawn, is_somebodys): (&Drawn, bool),
    (about, arrival): (About<'_>, &Arrival),
) -> Result<bool> {
    let now = arrival.now;
    let owner = |secret: &Secret| (site.config.id.as_str(), secret.purpose, attempt.as_str());
    if !user::code_budget(tx, &drawn.budget, now)? {
        return Ok(false);
    }
    let event = if is_somebodys { Event::CodeSent } else { Event::CodeWithheld };
    let about = About { identifier: Some(&drawn.budget), ..about };
    audit::record(tx, site, &arrival.by().stranger(), event, about)?;
    for secret in &drawn.secrets {
        let hash = if is_somebodys { &secret.fresh.hash } else { &secret.unknown };
        let fresh = Fresh { hash: hash.clone(), ..secret.fresh.clone() };
        secret::replace(tx, owner(secret), &fresh, (now, drawn.expires_at))?;
    }
    if is_somebodys {
        outbox::post(tx, &site.config.id, &drawn.message, now)?;
    }
    Ok(true)
}

fn sent(to: &EmailAddress, method: &str) -> VerificationPrepared {
    VerificationPrepared { masked_email: Some(to.masked()), ..VerificationPrepared::by(method) }
}
