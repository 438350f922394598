//! The public keys, for whoever verifies tokens.

use crate::app::Site;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::front::Public;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use axum::Extension;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use keyrack_protocol::Jwks;
use std::sync::Arc;

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let about = "The public keys. What tokens are verified with: a JWK Set (RFC 7517). May be cached for five minutes.";
    let keys = Operation::get::<Jwks>("/.well-known/jwks.json", "getKeys", about).bare();
    Routes::default().add(keys, jwks)
}

/// The public keys, for any origin and any cache.
async fn jwks(Extension(site): Extension<Arc<Site>>) -> Result<Response> {
    let keys = Jwks { keys: vec![site.signer.jwk.clone()] };
    let body = serde_json::to_vec(&keys).map_err(|cause| Error::internal("write the keys", cause))?;
    let mut response = answer::json(StatusCode::OK, Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response.extensions_mut().insert(Public);
    Ok(response)
}
