//! `[deployment.impersonation]`: whether somebody may act as somebody else, for how long, and how the user is told.

use super::table::Table;
use super::value;

/// How people act as somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impersonation {
    /// Whether they may at all.
    pub enabled: bool,
    /// A sign-in in which somebody does ends after this, however much it is used: 1 minute to 1 hour (30 minutes).
    pub lifetime_ms: i64,
    /// Whether the user is told, in the inbox, who it was and why.
    pub tells_user: bool,
    /// Whether the user is told the same by mail.
    pub mails_user: bool,
}

impl Default for Impersonation {
    fn default() -> Self {
        Self { enabled: false, lifetime_ms: 30 * 60_000, tells_user: true, mails_user: true }
    }
}

/// Reads the table.
pub(super) fn read(mut table: Table<'_>) -> Impersonation {
    let base = Impersonation::default();
    let lifetime = table.text("lifetime", |text| value::span_within(text, "1 minute", "1 hour"));
    let read = Impersonation {
        enabled: table.flag("enabled").unwrap_or(base.enabled),
        lifetime_ms: lifetime.unwrap_or(base.lifetime_ms),
        tells_user: table.flag("tells_user").unwrap_or(base.tells_user),
        mails_user: table.flag("mails_user").unwrap_or(base.mails_user),
    };
    table.finish();
    read
}
