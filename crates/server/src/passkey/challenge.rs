//! What a device is asked to sign: 32 random bytes, good once, for five minutes, for what asked and nothing else.
//!
//! It is a one-time secret like a code ([`crate::secret`]), only that nobody guesses it: it is looked at first, so that a
//! wrong answer kills no right one.

use crate::db::Tx;
use crate::error::Result;
use crate::id::SecretId;
use crate::secret::{self, For, Fresh, Seen, Used};
use crate::vault::Vault;
use crate::world::World;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

/// How long a device may take, in milliseconds.
pub const LIFE_MS: u32 = 300_000;

/// What is asked, and who asks: the deployment, the purpose, and the sign-in or attempt.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The deployment.
    pub deployment: &'a str,
    /// What for.
    pub purpose: For,
    /// The id of the sign-in or attempt.
    pub owner: &'a str,
}

impl<'a> Asked<'a> {
    fn key(&self) -> (&'a str, For, &'a str) {
        (self.deployment, self.purpose, self.owner)
    }

    fn hash(&self, vault: &Vault, challenge: &[u8]) -> String {
        secret::hash(vault, self.purpose, self.owner, &BASE64.encode(challenge))
    }
}

/// A challenge and a user handle, drawn before the transaction that may need them.
#[derive(Clone, Debug)]
pub struct Drawn {
    id: SecretId,
    challenge: [u8; 32],
    handle: [u8; 32],
}

impl Drawn {
    /// Draws them.
    #[must_use]
    pub fn draw(world: &World) -> Self {
        Self { id: SecretId::draw(world), challenge: world.random.bytes(), handle: world.random.bytes() }
    }

    /// The challenge as it travels.
    #[must_use]
    pub fn challenge(&self) -> String {
        BASE64.encode(self.challenge)
    }

    /// A user handle, for an account that has none yet.
    #[must_use]
    pub fn handle(&self) -> String {
        BASE64.encode(self.handle)
    }
}

/// Asks: from now on this challenge is the only one that works for what asks.
///
/// # Errors
/// What the database says.
pub fn ask(tx: &mut Tx<'_>, vault: &Vault, asked: Asked<'_>, drawn: &Drawn, now: i64) -> Result<()> {
    let fresh = Fresh { id: drawn.id.clone(), hash: asked.hash(vault, &drawn.challenge) };
    secret::replace(tx, asked.key(), &fresh, (now, now + i64::from(LIFE_MS)))
}

/// Takes what was signed: whether it was asked, by the same, not too long ago, and never taken before.
///
/// # Errors
/// What the database says.
pub fn take(tx: &mut Tx<'_>, vault: &Vault, asked: Asked<'_>, challenge: &[u8], now: i64) -> Result<bool> {
    let hash = asked.hash(vault, challenge);
    if secret::look(tx, asked.key(), &hash, now)? != Seen::Live {
        return Ok(false);
    }
    Ok(secret::consume(tx, asked.key(), &hash, now)? == Used::Now)
}
