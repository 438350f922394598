//! Links that are mailed to sign in.
//!
//! Opening one uses nothing up: mail scanners do that. The browser that asked confirms it and goes on. Any other is shown
//! who asked, from where and when, and a code to type there; it signs itself in only when that is asked for in so many
//! words, and never the browser that asked.
//!
//! The code that stands in the same mail is made of the link's secret, so that whoever holds the link can be shown it
//! although only hashes of both are kept.

use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::config::Deployment;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{AttemptId, UserId};
use crate::secret::{self, For, Seen, Used};
use crate::session::enter::{self, Arrival, Left};
use crate::session::rack::Rack;
use crate::session::{Plan, read, store as session_store};
use crate::sign_in::code;
use crate::sign_in::entry::{self, First, Inside};
use crate::sign_in::machine::Proved;
use crate::sign_in::store::{self, Asked, Attempt, Kept};
use crate::sign_in::whose::is_its;
use crate::throttle::Subject;
use crate::time::rfc3339;
use crate::user;
use crate::user::email::EmailAddress;
use crate::vault::{Purpose, Vault};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::{ChangeReason, Code, MagicLink, MagicLinkState, SignInMethod};
use std::sync::Arc;
use url::Url;

/// The link of an attempt, which is its owner.
pub const LINK: For = For::SignInLink;
/// Characters of a link's secret.
const TOKEN: usize = 43;

/// Draws a link's secret: 32 bytes in base64url.
#[must_use]
pub fn draw(app: &App) -> String {
    BASE64.encode(app.world.random.bytes::<32>())
}

/// The code that stands in the same mail: six digits.
#[must_use]
pub fn code_of(vault: &Vault, attempt: &AttemptId, token: &str) -> String {
    let tag = vault.hash(Purpose::OneTime, &format!("code of a link/{attempt}"), token.as_bytes());
    let bytes = BASE64.decode(tag).unwrap_or_default();
    let number = bytes.iter().take(8).fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// What is kept of a link.
#[must_use]
pub fn hash(vault: &Vault, attempt: &AttemptId, token: &str) -> String {
    secret::hash(vault, LINK, attempt.as_str(), token)
}

/// Where a link leads: to the deployment's own page, or the hosted one.
#[must_use]
pub fn address(config: &Deployment, (attempt, token): (&AttemptId, &str), back: Option<&str>) -> String {
    let page = match config.ui.magic_link_page_url.as_str() {
        "" => format!("{}/magic-link", config.base()),
        path if path.starts_with('/') => format!("{}{path}", config.origin),
        page => page.to_owned(),
    };
    match Url::parse(&page) {
        Ok(mut url) => {
            url.query_pairs_mut().append_pair("token", token).append_pair("attempt", attempt.as_str());
            if let Some(back) = back {
                url.query_pairs_mut().append_pair("redirect_uri", back);
            }
            url.into()
        }
        // The configuration lets only addresses through.
        Err(_) => format!("{page}?token={token}&attempt={attempt}"),
    }
}

/// Where a link may lead back to: an address of one of the deployment's origins. Any other is passed over, so that no
/// mail brings people anywhere else.
#[must_use]
pub fn back(config: &Deployment, text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| text.len() <= 1000 && url.username().is_empty())?;
    let origin = url.origin().ascii_serialization();
    (config.allowed_origins.contains(&origin) && url.password().is_none()).then(|| url.into())
}

/// The attempt and the secret that a request names; none if they cannot be any.
fn named(attempt: &str, token: &str) -> Option<(AttemptId, String)> {
    let id = AttemptId::parse(attempt)?;
    (token.len() == TOKEN).then(|| (id, token.to_owned()))
}

