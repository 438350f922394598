//! Tokens: short signed statements about the active sign-in, verified offline with the public keys.
//!
//! [`claims`] is what they say, [`signer`] a key that signs, [`store`] the keys in the database; [`http`] is the door of
//! whoever asks for one, [`keys`] the one of whoever verifies them.

mod claims;
pub mod http;
mod keys;
mod signer;
mod stands;
pub mod store;

use crate::app::Site;
use crate::error::Result;
use crate::id::TokenId;
use crate::membership::{Permissions, Scope};
use crate::session::{LiveSignIn, Loaded, Proof};
use crate::world::World;
use claims::{Claims, Times};
use keyrack_protocol::Token;
pub use signer::Signer;
pub use stands::for_server;

/// What a token is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The session.
    pub loaded: &'a Loaded,
    /// The sign-in that acts.
    pub sign_in: &'a LiveSignIn,
    /// What was proved for it, as far as the one who asks has the key that says so.
    pub proof: &'a Proof,
    /// Where it acts.
    pub scope: Option<&'a Scope>,
    /// What it may there; none where it stands nowhere.
    pub held: Option<&'a Held>,
}

/// What a sign-in may do where it stands, as it was read for the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// In the organization.
    pub organization: Permissions,
    /// In the workspace.
    pub workspace: Permissions,
}

/// Mints a token about a sign-in, which must be live and may act; it never outlives the sign-in. `azp` is the origin
/// that asks, where it is an allowed one.
///
/// # Errors
/// Only if signing fails.
pub fn mint(world: &World, site: &Site, about: About<'_>, azp: Option<&str>, now: i64) -> Result<Token> {
    let About { loaded, sign_in, .. } = about;
    let ends_at = (now + site.config.lifetimes.token_ms).min(sign_in.expires_at);
    let (times, id) = (Times::of(now, ends_at), TokenId::draw(world));
    let claims = Claims::of(&about, &site.issuer, times, &id, azp);
    Ok(Token {
        token: site.signer.sign(world, &claims)?,
        expires: times.exp * 1000,
        lifetime_ms: (times.exp * 1000 - now).max(0),
        signin_id: sign_in.id.to_string(),
        revision: loaded.revision,
    })
}
