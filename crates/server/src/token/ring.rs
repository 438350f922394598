//! The keys of a deployment as they follow one another in time. Pure: what the time is, is said.
//!
//! A key is published from the moment when it is made; it signs when its time has come and no later one's has; and it stays
//! published until nobody may believe a token any more that it has signed. So whoever verifies tokens and keeps the keys
//! for as long as they may be kept always has the right one. When a key begins to sign is written with it: every node that
//! has read it changes at the same moment, and none has to be told.

use super::signer::{Algorithm, Signer};
use crate::error::{Error, Result};
use keyrack_protocol::Jwk;
use std::sync::{Arc, PoisonError, RwLock};

/// What verifiers may allow clocks to be apart (five minutes), and nodes one from another, in milliseconds.
pub const APART_MS: i64 = 6 * 60_000;
/// How long the public keys may be kept by whoever has fetched them, in seconds.
pub const CACHED_S: i64 = 300;

/// A key and its times, in Unix milliseconds.
#[derive(Clone, Debug)]
pub struct Dated {
    /// What signs with it.
    pub signer: Arc<Signer>,
    /// When it was made and published.
    pub created_at: i64,
    /// When it begins to sign.
    pub signs_at: i64,
    /// The longest life of a token that it may have signed.
    pub longest_ms: i64,
    /// From when on others may have it, as an operator said: it signs nothing, and is published no more.
    pub withdrawn_at: Option<i64>,
}

/// What a key is good for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is published, and will sign.
    Next,
    /// It signs.
    Signing,
    /// It has signed tokens that may still live.
    Previous,
    /// No living token is of it.
    Retired,
    /// Others may have it.
    Withdrawn,
}

impl State {
    /// The word on the socket and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Previous => "previous",
            Self::Retired => "retired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether its public half is published.
    #[must_use]
    pub fn is_published(self) -> bool {
        matches!(self, Self::Next | Self::Signing | Self::Previous)
    }
}

/// All keys that a deployment has made.
#[derive(Clone, Debug, Default)]
pub struct Ring(Vec<Dated>);

impl Ring {
    /// Of these.
    #[must_use]
    pub fn of(mut keys: Vec<Dated>) -> Self {
        keys.sort_by(|a, b| (a.signs_at, a.signer.kid()).cmp(&(b.signs_at, b.signer.kid())));
        Self(keys)
    }

    /// All of them, by when they begin to sign.
    #[must_use]
    pub fn all(&self) -> &[Dated] {
        &self.0
    }

    /// The one that signs at a moment: of those whose time has come the last, and before the first one's time, which the
    /// clock of another node said, the first one.
    #[must_use]
    pub fn signing(&self, algorithm: Algorithm, now: i64) -> Option<&Dated> {
        let mut good =
            self.0.iter().filter(|key| key.signer.algorithm == algorithm && !key.is_withdrawn(now));
        let first = good.clone().next();
        good.rfind(|key| key.signs_at <= now).or(first)
    }

    /// What a key of it is good for at a moment.
    #[must_use]
    pub fn state(&self, key: &Dated, now: i64) -> State {
        if key.is_withdrawn(now) {
            return State::Withdrawn;
        }
        let Some(signing) = self.signing(key.signer.algorithm, now) else { return State::Retired };
        if signing.signer.kid() == key.signer.kid() {
            return State::Signing;
        }
        if key.signs_at > signing.signs_at {
            return State::Next;
        }
        // The key after it, whichever that was: since then it has signed nothing.
        let after = self.0.iter().filter(|other| {
            let is_later = (other.signs_at, other.signer.kid()) > (key.signs_at, key.signer.kid());
            other.signer.algorithm == key.signer.algorithm && is_later
        });
        let until = after.map(|other| other.signs_at).min().unwrap_or(now);
        let lives = until.saturating_add(key.longest_ms).saturating_add(APART_MS) > now;
        if lives { State::Previous } else { State::Retired }
    }

    /// The public halves that are published at a moment.
    pub fn published(&self, now: i64) -> impl Iterator<Item = &Jwk> {
        let published = self.0.iter().filter(move |key| self.state(key, now).is_published());
        published.filter_map(|key| key.signer.jwk.as_ref())
    }
}

impl Dated {
    fn is_withdrawn(&self, now: i64) -> bool {
        self.withdrawn_at.is_some_and(|at| at <= now)
    }
}

/// The ring of a running deployment: it is read at every mint, and replaced when another key was made.
#[derive(Debug, Default)]
pub struct Keys(RwLock<Arc<Ring>>);

impl Keys {
    /// Of this ring.
    #[must_use]
    pub fn of(ring: Ring) -> Self {
        Self(RwLock::new(Arc::new(ring)))
    }

    /// The present ring.
    #[must_use]
    pub fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another one in its place.
    pub fn replace(&self, ring: Ring) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// What signs now.
    ///
    /// # Errors
    /// Where there is no key, which a start does not leave so.
    pub fn signer(&self, algorithm: Algorithm, now: i64) -> Result<Arc<Signer>> {
        let ring = self.ring();
        let key = ring.signing(algorithm, now).map(|key| Arc::clone(&key.signer));
        key.ok_or_else(|| {
            Error::internal("sign a token", format!("there is no key for {}", algorithm.as_str()))
        })
    }
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
