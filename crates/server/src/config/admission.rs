//! Reading who may sign up, and what a browser does before it may try.

use super::settings::{Challenge, Restrictions, SignUpMode};
use super::table::Table;
use super::value;

/// Reads `[deployment.challenge]`.
pub(super) fn challenge(mut table: Table<'_>) -> Challenge {
    let base = Challenge::default();
    let challenge = Challenge {
        enabled: table.flag("enabled").unwrap_or(base.enabled),
        count: table.number("count", 1..=200).unwrap_or(base.count),
        difficulty: table.number("difficulty", 1..=6).unwrap_or(base.difficulty),
    };
    table.finish();
    challenge
}

/// Reads `[deployment.restrictions]`.
pub(super) fn restrictions(mut table: Table<'_>) -> Restrictions {
    const MODES: [(&str, SignUpMode); 3] = [
        ("public", SignUpMode::Public),
        ("restricted", SignUpMode::Restricted),
        ("waitlist", SignUpMode::Waitlist),
    ];
    let restrictions = Restrictions {
        sign_up_mode: table.one_of("sign_up_mode", &MODES).unwrap_or(SignUpMode::Public),
        waitlist_names: table.flag("waitlist_names").unwrap_or_default(),
        allowlist: table.list("allowlist", value::listed).unwrap_or_default(),
        blocklist: table.list("blocklist", value::listed).unwrap_or_default(),
        block_subaddresses: table.flag("block_subaddresses").unwrap_or_default(),
        block_disposable_emails: table.flag("block_disposable_emails").unwrap_or_default(),
        phone_countries: table.list("phone_countries", value::country).unwrap_or_default(),
        block_voip_numbers: table.flag("block_voip_numbers").unwrap_or_default(),
        banned_keywords: table.list("banned_keywords", value::keyword).unwrap_or_default(),
    };
    table.finish();
    restrictions
}
