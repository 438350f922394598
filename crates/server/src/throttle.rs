//! Counting what strangers may try, in the database so that a restart forgives nothing.
//!
//! A try is counted before it is judged: a hundred guesses at the same moment are a hundred, not one. What
//! is counted (an address, an identifier) is kept as an HMAC only.

use crate::db::{Row, Snapshot, Tx};
use crate::error::Result;
use crate::params;
use crate::vault::{Purpose, Vault};
use crate::world::SKEW_MS;
use std::net::IpAddr;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A rule of counting.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name in the database.
    pub kind: &'static str,
    /// So many are free.
    pub free: i64,
    /// A count older than this starts again.
    pub window_ms: i64,
    /// The pause after the first one that is not free; it doubles with each further one. Zero: none is
    /// allowed until the window is over.
    pub first_pause_ms: i64,
}

/// Wrong passwords on one identifier: from the tenth on a pause that doubles, up to a day. Only the right one
/// begins a new count, so that a hundred in a row take months (NIST SP 800-63B, 3.2.2).
pub const PASSWORD: Rule = Rule { kind: "password", free: 9, window_ms: 3650 * DAY, first_pause_ms: 15_000 };
/// Wrong passwords on one account, under whichever of its identifiers: nobody gets the tries twice by going on
/// under another one.
pub const ACCOUNT: Rule = Rule { kind: "account", ..PASSWORD };
/// The same for identifiers of nobody, so that their tries cost the same. Kept apart because nobody is protected by
/// it: it may be forgotten, an account's count never.
pub const NOBODY: Rule = Rule { kind: "nobody", ..PASSWORD };
/// Wrong passwords at an account on a browser on which it was signed in before, in place of those two: nobody else's
/// tries keep its owner out there.
pub const KNOWN: Rule = Rule { kind: "known", ..PASSWORD };
/// Wrong passwords and codes from one client address, on whatever identifier.
pub const ADDRESS: Rule = Rule { kind: "address", free: 30, window_ms: HOUR, first_pause_ms: 15_000 };
/// Wrong codes for one address or number, over all attempts of whoever draws on one purse (`user::Purse`): ten, then
/// pauses, so that a hundred in a row take months here too.
pub const CODE_GUESS: Rule = Rule { kind: "code_guess", ..PASSWORD };
/// Questions from one client address whether an identifier is free.
pub const AVAILABILITY: Rule = Rule { kind: "availability", free: 100, window_ms: HOUR, first_pause_ms: 0 };
/// Sign-ups begun from one client address: each is a row for as long as it lives.
pub const SIGN_UP: Rule = Rule { kind: "sign_up", free: 300, window_ms: HOUR, first_pause_ms: 0 };
/// Wrong second factors of one account, of whatever kind, over all attempts: whoever has the password guesses no longer
/// than at one, and a hundred in a row take months here too.
pub const SECOND_FACTOR: Rule = Rule { kind: "second_factor", ..PASSWORD };
/// What the owner of an account is told of that.
pub const SECOND_FACTOR_NOTE: Rule =
    Rule { kind: "second_factor_note", free: 1, window_ms: DAY, first_pause_ms: 0 };
/// Sign-ins that were begun from one client address with nothing proved: each is a row for as long as it lives.
pub const SIGN_IN: Rule = Rule { kind: "sign_in", ..SIGN_UP };
/// Addresses put on the waitlist from one client address: each is a row.
pub const WAITLIST: Rule = Rule { kind: "waitlist", free: 20, window_ms: HOUR, first_pause_ms: 0 };
/// Requests for a passkey from one client address, by browsers in which nobody need be signed in: each is a row for as long
/// as it lives, and pages make one whenever they are opened.
pub const PASSKEY: Rule = Rule { kind: "passkey", free: 600, window_ms: HOUR, first_pause_ms: 0 };
/// Programs that ask to be signed in, from one client address: each is a row for as long as it lives.
pub const DEVICE: Rule = Rule { kind: "device", free: 100, window_ms: HOUR, first_pause_ms: 0 };
/// Codes of programs that somebody typed and no program had, by account and by client address.
pub const DEVICE_GUESS: Rule =
    Rule { kind: "device_guess", free: 9, window_ms: HOUR, first_pause_ms: 15_000 };
