//! The public keys, for whoever verifies tokens.

use super::ring::CACHED_S;
use super::{Algorithm, Signer};
use crate::app::Site;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::front::Public;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::world::World;
use aws_lc_rs::digest::{SHA256, digest};
use axum::Extension;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use keyrack_protocol::{Discovery, Jwk, Jwks};
use serde::Serialize;
use std::sync::Arc;

/// Claims that every token of a deployment has.
const CLAIMS: [&str; 13] = [
    "iss",
    "sub",
    "sid",
    "sess",
    "session_id",
    "signin_id",
    "rev",
    "iat",
    "nbf",
    "exp",
    "jti",
    "auth_time",
    "amr",
];

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let about = "The public keys. What tokens are verified with: a JWK Set (RFC 7517), with every key that a living token may \
                 be signed with, and the next one. May be kept for five minutes.";
    let keys = Operation::get::<Jwks>("/.well-known/jwks.json", "getKeys", about).kept();
    let about = "Where the public keys are. As verifiers of OpenID Connect look them up (OpenID Connect Discovery 1.0); nobody \
                 signs in through it, so it names no response type.";
    let discovery =
        Operation::get::<Discovery>("/.well-known/openid-configuration", "getDiscovery", about).kept();
    Routes::default().add(keys, jwks).add(discovery, configuration)
}

/// Every public key that is published at a moment: those that Keyrack made, and those of templates that brought theirs.
#[must_use]
pub(super) fn published(site: &Site, now: i64) -> Vec<Jwk> {
    let mut keys: Vec<Jwk> = site.keys.ring().published(now).cloned().collect();
    let own = site
        .config
        .token_templates
        .iter()
        .flat_map(|template| template.key.iter().chain(&template.also_published));
    for jwk in own.filter_map(|signer: &Arc<Signer>| signer.jwk.as_ref()) {
        if !keys.iter().any(|known| known.kid == jwk.kid) {
            keys.push(jwk.clone());
        }
    }
    keys
}

async fn jwks(Extension(site): Extension<Arc<Site>>, headers: HeaderMap) -> Result<Response> {
    kept(&Jwks { keys: published(&site, now(&site.world)) }, &headers)
}

async fn configuration(Extension(site): Extension<Arc<Site>>, headers: HeaderMap) -> Result<Response> {
    let algorithms = Algorithm::ALL.into_iter().filter(|algorithm| {
        published(&site, now(&site.world)).iter().any(|jwk| jwk.alg == algorithm.as_str())
    });
    let said = Discovery {
        issuer: site.issuer.clone(),
        jwks_uri: format!("{}/.well-known/jwks.json", site.issuer),
        id_token_signing_alg_values_supported: algorithms
            .map(|algorithm| algorithm.as_str().to_owned())
            .collect(),
        subject_types_supported: vec!["public".to_owned()],
        response_types_supported: Vec::new(),
        claims_supported: CLAIMS.into_iter().map(str::to_owned).collect(),
    };
    kept(&said, &headers)
}

fn now(world: &World) -> i64 {
    world.clock.now_ms()
}

/// An answer for any origin and any cache.
fn kept(said: &impl Serialize, asked: &HeaderMap) -> Result<Response> {
    let body = serde_json::to_vec(said).map_err(|cause| Error::internal("write the keys", cause))?;
    let sum = digest(&SHA256, &body);
    let tag = format!("\"{}\"", BASE64.encode(sum.as_ref().get(..16).unwrap_or_default()));
    let is_known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match is_known {
        true => answer::json(StatusCode::NOT_MODIFIED, Bytes::new()),
        false => answer::json(StatusCode::OK, Bytes::from(body)),
    };
    let value =
        |text: &str| HeaderValue::from_str(text).map_err(|cause| Error::internal("write a header", cause));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, value(&format!("public, max-age={CACHED_S}"))?);
    headers.insert(header::ETAG, value(&tag)?);
    response.extensions_mut().insert(Public);
    Ok(response)
}
