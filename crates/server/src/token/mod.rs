//! Tokens: short signed statements about the active sign-in, verified offline with the public keys.
//!
//! [`claims`] is what they say, [`template`] what a deployment adds to that, with [`facts`] in its places; [`signer`] is a
//! key that signs, [`ring`] the keys of a deployment as they follow one another, [`store`] the same in the database, and
//! [`rotation`] lets the next one follow, [`lives`] is how long tokens live. [`http`] is the door of whoever asks for a token, [`keys`] the one of whoever
//! verifies them.

mod claims;
pub mod facts;
pub mod http;
mod keys;
pub mod lives;
pub mod ring;
pub mod rotation;
mod signer;
mod stands;
pub mod store;
pub mod template;

use crate::app::Site;
use crate::config::TokenTemplate;
use crate::error::Result;
use crate::id::TokenId;
use crate::membership::{Permissions, Scope};
use crate::session::{LiveSignIn, Loaded, Proof};
use crate::world::World;
use claims::Times;
use facts::Facts;
use keyrack_protocol::Token;
use serde_json::Value;
pub use signer::{Algorithm, Signer};
pub use stands::for_server;
use std::sync::Arc;

/// What a token is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The session.
    pub loaded: &'a Loaded,
    /// The sign-in that acts.
    pub sign_in: &'a LiveSignIn,
    /// What was proved for it, as far as the one who asks has the key that says so.
    pub proof: &'a Proof,
    /// Who acts in place of its user, if somebody does.
    pub act: Option<&'a str>,
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

/// How a token is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The origin that asks, where it is an allowed one.
    pub azp: Option<&'a str>,
    /// When, in Unix milliseconds.
    pub now: i64,
    /// By which template, with what its places are filled with; none for the default one.
    pub template: Option<(&'a TokenTemplate, &'a Facts)>,
}

impl Asked<'_> {
    /// What signs such a token.
    fn signer(&self, site: &Site) -> Result<Arc<Signer>> {
        let Some((template, _)) = self.template else { return site.keys.signer(Algorithm::Es256, self.now) };
        match &template.key {
            Some(own) => Ok(Arc::clone(own)),
            None => site.keys.signer(template.algorithm, self.now),
        }
    }
}

/// Mints a token about a sign-in, which must be live and may act; it never outlives the sign-in.
///
/// # Errors
/// `token_too_large`; otherwise only if signing fails.
pub fn mint(world: &World, site: &Site, about: About<'_>, asked: Asked<'_>) -> Result<Token> {
    let (times, id) = (Times::of(site, &about, &asked), TokenId::draw(world));
    let said = claims::written(site, &about, &asked, (times, &id))?;
    Ok(Token {
        token: asked.signer(site)?.sign(&world.random, &said)?,
        expires: times.exp * 1000,
        lifetime_ms: (times.exp * 1000 - asked.now).max(0),
        signin_id: about.sign_in.id.to_string(),
        revision: about.loaded.revision,
    })
}

/// What such a token would be: header and claims. There is none.
///
/// # Errors
/// As [`mint`].
pub fn preview(world: &World, site: &Site, about: About<'_>, asked: Asked<'_>) -> Result<(Value, Value)> {
    let times = Times::of(site, &about, &asked);
    let said = claims::written(site, &about, &asked, (times, &TokenId::draw(world)))?;
    let read = |text: &[u8]| {
        serde_json::from_slice(text).map_err(|cause| crate::error::Error::internal("preview a token", cause))
    };
    Ok((read(asked.signer(site)?.header().as_bytes())?, read(&said)?))
}
