//! Sending what an attempt waits for. Asked too soon or too often it does nothing, and says the same.

pub(super) mod first;
mod later;

use super::factor::{ALL, Asked, Later};
use super::store::Attempt;
use super::{tries, verify};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::Result;
use crate::id::SecretId;
use crate::outbox::{self, Sealed};
use crate::secret::{self, For, Fresh};
use crate::session::enter::Arrival;
use crate::throttle::Subject;
use crate::user::{self, Purse, SmsBudget};
use keyrack_protocol::{Code, VerificationPrepared};

/// What somebody wants to be sent.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// How, may be `""`.
    pub strategy: String,
    /// Where a link leads back to, if anywhere.
    pub back: Option<String>,
    /// The last four digits of the number that a second factor is sent to, if anybody said them.
    pub last_digits: Option<String>,
}

/// Sends a new code or link for an attempt, the old one dies; or begins to set a second factor up.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT` when the attempt is not this browser's or is over, `VERIFICATION_STRATEGY_REQUIRED` when it
/// waits for nothing that can be sent so, `last_digits_wrong` when the account has no such number.
pub async fn prepare(browser: &Browser, attempt: &str, wanted: Wanted) -> Result<VerificationPrepared> {
    let (id, shown) = verify::open_attempt(browser, attempt).await?;
    let named = ALL.into_iter().find(|factor| factor.as_str() == wanted.strategy);
    let prepare = named.and_then(|factor| factor.prepare_at(shown.current_step, later));
    let prepare = prepare.ok_or(Code::StrategyRequired)?;
    prepare(browser, Asked { id, shown, wanted }).await
}

/// Sends a code of a later step.
pub(super) fn later(browser: &Browser, asked: Asked) -> Later<'_, VerificationPrepared> {
    Box::pin(later::send(browser, asked))
}

/// What is kept of something that is sent, drawn before the transaction.
#[derive(Clone)]
pub(super) struct Secret {
    purpose: For,
    fresh: Fresh,
    /// The hash of something nobody has: what an attempt of nobody waits for.
    unknown: String,
}

impl Secret {
    pub fn draw(app: &App, purpose: For, secret: &str, hash: impl Fn(&str) -> String) -> Self {
        let unknown = hash(SecretId::draw(&app.world).as_str());
        Self { purpose, fresh: Fresh { id: SecretId::draw(&app.world), hash: hash(secret) }, unknown }
    }
}

/// Where something is sent, and on whose budget beside the purse of whoever asks.
#[derive(Clone)]
pub(super) enum To {
    Mail(String),
    Sms(String, Box<SmsBudget>),
}

impl To {
    pub fn number(browser: &Browser, number: &str) -> Self {
        let client = browser.counted_address();
        let budget = SmsBudget::new(&browser.app.vault, &browser.site.config.id, (number, &client));
        Self::Sms(number.to_owned(), Box::new(budget))
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Mail(to) | Self::Sms(to, _) => to,
        }
    }

    fn allows(
        &self,
        tx: &mut Tx<'_>,
        site: &Site,
        (purse, is_posted): (&Purse, bool),
        now: i64,
    ) -> Result<bool> {
        match self {
            Self::Mail(_) => user::code_budget(tx, purse, now),
            Self::Sms(_, budget) => budget.allows(tx, site, (purse, is_posted), now),
        }
    }
}

/// A message and the secrets in it, drawn before the transaction.
#[derive(Clone)]
pub(super) struct Drawn {
    pub secrets: Vec<Secret>,
    pub to: To,
    pub message: Sealed,
    pub expires_at: i64,
}

/// When what is sent now works no more.
pub(super) fn expiry(browser: &Browser) -> i64 {
    browser.app.world.clock.now_ms() + browser.site.config.lifetimes.code_ms
}

/// Makes the secrets the attempt's, and posts the message if there is somebody to post it to; whether it was not too soon
/// and not too often.
fn post(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    attempt: &Attempt,
    (drawn, is_somebodys): (&Drawn, bool),
    (about, arrival): (About<'_>, &Arrival),
) -> Result<bool> {
    let (now, to) = (arrival.now, drawn.to.as_str());
    let purse = tries::purse(tx, (app, site), attempt, to)?;
    if !drawn.to.allows(tx, site, (&purse, is_somebodys), now)? {
        return Ok(false);
    }
    let event = if is_somebodys { Event::CodeSent } else { Event::CodeWithheld };
    let identifier = Subject::new(&app.vault, &site.config.id, to);
    let about = About { session: Some(&attempt.session), identifier: Some(&identifier), ..about };
    audit::record(tx, site, &arrival.by().stranger(), event, about)?;
    for secret in &drawn.secrets {
        let owner = (site.config.id.as_str(), secret.purpose, attempt.id.as_str());
        let hash = if is_somebodys { &secret.fresh.hash } else { &secret.unknown };
        let fresh = Fresh { hash: hash.clone(), ..secret.fresh.clone() };
        secret::replace(tx, owner, &fresh, (now, drawn.expires_at))?;
    }
    let put = if is_somebodys { outbox::post } else { outbox::withhold };
    put(tx, &site.config.id, &drawn.message, now)?;
    Ok(true)
}
