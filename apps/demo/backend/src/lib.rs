//! The demo's backend. It knows an issuer and nothing else of Keyrack: a page that calls it sends a token, and it believes
//! what the signature covers.

use axum::{Json, Router, routing::get};
use keyrack_verify::{Claims, Verifier, VerifyLayer};
use serde_json::{Value, json};

/// A router with `GET /private`, which greets whoever sends a token that `verifier` takes.
///
/// 200 `{"hello", "session", "signin", "expires"}` with the claims `sub`, `sid`, `signin_id` and `exp`, and `{"name", "email"}`
/// where the token is of the template that says them (`greeting` in the demo's keyrack.toml); for every other request what [`keyrack_verify::Refusal`] says.
pub fn router(verifier: Verifier) -> Router {
    Router::new().route("/private", get(private)).layer(VerifyLayer::new(verifier))
}

async fn private(claims: Claims) -> Json<Value> {
    let mut answer = json!({
        "hello": claims.user_id(), "session": claims.session_id(), "signin": claims.sign_in_id(),
        "expires": claims.expires_at()
    });
    let all: Value = claims.to().unwrap_or_default();
    for (claim, told) in [("first_name", "name"), ("email", "email")] {
        if let Some(text) = all[claim].as_str() {
            answer[told] = text.into();
        }
    }
    Json(answer)
}

#[cfg(test)]
mod tests;
