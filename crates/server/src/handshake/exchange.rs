//! An application's server fetches who a browser is.

use super::store::{self, Handshake};
use super::{challenge_of, is_opaque, says_signed_out};
use crate::app::{App, Shared, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::id::HandshakeId;
use crate::secret::{self, For, Seen, Used};
use crate::session::store as session_store;
use crate::token;
use keyrack_protocol::{Code, HandshakeAnswer, Token};
use std::sync::Arc;

/// What a server sends.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// The code that the browser brought.
    pub code: String,
    /// What it kept for this browser.
    pub verifier: String,
    /// Where it is.
    pub origin: String,
}

/// A token for the account that acted when the browser was sent back, as everything is now; none when nobody was signed in.
///
/// # Errors
/// `handshake_code_invalid`, alike for whatever is wrong, and what the database says.
pub(super) async fn exchange(app: &Shared, site: &Arc<Site>, sent: Sent) -> Result<HandshakeAnswer> {
    if !is_opaque(&sent.verifier) {
        return Err(Code::HandshakeCodeInvalid.into());
    }
    let (challenge, now) = (challenge_of(&sent.verifier), app.world.clock.now_ms());
    if says_signed_out(app, site, &sent.code, (&sent.origin, &challenge), now) {
        return Ok(HandshakeAnswer { signed_in: false, token: None });
    }
    let (of, at) = (Arc::clone(app), Arc::clone(site));
    let taken = app.db.write(move |tx| take(tx, (&of, &at), (&sent, &challenge), now));
    let handshake = taken.await?.ok_or(Code::HandshakeCodeInvalid)?;
    let token = mint(app, site, handshake, now).await?;
    Ok(HandshakeAnswer { signed_in: true, token: Some(token) })
}

/// Uses up a code that is right in every respect. One that is tried elsewhere, or without what belongs to it, stays good for
/// whom it is for.
fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (sent, challenge): (&Sent, &str),
    now: i64,
) -> Result<Option<Handshake>> {
    let Some((id, drawn)) = sent.code.split_once('.') else { return Ok(None) };
    let Some(id) = HandshakeId::parse(id) else { return Ok(None) };
    let of = (site.config.id.as_str(), For::Handshake, id.as_str());
    let guess = secret::hash(&app.vault, For::Handshake, id.as_str(), drawn);
    if secret::look(tx, of, &guess, now)? != Seen::Live {
        return Ok(None);
    }
    let handshake = store::find(tx, &site.config.id, &id)?;
    let fits = |it: &Handshake| it.origin == sent.origin && it.challenge == challenge;
    let Some(handshake) = handshake.filter(fits) else { return Ok(None) };
    Ok((secret::consume(tx, of, &guess, now)? == Used::Now).then_some(handshake))
}

/// Mints for a sign-in that is live and may act, where it stands.
async fn mint(app: &Shared, site: &Arc<Site>, handshake: Handshake, now: i64) -> Result<Token> {
    let (of, at) = (Arc::clone(app), Arc::clone(site));
    let look = app.db.read(move |on| {
        let loaded = session_store::load(on, &at.config.id, &handshake.session)?;
        let Some(loaded) = loaded.filter(|loaded| loaded.ended_at.is_none()) else { return Ok(None) };
        let live = loaded.sign_ins.iter().find(|it| it.id == handshake.sign_in && now < it.expires_at);
        let Some(sign_in) = live else { return Ok(None) };
        let from = handshake.ip_address.parse().ok();
        token::for_server(on, (&of.world, &at), (&loaded, sign_in), (from, &handshake.origin), now)
    });
    Ok(look.await?.ok_or(Code::HandshakeCodeInvalid)?)
}
