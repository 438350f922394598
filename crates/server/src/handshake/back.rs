//! Sending a browser back, with a code for whoever it is.

use super::store::{self, Handshake};
use super::{Asked, LIFE_MS, is_challenge, is_opaque, signed_out};
use crate::app::Site;
use crate::caller::Browser;
use crate::error::Result;
use crate::id::{HandshakeId, SecretId, SessionId, SignInId};
use crate::pages::address;
use crate::secret::{self, For, Fresh};
use crate::session::read::Reading;
use crate::user::may_act;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::sync::Arc;
use url::Url;

/// The names of what is added to the address.
pub(super) const CODE: &str = "keyrack_handshake";
const STATE: &str = "keyrack_state";

/// What is asked for, if the browser may be sent back there: an absolute address of an allowed origin, and values that only
/// the server that asks can use.
pub(super) fn asked(site: &Site, back_to: &str, challenge: &str, state: &str) -> Option<Asked> {
    let back_to = Some(back_to).filter(|to| !to.starts_with('/'))?;
    let back_to = address::checked(&site.config, back_to)?;
    let origin = Url::parse(&back_to).ok()?.origin().ascii_serialization();
    let are_good = is_challenge(challenge) && is_opaque(state);
    are_good.then(|| Asked { back_to, origin, challenge: challenge.to_owned(), state: state.to_owned() })
}

/// The address to go back to, with what is added to it in place of what stood there under these names.
pub(super) fn location(asked: &Asked, code: &str) -> Option<String> {
    let mut url = Url::parse(&asked.back_to).ok()?;
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != CODE && name != STATE)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair(CODE, code).append_pair(STATE, &asked.state);
    Some(url.into())
}

/// Who acts in this browser: its session, and the sign-in that is active.
pub(super) async fn acting(browser: &Browser) -> Result<Option<(SessionId, SignInId)>> {
    let Reading::Live(cached, opened) = browser.reading().await? else { return Ok(None) };
    let active = cached.loaded.active_for(opened).filter(|active| may_act(&active.user).is_ok());
    Ok(active.map(|active| (cached.loaded.id.clone(), active.id.clone())))
}

/// The code for whoever acts in this browser.
pub(super) async fn code(
    browser: &Browser,
    acting: Option<(SessionId, SignInId)>,
    asked: &Asked,
) -> Result<String> {
    let (app, site, now) = (&browser.app, &browser.site, browser.app.world.clock.now_ms());
    let until = now + LIFE_MS;
    let Some((session, sign_in)) = acting else {
        return Ok(signed_out(app, site, (&asked.origin, &asked.challenge), until));
    };
    let handshake = Handshake {
        id: HandshakeId::draw(&app.world),
        session,
        sign_in,
        origin: asked.origin.clone(),
        challenge: asked.challenge.clone(),
        ip_address: browser.address.to_string(),
    };
    let drawn = BASE64.encode(app.world.random.bytes::<32>());
    let kept = Fresh {
        id: SecretId::draw(&app.world),
        hash: secret::hash(&app.vault, For::Handshake, handshake.id.as_str(), &drawn),
    };
    let code = format!("{}.{drawn}", handshake.id);
    let site = Arc::clone(site);
    let written = app.db.write(move |tx| {
        let deployment = &site.config.id;
        store::create(tx, deployment, &handshake, (now, until))?;
        secret::replace(tx, (deployment, For::Handshake, handshake.id.as_str()), &kept, (now, until))
    });
    written.await.map(|()| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_stands_once_and_the_rest_stays() {
        let asked = Asked {
            back_to: "https://app.example.com/a?b=c&keyrack_handshake=old&keyrack_state=old#d".to_owned(),
            origin: "https://app.example.com".to_owned(),
            challenge: String::new(),
            state: "S".to_owned(),
        };
        let expected = "https://app.example.com/a?b=c&keyrack_handshake=out.1.x&keyrack_state=S#d";
        assert_eq!(location(&asked, "out.1.x").as_deref(), Some(expected));
    }
}