/// What a link is for. Nothing is used up.
///
/// # Errors
/// `link_not_valid` when there is no such link.
pub async fn look(browser: &Browser, attempt: &str, token: &str) -> Result<MagicLink> {
    let (id, token) = named(attempt, token).ok_or(Code::LinkNotValid)?;
    let (app, site, rack) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.rack.clone());
    let now = app.world.clock.now_ms();
    let looked = browser.app.db.read(move |on| {
        let guess = hash(&app.vault, &id, &token);
        let seen = secret::look(on, (&site.config.id, LINK, id.as_str()), &guess, now)?;
        let attempt = store::load(on, &site.config.id, &id)?.filter(|attempt| now < attempt.expires_at);
        let state = match (seen, &attempt) {
            (Seen::Unknown, _) => return Err(Code::LinkNotValid.into()),
            (Seen::Live, Some(_)) => MagicLinkState::Open,
            (Seen::Live | Seen::Expired, _) => MagicLinkState::Expired,
            (Seen::Used, _) => MagicLinkState::Used,
        };
        let is_asker = asked_by(on, (&app, &site), rack.as_ref(), &id)?;
        let code = (state == MagicLinkState::Open && !is_asker).then(|| code_of(&app.vault, &id, &token));
        let kept = attempt.map(|attempt| attempt.kept);
        let email = kept.as_ref().and_then(|kept| EmailAddress::parse(&kept.email).ok());
        let asked = kept.and_then(|kept| kept.asked).unwrap_or_default();
        let place = site.world.atlas.place(&asked.ip_address);
        Ok(MagicLink {
            state,
            same_browser: is_asker,
            masked_email: email.map(|email| email.masked()).unwrap_or_default(),
            code,
            browser: asked.browser,
            device: asked.device,
            ip_address: asked.ip_address,
            city: place.city,
            region: place.region,
            country: place.country,
            asked_at: (asked.at > 0).then(|| rfc3339(asked.at)),
        })
    });
    looked.await
}

/// Who asked, as it is shown to whoever opens the link elsewhere.
#[must_use]
pub fn asked(arrival: &Arrival) -> Asked {
    use crate::session::agent;
    Asked {
        browser: agent::browser(&arrival.user_agent).to_owned(),
        device: agent::device(&arrival.user_agent).to_owned(),
        ip_address: arrival.ip_address.clone(),
        at: arrival.now,
    }
}

/// Whether a rack opens an attempt, and the session that it is in.
fn asked_by(
    on: &mut Snapshot<'_>,
    (app, site): (&App, &Site),
    rack: Option<&Rack>,
    attempt: &AttemptId,
) -> Result<bool> {
    let Some(rack) = rack else { return Ok(false) };
    let Some((session, kept)) = store::key_of(on, &site.config.id, attempt)? else { return Ok(false) };
    let Some(of_session) = session_store::kept_key(on, &site.config.id, &session)? else { return Ok(false) };
    let fits = |id: &str, kept: &str| {
        rack.key(id).is_some_and(|key| app.vault.fits(Purpose::RackKey, id, key.secret(), kept))
    };
    Ok(rack.session() == &session && fits(session.as_str(), &of_session) && fits(attempt.as_str(), &kept))
}

/// Confirms a link: the browser that asked goes on. Any other signs itself in, if it says `here`.
///
/// # Errors
/// `confirm_required` in another browser that does not say so; `link_not_valid` for what was used or replaced,
/// `verification_code_expired`; and, the link being used up, `USER_DISABLED`, `USER_ALREADY_SIGNED_IN`,
/// `too_many_accounts`.
pub async fn confirm(browser: &Browser, (attempt, token): (&str, &str), here: bool) -> Result<Left> {
    let (id, token) = named(attempt, token).ok_or(Code::LinkNotValid)?;
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let confirmed = browser.app.db.write(move |tx| {
        let guess = hash(&app.vault, &id, &token);
        take(tx, (&app, &site), (&id, &guess, here), &arrival)
    });
    let confirmed = confirmed.await.and_then(|taken| taken.map_err(Error::from));
    browser.app.metrics.sign_ins.note(&confirmed);
    confirmed
}

