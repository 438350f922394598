//! Telling an application's server who a browser is, so that it can render a page for them: the browser is sent here, where its
//! credential is, and back with a code, which the server fetches a token with.
//!
//! What stands in the address on the way back opens nothing by itself. It is good once, for a minute, for the origin that the
//! browser was sent back to, and only with what that server keeps for this browser in a cookie of its own (PKCE, RFC 7636).
//! Who is signed out comes back with a code as well, of which nothing is kept: a visitor costs no row.

mod back;
mod exchange;
pub mod http;
mod loops;
mod page;
mod store;

use crate::app::{App, Site};
use crate::vault::Purpose;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

/// How long a code is good.
pub const LIFE_MS: i64 = 60_000;
/// What begins a code that says that nobody is signed in.
const OUT: &str = "out";

/// What an application's server asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    /// Where the browser goes back to, as [`crate::pages::address::checked`] gives it.
    back_to: String,
    /// Its origin.
    origin: String,
    /// SHA-256 of what the server keeps, in base64url.
    challenge: String,
    /// What it recognises the answer by.
    state: String,
}

/// Whether this is what a SHA-256 looks like in base64url.
fn is_challenge(text: &str) -> bool {
    text.len() == 43 && BASE64.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether this can be a verifier or a state: 43 to 128 letters, digits, `-`, `.`, `_`, `~` (RFC 7636).
fn is_opaque(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(fits)
}

/// The challenge that belongs to a verifier.
fn challenge_of(verifier: &str) -> String {
    BASE64.encode(digest(&SHA256, verifier.as_bytes()))
}

/// The code that says that nobody is signed in: made of what it is for, so that nothing has to be kept.
fn signed_out(app: &App, site: &Site, (origin, challenge): (&str, &str), until: i64) -> String {
    let owner = format!("handshake_out/{}/{origin}", site.config.id);
    let said = app.vault.hash(Purpose::OneTime, &owner, format!("{until}/{challenge}").as_bytes());
    format!("{OUT}.{until}.{said}")
}

/// Whether a code says so, for this origin and challenge, at `now`.
fn says_signed_out(app: &App, site: &Site, code: &str, of: (&str, &str), now: i64) -> bool {
    let mut parts = code.split('.');
    let (Some(OUT), Some(until)) = (parts.next(), parts.next().and_then(|until| until.parse().ok())) else {
        return false;
    };
    let right = signed_out(app, site, of, until);
    now < until
        && aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_of_a_verifier_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge_of(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(is_opaque(verifier) && is_challenge(&challenge_of(verifier)));
    }

    #[test]
    fn what_is_short_long_or_odd_is_neither() {
        for odd in
            ["", "a", &"a".repeat(42), &"a".repeat(129), &format!("{} ", "a".repeat(43)), &"é".repeat(30)]
        {
            assert!(!is_opaque(odd), "{odd}");
        }
        for odd in ["", &"a".repeat(42), &"a".repeat(44), &"+".repeat(43), &format!("{}=", "a".repeat(42))] {
            assert!(!is_challenge(odd), "{odd}");
        }
    }
}
