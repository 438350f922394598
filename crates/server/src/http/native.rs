//! Programs: what carries the credential in a header of its own, where the deployment allows it.
//!
//! It is another door than the cookie's, not a second key to it. Whoever sends the header gets what the header opens and
//! nothing else, so that no page can have the session of its browser's cookie told to a script; and a request that a
//! browser made for a page is refused, whatever is in the header.

use super::origin;
use crate::app::Site;
use crate::session::rack::Rack;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::borrow::Cow;

/// The header in which programs carry the credential and are handed one. Sent empty, it says that a program asks.
pub const HEADER: &str = "x-keyrack-session";
const SESSION: HeaderName = HeaderName::from_static(HEADER);

/// What a browser says of a request by itself, and no script can take off. Not `Sec-Fetch-Mode`: Node says that, too, and is
/// what many programs are made of.
const OF_PAGES: [HeaderName; 2] = [header::ORIGIN, HeaderName::from_static("sec-fetch-site")];

/// Whether a program asks, which the deployment must allow: otherwise the header is as any other that nobody knows.
#[must_use]
pub fn asks(site: &Site, headers: &HeaderMap) -> bool {
    site.config.native_programs && headers.contains_key(&SESSION)
}

/// Whether a page asks in the way of a program, to be handed the credential where its script can read it.
#[must_use]
pub fn is_a_page(site: &Site, headers: &HeaderMap) -> bool {
    asks(site, headers) && is_of_a_page(headers)
}

/// Whether a browser sends a request for a page.
#[must_use]
pub fn is_of_a_page(headers: &HeaderMap) -> bool {
    OF_PAGES.iter().any(|name| headers.contains_key(name))
}

/// The credentials that a program's request carries.
#[must_use]
pub fn credentials(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    let mut different: Vec<Cow<'_, str>> = Vec::new();
    for value in headers.get_all(&SESSION).iter().filter_map(|value| value.to_str().ok()) {
        let value = Cow::Borrowed(value.trim());
        if !value.is_empty() && !different.contains(&value) {
            different.push(value);
        }
    }
    different
}

/// Hands a program its rack. No cookie is set: it has no jar, and whoever reads its answers reads the header as well.
pub fn hand_out(headers: &mut HeaderMap, rack: &Rack) {
    // Racks are made of letters, digits and `_-.~`: every header takes them.
    if let Ok(mut value) = HeaderValue::from_str(&rack.to_credential()) {
        value.set_sensitive(true);
        headers.insert(SESSION, value);
    }
}

/// Whether a request that changes something may: a program has no origin, and a cookie that somebody could ride on is not
/// looked at.
#[must_use]
pub fn may_mutate(site: &Site, headers: &HeaderMap) -> bool {
    asks(site, headers) || origin::may_mutate(site, headers)
}
