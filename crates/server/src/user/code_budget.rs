//! How many codes people are sent and may guess at: a code costs whoever gets it attention, and one by text message costs
//! money.
//!
//! Everybody who asks for a code draws on a purse, and wrong codes are counted under the same: strangers have one for each
//! address or number, whatever they want and however many they are; whoever is known here has their own. So nobody who
//! asks or guesses for another keeps that one from a code where they were signed in before, or are. Whoever asks beyond a
//! purse is answered as if a code had been sent: the answer says nothing, and older clients ask again without pause when
//! they are refused.

use crate::app::Site;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{SessionId, UserId};
use crate::throttle::{self, CODE_GUESS, CODE_MAIL, CODE_MINUTE, Rule, Subject, Verdict};
use crate::vault::Vault;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Digits at the end of a number in which the numbers of one range differ: ten thousand.
const RANGE_DIGITS: usize = 4;
/// One in so many of the text messages of a day is kept for those who are known.
const KEPT: u32 = 5;

/// Who asks for codes to an address or number, and types them.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// Anybody who wants to sign in with it.
    Stranger,
    /// Anybody who wants to sign up with it. Somebody's address gets no such code, so that nobody's way in is used up.
    SignUp,
    /// Any account that wants to have it.
    Wanting,
    /// Whoever proved a first factor of the account.
    Proved(&'a UserId),
    /// Whoever signs in to the account in a session in which it was signed in before.
    Known(&'a UserId, &'a SessionId),
    /// Whoever is signed in to the account.
    Own(&'a UserId),
}

/// What the codes of one asker to one address or number are counted under.
#[derive(Clone, Debug)]
pub struct Purse {
    /// Under what codes and guesses are counted.
    pub subject: Subject,
    /// Under what text messages of a day are: one for all sessions in which an account is known, or whoever opens many of
    /// them would be paid that many times.
    day: Subject,
    /// Whether a text message is paid for from what is kept for those who are known.
    is_known: bool,
}

impl Purse {
    /// That of `asker` for an address, or a number in E.164.
    #[must_use]
    pub fn of(vault: &Vault, deployment: &str, (asker, identifier): (Asker<'_>, &str)) -> Self {
        let plain = match asker {
            Asker::Stranger => identifier.to_owned(),
            Asker::SignUp => format!("sign_up/{identifier}"),
            Asker::Wanting => format!("wanting/{identifier}"),
            Asker::Proved(user) => format!("{user}/{identifier}"),
            Asker::Known(user, session) => format!("{user}@{session}/{identifier}"),
            Asker::Own(user) => format!("{}/{identifier}", throttle::own(user.as_str())),
        };
        let day = match asker {
            Asker::Known(user, _) | Asker::Own(user) => format!("{user}/day/{identifier}"),
            _ => plain.clone(),
        };
        let is_known = !matches!(asker, Asker::Stranger | Asker::SignUp | Asker::Wanting);
        let subject = |plain: &str| Subject::new(vault, deployment, plain);
        Self { subject: subject(&plain), day: subject(&day), is_known }
    }
}

/// Whether one more code may be sent: one a minute, five an hour. It is counted if so.
///
/// # Errors
/// What the database says.
pub fn code_budget(tx: &mut Tx<'_>, purse: &Purse, now: i64) -> Result<bool> {
    for rule in [&CODE_MINUTE, &CODE_MAIL] {
        if throttle::count(tx, rule, &purse.subject, now)? != Verdict::Counted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A code was entered: whoever guessed wrong before was its owner, who may have another code at once.
///
/// # Errors
/// What the database says.
pub fn code_taken(tx: &mut Tx<'_>, purse: &Subject) -> Result<()> {
    throttle::forget(tx, &CODE_GUESS, purse)?;
    throttle::forget(tx, &CODE_MINUTE, purse)
}

/// Whose budgets a code by text message draws on beside its purse, drawn before the transaction.
#[derive(Clone, Debug)]
pub struct SmsBudget {
    number: Subject,
    range: Subject,
    range_of_known: Subject,
    address: Subject,
    deployment: Subject,
}

impl SmsBudget {
    /// Those of a number in E.164 and of the client (as [`throttle::counted`] has it) that asks.
    #[must_use]
    pub fn new(vault: &Vault, deployment: &str, (number, client): (&str, &str)) -> Self {
        let subject = |plain: &str| Subject::new(vault, deployment, plain);
        let range = number.get(..number.len().saturating_sub(RANGE_DIGITS)).unwrap_or(number);
        Self {
            number: subject(number),
            range: subject(range),
            range_of_known: subject(&format!("known/{range}")),
            address: subject(client),
            deployment: subject(""),
        }
    }

    /// The number's subject, for the records.
    #[must_use]
    pub fn number(&self) -> &Subject {
        &self.number
    }

    /// Whether one more code may be sent: within [`code_budget`], and what `[deployment.text_messages]` allows in a day for
    /// the number and the deployment and in an hour for its range, and, of those who are not known, for the client. A
    /// message that `is_posted` to nobody is not paid for, and costs the same work.
    ///
    /// # Errors
    /// What the database says.
    pub fn allows(
        &self,
        tx: &mut Tx<'_>,
        site: &Site,
        (purse, is_posted): (&Purse, bool),
        now: i64,
    ) -> Result<bool> {
        if !code_budget(tx, purse, now)? {
            return Ok(false);
        }
        let most = &site.config.text_messages;
        let range = if purse.is_known { &self.range_of_known } else { &self.range };
        let mut rules = vec![
            (rule("sms_number", most.per_number, DAY), &purse.day),
            (rule("sms_range", most.per_range, HOUR), range),
        ];
        if !purse.is_known {
            rules.push((rule("sms_client", most.per_client, HOUR), &self.address));
        }
        for (rule, subject) in rules {
            if throttle::count(tx, &rule, subject, now)? != Verdict::Counted {
                return Ok(false);
            }
        }
        self.is_paid(tx, site, (purse, is_posted), now)
    }

    /// Whether the deployment pays for one more. Strangers leave a fifth of it to those who are known. A full budget is told
    /// in the log: somebody pays for it, or is kept out by it.
    fn is_paid(
        &self,
        tx: &mut Tx<'_>,
        site: &Site,
        (purse, is_posted): (&Purse, bool),
        now: i64,
    ) -> Result<bool> {
        let per_day = site.config.text_messages.per_day;
        let mut rules = vec![rule("sms_deployment", per_day, DAY)];
        if !purse.is_known {
            rules.insert(0, rule("sms_strangers", per_day - per_day / KEPT, DAY));
        }
        for rule in rules {
            if !is_posted {
                let unpaid = Rule { kind: "sms_withheld", free: i64::MAX, ..rule };
                throttle::count(tx, &unpaid, &self.deployment, now)?;
                continue;
            }
            let (verdict, is_full) = throttle::count_and_tell(tx, &rule, &self.deployment, now)?;
            if is_full {
                let (deployment, budget) = (site.config.id.as_str(), rule.kind);
                tracing::error!(deployment, budget, "no more text messages today: a budget is used up");
            }
            if verdict != Verdict::Counted {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn rule(kind: &'static str, free: u32, window_ms: i64) -> Rule {
    Rule { kind, free: free.into(), window_ms, first_pause_ms: 0 }
}
