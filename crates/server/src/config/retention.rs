//! How long what is over stays in the database before the sweep deletes it.

use super::Lifetimes;
use super::table::Table;
use super::value;
use serde::{Deserialize, Serialize};

const DAY: i64 = 24 * 3_600_000;

/// How long what is over stays, in milliseconds. Nothing that anybody may still use or be told of goes, however
/// short these are: each begins when that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default = "Retention::longest")]
pub struct Retention {
    /// An ended session, after its credential has expired, which until then tells why it ended: 1 hour to
    /// 400 days (1 day). One that held others' rows goes with the last of them.
    pub sessions_ms: i64,
    /// A sign-in after it ended: 1 hour to 400 days (30 days).
    pub sign_ins_ms: i64,
    /// A sign-up or sign-in under way, after nobody can go on with it: 1 hour to 400 days (1 day).
    pub attempts_ms: i64,
    /// A mailed code after it expired: from the life of an attempt, which is told so long that its code has
    /// expired, to 400 days (1 day).
    pub codes_ms: i64,
    /// A mail after it was queued, if it was sent or given up: 1 hour to 400 days (7 days).
    pub mails_ms: i64,
    /// What is counted for an hour or a day, after that began and its pause is over: from 1 day, because a shorter
    /// one would grant more tries, to 400 days (2 days).
    pub counts_ms: i64,
    /// Wrong passwords at an identifier and wrong codes that were sent to it, after the end of its pause: from 1 day, the longest pause, to 400 days
    /// (30 days).
    pub guesses_ms: i64,
    /// A notification, after it was written: 1 day to 400 days (90 days).
    pub notifications_ms: i64,
    /// An invitation after it was accepted or withdrawn, or could be: 1 hour to 400 days (30 days).
    pub invitations_ms: i64,
    /// An address on the waitlist, after it was put there last and its invitation is over: 1 day to 400 days (365 days).
    pub waitlist_ms: i64,
    /// A record of what happened: 1 day to 10 years (400 days).
    pub audit_ms: i64,
    /// An account whose owner asked for its deletion, who may think better of it: 0, which is at once, to 400 days (30
    /// days).
    pub account_grace_ms: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            sessions_ms: DAY,
            sign_ins_ms: 30 * DAY,
            attempts_ms: DAY,
            codes_ms: DAY,
            mails_ms: 7 * DAY,
            counts_ms: 2 * DAY,
            guesses_ms: 30 * DAY,
            notifications_ms: 90 * DAY,
            invitations_ms: 30 * DAY,
            waitlist_ms: 365 * DAY,
            audit_ms: 400 * DAY,
            account_grace_ms: 30 * DAY,
        }
    }
}

impl Retention {
    /// The longest that can be configured: for a deployment of which nobody knows what was.
    #[must_use]
    pub fn longest() -> Self {
        let most = 400 * DAY;
        Self {
            sessions_ms: most,
            sign_ins_ms: most,
            attempts_ms: most,
            codes_ms: most,
            mails_ms: most,
            counts_ms: most,
            guesses_ms: most,
            notifications_ms: most,
            invitations_ms: most,
            waitlist_ms: most,
            audit_ms: 3650 * DAY,
            account_grace_ms: most,
        }
    }

    /// After the credential of an ended session has expired, nothing is in it any more once this is over.
    #[must_use]
    pub fn emptied_ms(&self) -> i64 {
        self.sessions_ms.max(self.sign_ins_ms).max(self.attempts_ms)
    }
}

/// Reads `[deployment.retention]`.
pub(super) fn read(mut table: Table<'_>, lifetimes: &Lifetimes) -> Retention {
    let base = Retention::default();
    let mut period =
        |key: &str, least: &str, most: &str| table.text(key, |text| value::span_within(text, least, most));
    let year = "400 days";
    let retention = Retention {
        sessions_ms: period("sessions", "1 hour", year).unwrap_or(base.sessions_ms),
        sign_ins_ms: period("sign_ins", "1 hour", year).unwrap_or(base.sign_ins_ms),
        attempts_ms: period("attempts", "1 hour", year).unwrap_or(base.attempts_ms),
        mails_ms: period("mails", "1 hour", year).unwrap_or(base.mails_ms),
        counts_ms: period("counts", "1 day", year).unwrap_or(base.counts_ms),
        guesses_ms: period("guesses", "1 day", year).unwrap_or(base.guesses_ms),
        notifications_ms: period("notifications", "1 day", year).unwrap_or(base.notifications_ms),
        invitations_ms: period("invitations", "1 hour", year).unwrap_or(base.invitations_ms),
        waitlist_ms: period("waitlist", "1 day", year).unwrap_or(base.waitlist_ms),
        audit_ms: period("audit", "1 day", "3650 days").unwrap_or(base.audit_ms),
        account_grace_ms: period("account_grace", "0s", year).unwrap_or(base.account_grace_ms),
        codes_ms: table.text("codes", |text| codes(text, lifetimes)).unwrap_or(base.codes_ms),
    };
    table.finish();
    retention
}

/// Who enters a code that has expired is told so only while it is known.
fn codes(text: &str, lifetimes: &Lifetimes) -> Result<i64, String> {
    match value::span_within(text, "1 minute", "400 days") {
        Ok(ms) if ms < lifetimes.attempt_ms => {
            Err("must be no shorter than lifetimes.attempt; lengthen it or shorten that".to_owned())
        }
        read => read,
    }
}
