//! The demo's backend. It knows an issuer and the address of that issuer's public keys, and nothing else
//! of Keyrack: a page that calls it sends a token, and it believes what the signature covers.
//!
//! [`verify`] is what any backend in Rust would write; [`router`] puts it behind one route.

mod keys;
mod verify;

pub use keys::Keys;
pub use verify::{Claims, Refusal, verify};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// Tells the time in Unix milliseconds.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What the backend needs to know to verify a token.
pub struct Backend {
    /// The issuer that is believed: the claim `iss`, exactly.
    pub issuer: String,
    /// The issuer's public keys.
    pub keys: Keys,
    /// The time that `exp` and `nbf` are compared with.
    pub now: Now,
}

impl fmt::Debug for Backend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Backend")
            .field("issuer", &self.issuer)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// A router with `GET /private`, which greets whoever sends a token of `issuer` that is valid at `now`.
///
/// 200 `{"hello", "session", "signin", "expires"}` with the claims `sub`, `sid`, `signin_id` and `exp`;
/// 401 `{"error"}` for every other request; 503 `{"error"}` while no public keys could be fetched yet.
/// `jwks_url` is `http://…`: the keys lie on this machine.
pub fn router(issuer: String, jwks_url: String, now: Now) -> Router {
    let keys = Keys::at(jwks_url, Arc::clone(&now));
    Router::new().route("/private", get(private)).with_state(Arc::new(Backend { issuer, keys, now }))
}

async fn private(State(backend): State<Arc<Backend>>, headers: HeaderMap) -> Response {
    let answer = match bearer(&headers) {
        Some(token) => verify(&backend, token).await,
        None => Err(Refusal::NoToken),
    };
    match answer {
        Ok(claims) => Json(json!({
            "hello": claims.sub, "session": claims.sid, "signin": claims.signin_id, "expires": claims.exp
        }))
        .into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1; the scheme's case does not matter).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn refuse(refusal: &Refusal) -> Response {
    let body = Json(json!({ "error": refusal.to_string() }));
    match refusal {
        Refusal::NoKeys => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], body).into_response()
        }
        _ => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], body).into_response(),
    }
}

#[cfg(test)]
mod tests;