/// Codes sent to one address or number from one purse (`user::Purse`).
pub const CODE_MINUTE: Rule = Rule { kind: "code_minute", free: 1, window_ms: 60_000, first_pause_ms: 0 };
/// The same in an hour.
pub const CODE_MAIL: Rule = Rule { kind: "code_mail", free: 5, window_ms: HOUR, first_pause_ms: 0 };
/// Codes that one account has sent to addresses and numbers that it wants to have.
pub const CONTACT: Rule = Rule { kind: "contact", free: 100, window_ms: HOUR, first_pause_ms: 0 };
/// Notes to an owner whose address somebody tried to sign up with.
pub const OWNER_NOTE: Rule = Rule { kind: "owner_note", free: 1, window_ms: HOUR, first_pause_ms: 0 };

/// Mails to one address that bring a way to set another password. Not those of sign-ups: who signs up with somebody's
/// address must not use up their way back.
pub const RESET_MAIL: Rule = Rule { kind: "reset_mail", ..CODE_MAIL };
/// Wrong codes of such mails, for one address. The link in the same mail is none.
pub const RESET_GUESS: Rule = Rule { kind: "reset_guess", ..PASSWORD };
/// How often a change by somebody who is signed in makes void what was mailed to set another password: who knows the password
/// must not go on changing it to keep its owner from that.
pub const RESET_VOIDED: Rule = Rule { kind: "reset_voided", free: 1, window_ms: HOUR, first_pause_ms: 0 };
/// Requests for such mails from one client address, for whomever.
pub const RESET_ASKED: Rule = Rule { kind: "reset_asked", free: 100, window_ms: HOUR, first_pause_ms: 0 };

/// What a rule says of one more try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is counted and may go on.
    Counted,
    /// It is refused, not counted, and would be for so many milliseconds.
    Wait(i64),
}

/// The counter of one subject under one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    count: i64,
    window_started_at: i64,
    blocked_until: i64,
}

impl Counter {
    fn read(row: Row) -> Result<Self> {
        let mut cells = row.cells();
        Ok(Self { count: cells.int()?, window_started_at: cells.int()?, blocked_until: cells.int()? })
    }
}

impl Rule {
    /// Whether the next try at `now` would be refused.
    #[must_use]
    pub fn is_full(&self, counter: Counter, now: i64) -> bool {
        self.blocks_for(counter, now) > 0 || self.first_pause_ms == 0 && counter.count >= self.free
    }

    /// Counts one more try at `now`, or says how long to wait.
    #[must_use]
    pub fn count(&self, before: Counter, now: i64) -> (Verdict, Counter) {
        let before = self.corrected(before, now);
        let blocked = self.blocks_for(before, now);
        if blocked > 0 {
            return (Verdict::Wait(blocked), before);
        }
        let fresh = now >= before.window_started_at.saturating_add(self.window_ms);
        let start = if fresh { now } else { before.window_started_at };
        let count = if fresh { 1 } else { before.count + 1 };
        if count > self.free && self.first_pause_ms == 0 {
            return (Verdict::Wait((start + self.window_ms - now).min(self.window_ms)), before);
        }
        let blocked_until = now + self.pause_after(count);
        (Verdict::Counted, Counter { count, window_started_at: start, blocked_until })
    }

    /// The pause that the `count`th try begins.
    fn pause_after(&self, count: i64) -> i64 {
        let over = u32::try_from(count - self.free - 1).ok();
        over.map_or(0, |over| self.first_pause_ms.saturating_mul(1 << over.min(20)).min(DAY))
    }

    /// How long the pause still is. It was begun by the clock of some node: this one's may be behind, and then
    /// neither makes a pause longer nor one where there is none.
    fn blocks_for(&self, counter: Counter, now: i64) -> i64 {
        (counter.blocked_until - now).min(self.pause_after(counter.count)).max(0)
    }

    /// What no clock of a node could have left was left by one that was wrong, and does not count: a pause is over, an
    /// hour begins anew. A refusal is undone with everything else, so that it could not begin one that ends.
    fn corrected(&self, counter: Counter, now: i64) -> Counter {
        let is_wrong = |at: i64, latest: i64| at > latest + SKEW_MS;
        let started_wrong = is_wrong(counter.window_started_at, now);
        let paused_wrong = is_wrong(counter.blocked_until, now + self.pause_after(counter.count));
        Counter {
            count: if started_wrong && self.first_pause_ms == 0 { 0 } else { counter.count },
            window_started_at: if started_wrong { now } else { counter.window_started_at },
            blocked_until: if paused_wrong { now } else { counter.blocked_until },
        }
    }
}

