//! Domains of organizations: claimed, proved by a record in the domain name system, and what they do for people who have
//! proved an address in one.
//!
//! Any number of organizations may claim a domain; one of them can prove it, as long as it has not lost it. A domain
//! stands for itself only, not for what is below it. [`joining`] is called by the flows in which somebody proves an
//! address or comes back, [`check`] looks for the records again from time to time.

pub mod check;
mod free;
pub mod http;
pub mod joining;
mod mails;
mod mine;
pub mod name;
pub mod store;
mod told;
mod verify;
mod view;

use crate::config;
use crate::id::{DomainId, OrganizationId};
use keyrack_protocol::DomainJoinMode;

/// The label at which the record of a domain stands.
pub const LABEL: &str = "_keyrack-verification";
/// What the record's text begins with.
pub const PREFIX: &str = "keyrack-verification=";
/// How often in a row the record must have been missed before a domain is lost.
const MISSES: i64 = 3;

/// A domain that an organization claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// The organization.
    pub organization: OrganizationId,
    /// The domain, in the form of [`name::parse`].
    pub fqdn: String,
    /// What the record says that proves it.
    pub record: String,
    /// What it does once it is proved.
    pub join_mode: DomainJoinMode,
    /// How often somebody asked to look for the record.
    pub attempts: i64,
    /// When it was proved; none when it is not.
    pub verified_at: Option<i64>,
    /// When the record was last looked for and somebody who knows answered.
    pub checked_at: Option<i64>,
    /// Since when the record of a proved domain is missing.
    pub missing_since: Option<i64>,
    /// How often in a row it was missed.
    pub missed: i64,
    /// When it was claimed.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// What follows when the record of a proved domain was looked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    Stands,
    /// It is missing, for the first time.
    MissedFirst,
    /// It is still missing.
    MissedAgain,
    /// It was missing for so long that the domain is not proved any more.
    Lost,
}

impl Domain {
    /// Where its record stands.
    #[must_use]
    pub fn record_name(&self) -> String {
        format!("{LABEL}.{}", self.fqdn)
    }

    /// Whether the texts that stand there prove it: one of them is what this organization was told to write. Spaces
    /// around it, and quotes that were copied with it, change nothing.
    #[must_use]
    pub fn is_proved_by(&self, texts: &[String]) -> bool {
        texts.iter().any(|text| text.trim().trim_matches('"').trim() == self.record)
    }

    /// What follows when its record was looked for at `now`, and somebody who knows has said whether it `is_there`.
    #[must_use]
    pub fn found(&self, is_there: bool, rules: &config::Domains, now: i64) -> Found {
        match self.missing_since {
            _ if is_there => Found::Stands,
            None => Found::MissedFirst,
            Some(since) if now - since >= rules.grace_ms && self.missed + 1 >= MISSES => Found::Lost,
            Some(_) => Found::MissedAgain,
        }
    }
}

/// The word of a mode in the database.
#[must_use]
pub fn mode_word(mode: DomainJoinMode) -> &'static str {
    match mode {
        DomainJoinMode::Automatic => "automatic",
        DomainJoinMode::Suggestion => "suggestion",
        DomainJoinMode::None => "none",
    }
}

/// The mode that a word means; what nobody knows does nothing.
#[must_use]
pub fn mode_of(word: &str) -> DomainJoinMode {
    match word {
        "automatic" => DomainJoinMode::Automatic,
        "suggestion" => DomainJoinMode::Suggestion,
        _ => DomainJoinMode::None,
    }
}

#[cfg(test)]
mod tests;
