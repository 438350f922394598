//! PBKDF2 (RFC 8018, section 5.2).

use super::phc::{self, Parts, bytes};
use super::{Unusable, number};
use aws_lc_rs::pbkdf2::{self, Algorithm};
use std::fmt;
use std::num::NonZeroU32;

/// Rounds that are taken, blocks counted: a second of one core, and at least what OWASP asked for in 2010.
const ROUNDS: std::ops::RangeInclusive<u64> = 1_000..=4_000_000;

/// What it hashes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|digest| digest.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }
}

/// A hash of PBKDF2.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Pbkdf2 {
    digest: Digest,
    rounds: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Pbkdf2 {
    /// Reads `$pbkdf2-sha256$i=…,l=…$salt$hash`, and passlib's `$pbkdf2-sha256$rounds$salt$hash`, in which SHA-1 is not
    /// named.
    pub(super) fn read(parts: &Parts<'_>) -> Result<Self, Unusable> {
        let named = parts.id.strip_prefix("pbkdf2").map(|rest| rest.strip_prefix('-').unwrap_or("sha1"));
        let digest = named.and_then(Digest::named).ok_or(Unusable::Unknown)?;
        let (rounds, length) = match parts.bare() {
            Some(rounds) => (rounds, ""),
            None => {
                let [rounds, length] = parts.named(["i", "?l"])?;
                (rounds, length)
            }
        };
        let hash = bytes(parts.hash)?;
        if !length.is_empty() && usize::try_from(number(length)?) != Ok(hash.len()) {
            return Err(Unusable::Damaged);
        }
        Self::new(digest, rounds, (bytes(parts.salt)?, hash))
    }

    pub(super) fn new(
        digest: Digest,
        rounds: &str,
        (salt, hash): (Vec<u8>, Vec<u8>),
    ) -> Result<Self, Unusable> {
        let rounds = NonZeroU32::new(number(rounds)?).ok_or(Unusable::Damaged)?;
        if salt.is_empty() || !(16..=128).contains(&hash.len()) {
            return Err(Unusable::Damaged);
        }
        let blocks = hash.len().div_ceil(digest.bytes()) as u64;
        let work = u64::from(rounds.get()) * blocks;
        match work {
            _ if ROUNDS.contains(&work) => Ok(Self { digest, rounds, salt, hash }),
            _ if work < *ROUNDS.start() => Err(Unusable::TooCheap),
            _ => Err(Unusable::TooCostly),
        }
    }

    pub(super) fn kind(&self) -> String {
        format!("pbkdf2-{},{},{}", self.digest.name(), self.rounds, self.hash.len())
    }

    pub(super) fn fits(&self, password: &str) -> bool {
        let (algorithm, password) = (self.digest.algorithm(), password.as_bytes());
        pbkdf2::verify(algorithm, self.rounds, &self.salt, password, &self.hash).is_ok()
    }
}

impl fmt::Display for Pbkdf2 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (salt, hash) = (phc::text(&self.salt), phc::text(&self.hash));
        let (digest, rounds, length) = (self.digest.name(), self.rounds, self.hash.len());
        write!(out, "$pbkdf2-{digest}$i={rounds},l={length}${salt}${hash}")
    }
}