/// A refusal inside is committed: the link is used up. An error outside undoes everything.
fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (id, guess, here): (&AttemptId, &str, bool),
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    let deployment = site.config.id.as_str();
    let is_asker = asked_by(tx, (app, site), arrival.rack.as_ref(), id)?;
    match secret::look(tx, (deployment, LINK, id.as_str()), guess, arrival.now)? {
        Seen::Live => {}
        Seen::Used if is_asker => return once_more(tx, (app, site), id, arrival).map(Ok),
        Seen::Expired => return Err(Code::CodeExpired.into()),
        Seen::Used | Seen::Unknown => return Err(Code::LinkNotValid.into()),
    }
    if !is_asker && !here {
        return Err(Code::ConfirmRequired.into());
    }
    let attempt = store::load(tx, deployment, id)?.ok_or(Code::LinkNotValid)?;
    if arrival.now >= attempt.expires_at {
        return Err(Code::CodeExpired.into());
    }
    let user = attempt.user().map(|user| UserId::stored(user.to_owned())).ok_or(Code::LinkNotValid)?;
    let owner = entry::owner(tx, site, &user)?.ok_or(Code::LinkNotValid)?;
    if !is_its(app, &owner, &attempt) {
        return Err(Code::LinkNotValid.into());
    }
    let inside = entry::enter(tx, (app, site), owner, (arrival, Some(&attempt.session)))?;
    let attempt = store::load(tx, deployment, id)?.ok_or(Code::LinkNotValid)?;
    if secret::consume(tx, (deployment, LINK, id.as_str()), guess, arrival.now)? != Used::Now {
        return Err(Code::LinkNotValid.into());
    }
    secret::forget(tx, (deployment, code::FIRST, id.as_str()))?;
    let identifier = Subject::new(&app.vault, deployment, &attempt.kept.identifier);
    let about =
        About { session: Some(&inside.room.loaded.id), identifier: Some(&identifier), ..About::default() };
    audit::record(tx, site, &arrival.by(), Event::CodeAccepted, about)?;
    let proof = code::proof(&attempt, arrival.now);
    if is_asker {
        inside.room.loaded.visible_attempt(inside.room.opened, id.as_str())?;
        let proved = Proved::First { user: user.to_string(), proof };
        return entry::moved(tx, (app, site), inside, (&attempt, proved), arrival);
    }
    end_where_asked(tx, site, &inside, &attempt, arrival)?;
    if let Err(refused) = user::may_act(&inside.owner.user) {
        return Ok(Err(refused));
    }
    let Kept { identifier, email, .. } = attempt.kept.clone();
    let first = First { method: SignInMethod::MagicLink, identifier, email, proof };
    entry::proved_inside(tx, (app, site), inside, first, arrival)
}

/// The browser that asked confirms what it has confirmed: nothing is done again.
fn once_more(tx: &mut Tx<'_>, (app, site): (&App, &Site), id: &AttemptId, arrival: &Arrival) -> Result<Left> {
    let room = enter::existing(tx, (app, site), arrival, &[])?.ok_or(Code::LinkNotValid)?;
    room.loaded.visible_attempt(room.opened, id.as_str()).map_err(|_| Code::LinkNotValid)?;
    Ok(room.leave_unchanged())
}

/// Ends the attempt in the browser that asked: whoever has the mailbox went on elsewhere.
fn end_where_asked(
    tx: &mut Tx<'_>,
    site: &Site,
    inside: &Inside,
    attempt: &Attempt,
    arrival: &Arrival,
) -> Result<()> {
    let plan = Plan { end_attempts: vec![attempt.id.clone()], ..Plan::default() };
    if attempt.session == inside.room.loaded.id {
        return session_store::apply(tx, site, &inside.room.loaded, &plan, &arrival.by());
    }
    let Some(loaded) = read::settle(tx, site, &attempt.session, arrival.now)? else { return Ok(()) };
    session_store::apply(tx, site, &loaded, &plan, &arrival.by())?;
    session_store::raise(tx, site, &attempt.session, ChangeReason::Attempt, arrival.now).map(drop)
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
