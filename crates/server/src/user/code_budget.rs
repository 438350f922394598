//! How many codes people are sent: a code costs whoever gets it attention, and one by text message costs money.
//!
//! Every way to ask for a code, for whatever purpose, draws on the same budget of the address or number. Whoever asks
//! beyond it is answered as if a code had been sent: the answer says nothing, and older clients ask again without pause
//! when they are refused.

use crate::app::Site;
use crate::db::Tx;
use crate::error::Result;
use crate::throttle::{self, CODE_GUESS, CODE_MAIL, CODE_MINUTE, Rule, Subject, Verdict};
use crate::vault::Vault;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Digits at the end of a number in which the numbers of one range differ: ten thousand.
const RANGE_DIGITS: usize = 4;

/// Whether one more code may be sent to an address or a number: one a minute, five an hour. It is counted if so.
///
/// # Errors
/// What the database says.
pub fn code_budget(tx: &mut Tx<'_>, identifier: &Subject, now: i64) -> Result<bool> {
    for rule in [&CODE_MINUTE, &CODE_MAIL] {
        if throttle::count(tx, rule, identifier, now)? != Verdict::Counted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A code to this address or number was entered: whoever guessed wrong before was its owner, who may have another code
/// at once.
///
/// # Errors
/// What the database says.
pub fn code_taken(tx: &mut Tx<'_>, identifier: &Subject) -> Result<()> {
    throttle::forget(tx, &CODE_GUESS, identifier)?;
    throttle::forget(tx, &CODE_MINUTE, identifier)
}

/// Whose budgets a code by text message draws on, drawn before the transaction.
#[derive(Clone, Debug)]
pub struct SmsBudget {
    number: Subject,
    range: Subject,
    address: Subject,
    deployment: Subject,
}

impl SmsBudget {
    /// Those of a number in E.164 and of the client (as [`throttle::counted`] has it) that asks.
    #[must_use]
    pub fn new(vault: &Vault, deployment: &str, (number, client): (&str, &str)) -> Self {
        let subject = |plain: &str| Subject::new(vault, deployment, plain);
        let range = number.len().saturating_sub(RANGE_DIGITS);
        Self {
            number: subject(number),
            range: subject(number.get(..range).unwrap_or(number)),
            address: subject(client),
            deployment: subject(""),
        }
    }

    /// The number's subject, for the records.
    #[must_use]
    pub fn number(&self) -> &Subject {
        &self.number
    }

    /// Whether one more code may be sent: within [`code_budget`], and what `[deployment.text_messages]` allows for the
    /// number in a day, its range and the client in an hour, and the deployment in a day. A full budget of the
    /// deployment is told in the log: somebody pays for it, or is kept out by it.
    ///
    /// # Errors
    /// What the database says.
    pub fn allows(&self, tx: &mut Tx<'_>, site: &Site, now: i64) -> Result<bool> {
        if !code_budget(tx, &self.number, now)? {
            return Ok(false);
        }
        let most = &site.config.text_messages;
        let rule =
            |kind, free: u32, window_ms| Rule { kind, free: free.into(), window_ms, first_pause_ms: 0 };
        for (rule, subject) in [
            (rule("sms_number", most.per_number, DAY), &self.number),
            (rule("sms_range", most.per_range, HOUR), &self.range),
            (rule("sms_client", most.per_client, HOUR), &self.address),
        ] {
            if throttle::count(tx, &rule, subject, now)? != Verdict::Counted {
                return Ok(false);
            }
        }
        let (verdict, is_full) =
            throttle::count_and_tell(tx, &rule("sms_deployment", most.per_day, DAY), &self.deployment, now)?;
        if is_full {
            let deployment = site.config.id.as_str();
            tracing::error!(deployment, "no more text messages today: the deployment's budget is used up");
        }
        Ok(verdict == Verdict::Counted)
    }
}
