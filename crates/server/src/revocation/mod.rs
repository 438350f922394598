//! Telling backends which tokens to refuse before they expire: `GET /admin/v1/revocations`.
//!
//! A backend that verifies tokens offline believes one for as long as it lives. It follows this stream beside that, and
//! hears of each sign-in that ended, or lost something that its tokens say, the revision before which tokens are refused
//! ([`crate::session`] writes it, in the transaction that takes it away). What no living token can be about is not told: so
//! everything that there is to tell fits into one event, a snapshot, with which a stream begins.
//!
//! Each process keeps what it tells in a [`feed`] of each deployment that is followed: what it changes itself it hears after
//! the commit, what other nodes change by notice, and what was lost on the way is found by comparing with the database
//! ([`compare`]). A stream that broke off goes on where it ended if it comes back to the same process; any other begins with
//! a snapshot. Nothing depends on the order in which transactions commit, or on clocks of several machines: of two numbers
//! for one sign-in the higher one counts, whichever comes first.

pub mod body;
pub mod compare;
pub mod feed;
pub mod http;
pub mod store;

pub use feed::{Feed, Feeds};

use crate::app::Site;

/// What verifiers may allow clocks to be apart (five minutes), and nodes one from another, in milliseconds.
const APART_MS: i64 = 6 * 60_000;

/// For how long a revocation is told: for as long as somebody may believe a token that was minted before it, of whichever
/// template.
#[must_use]
pub fn window_ms(site: &Site) -> i64 {
    site.lives.at(site.world.clock.now_ms()).saturating_add(APART_MS)
}

#[cfg(test)]
mod tests;
