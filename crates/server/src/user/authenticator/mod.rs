//! Authenticators: programs that share a secret with the server and make a code of it every 30 seconds (RFC 6238).
//!
//! The server's clock decides, never the client's: a code of the present step counts, of the one before and of the one
//! after, and none twice, because the last step that was taken is kept ([`store`]). Two codes in a row confirm that a
//! program has the secret and a clock that runs; before that it is no factor.

pub mod http;
pub mod store;

use crate::error::{Error, Result};
use crate::id::AuthenticatorId;
use crate::vault::Vault;
use crate::world::World;
use std::fmt;
use totp_rs::{Builder, Secret as Bytes, Totp};

/// How long a code is shown, in milliseconds.
const STEP_MS: i64 = 30_000;
/// Digits of a code.
const DIGITS: usize = 6;
/// How many confirmed authenticators an account may have.
pub const MOST: usize = 5;
/// How long a set-up that is not confirmed can be, in milliseconds: as long as an attempt lives where nothing else is
/// said.
pub const SETUP_MS: i64 = 1_800_000;

/// What an authenticator and the server share: 160 bits, as RFC 4226 recommends.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 20]);

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

impl Secret {
    /// A new one.
    #[must_use]
    pub fn draw(world: &World) -> Self {
        Self(world.random.bytes())
    }

    /// One that another system made, in base 32 as people and programs write it; none if it has another length than ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let plain = text.replace([' ', '-'], "").to_ascii_uppercase();
        let bytes = Bytes::try_from_base32(plain.trim_end_matches('=')).ok()?;
        bytes.as_ref().try_into().ok().map(Self)
    }

    /// As it is kept for its authenticator.
    ///
    /// # Errors
    /// Only if sealing fails.
    pub fn seal(&self, (vault, world): (&Vault, &World), id: &AuthenticatorId) -> Result<String> {
        vault.seal(world, id.as_str(), &self.0)
    }

    /// What [`Secret::seal`] made for the same authenticator.
    ///
    /// # Errors
    /// When it was sealed by another key, for another authenticator, or altered.
    pub fn open(vault: &Vault, id: &AuthenticatorId, sealed: &str) -> Result<Self> {
        let opened = vault.open(id.as_str(), sealed)?;
        let bytes =
            opened.try_into().map_err(|_| Error::internal("open an authenticator", "another length"))?;
        Ok(Self(bytes))
    }

    /// As a person types it: base 32 without padding.
    #[must_use]
    pub fn base32(&self) -> String {
        Bytes::new_stack(self.0).to_base32()
    }

    /// As a program reads it, from a picture or a link: which application, and whose account there.
    ///
    /// # Errors
    /// Only if the library refuses what it was given.
    pub fn url(&self, issuer: &str, account: &str) -> Result<String> {
        // The format separates both by a colon, and takes it for nothing else.
        let plain = |text: &str| text.replace(':', " ").trim().to_owned();
        let totp = Builder::new()
            .with_secret(Bytes::new_stack(self.0))
            .with_issuer(Some(plain(issuer)))
            .with_account_name(plain(account))
            .build();
        totp.and_then(|totp| totp.to_url()).map_err(|cause| Error::internal("name an authenticator", cause))
    }

    fn totp(&self) -> Result<Totp> {
        let totp = Builder::new().with_secret(Bytes::new_stack(self.0)).with_skew(0).build();
        totp.map_err(|cause| Error::internal("make a code", cause))
    }
}

/// The step of a time in Unix milliseconds.
#[must_use]
pub fn step_at(now: i64) -> i64 {
    now.div_euclid(STEP_MS)
}

/// The digits of a code as somebody typed it; none if it cannot be one. Programs show a space in the middle.
#[must_use]
pub fn digits(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect();
    (digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(digits)
}

/// The step whose code was typed: the present one, the one before or the one after, if it is later than `last`, the last
/// that was taken.
///
/// # Errors
/// Only if the library refuses what it was given.
pub fn step_of(secret: &Secret, typed: &str, (last, now): (i64, i64)) -> Result<Option<i64>> {
    let Some(typed) = digits(typed) else { return Ok(None) };
    let (totp, present) = (secret.totp()?, step_at(now));
    // Each is compared, whichever fits: the time taken says nothing of it.
    let mut found = None;
    for step in (present - 1..=present + 1).rev() {
        if is_code(&totp, &typed, step) && step > last {
            found = Some(step);
        }
    }
    Ok(found)
}

/// The step of the second of two codes that follow each other; none if they do not, or are not of about now.
///
/// # Errors
/// Only if the library refuses what it was given.
pub fn step_of_both(secret: &Secret, [first, second]: [&str; 2], now: i64) -> Result<Option<i64>> {
    let (Some(first), Some(second)) = (digits(first), digits(second)) else { return Ok(None) };
    let (totp, present) = (secret.totp()?, step_at(now));
    let follows = |step: &i64| is_code(&totp, &first, step - 1) && is_code(&totp, &second, *step);
    Ok((present - 1..=present + 1).find(follows))
}

/// Whether a text of six digits is the code of a step; compared in constant time.
fn is_code(totp: &Totp, digits: &str, step: i64) -> bool {
    let seconds = u64::try_from(step).ok().map(|step| step * 30);
    seconds.is_some_and(|seconds| totp.check(digits, seconds).is_some())
}

#[cfg(test)]
mod tests;