/// Whose tries are counted: a deployment's identifier or address.
#[derive(Clone, Debug)]
pub struct Subject {
    deployment: String,
    hash: String,
}

impl Subject {
    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The subject that `plain` (a normalised identifier, an address) names in a deployment.
    #[must_use]
    pub fn new(vault: &Vault, deployment: &str, plain: &str) -> Self {
        let hash = vault.hash(Purpose::Throttle, deployment, plain.as_bytes());
        Self { deployment: deployment.to_owned(), hash }
    }
}

/// What a client's tries are counted under: its address, or the /64 that an IPv6 customer holds.
#[must_use]
pub fn counted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}", u128::from(address) >> 64),
    }
}

/// What wrong passwords and codes of an account are counted under that somebody types who is signed in to it.
#[must_use]
pub fn own(user: &str) -> String {
    format!("own/{user}")
}

/// Counts one more try of `subject` under `rule`.
///
/// # Errors
/// What the database says.
pub fn count(tx: &mut Tx<'_>, rule: &Rule, subject: &Subject, now: i64) -> Result<Verdict> {
    Ok(count_and_tell(tx, rule, subject, now)?.0)
}

/// Counts one more try, and tells whether it is the one after which others are refused.
///
/// # Errors
/// What the database says.
pub fn count_and_tell(tx: &mut Tx<'_>, rule: &Rule, subject: &Subject, now: i64) -> Result<(Verdict, bool)> {
    // One statement makes the row or takes its lock, so that two tries are counted as two, also when somebody
    // forgets the row at the same moment.
    let row = tx.query_one(
        "insert into throttles (deployment_id, kind, subject, count, window_started_at, blocked_until)
         values ($1, $2, $3, 0, 0, 0)
         on conflict (deployment_id, kind, subject) do update set count = throttles.count
         returning count, window_started_at, blocked_until",
        params![&subject.deployment, rule.kind, &subject.hash],
    )?;
    let before = row.map_or_else(|| Ok(Counter::default()), Counter::read)?;
    let (verdict, after) = rule.count(before, now);
    if after != before {
        tx.execute(
            "update throttles set count = $4, window_started_at = $5, blocked_until = $6
             where deployment_id = $1 and kind = $2 and subject = $3",
            params![
                &subject.deployment,
                rule.kind,
                &subject.hash,
                after.count,
                after.window_started_at,
                after.blocked_until
            ],
        )?;
    }
    Ok((verdict, verdict == Verdict::Counted && rule.is_full(after, now)))
}

/// What [`count`] would say, without counting.
///
/// # Errors
/// What the database says.
pub fn look(on: &mut Snapshot<'_>, rule: &Rule, subject: &Subject, now: i64) -> Result<Verdict> {
    let row = on.query_one(
        "select count, window_started_at, blocked_until from throttles
         where deployment_id = $1 and kind = $2 and subject = $3",
        params![&subject.deployment, rule.kind, &subject.hash],
    )?;
    let before = row.map_or_else(|| Ok(Counter::default()), Counter::read)?;
    Ok(rule.count(before, now).0)
}

/// Forgets the tries of `subject`: it has proved itself.
///
/// # Errors
/// What the database says.
pub fn forget(tx: &mut Tx<'_>, rule: &Rule, subject: &Subject) -> Result<()> {
    tx.execute(
        "delete from throttles where deployment_id = $1 and kind = $2 and subject = $3",
        params![&subject.deployment, rule.kind, &subject.hash],
    )?;
    Ok(())
}

/// Takes back one try: it was right, but says nothing about the tries before it.
///
/// # Errors
/// What the database says.
pub fn take_back(tx: &mut Tx<'_>, rule: &Rule, subject: &Subject) -> Result<()> {
    tx.execute(
        "update throttles set count = count - 1,
             blocked_until = case when count - 1 <= $4 then 0 else blocked_until end
         where deployment_id = $1 and kind = $2 and subject = $3 and count > 0",
        params![&subject.deployment, rule.kind, &subject.hash, rule.free],
    )?;
    Ok(())
}

#[cfg(test)]
#[path = "throttle_tests.rs"]
mod tests;
