use super::*;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use keyrack_verify::Clock;
use std::sync::Arc;
use tower::ServiceExt;

const ISSUER: &str = "https://auth.example.com";
const NOW_S: i64 = 1_800_000_000;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now_ms(&self) -> i64 {
        NOW_S * 1000
    }

    fn passed_ms(&self) -> i64 {
        0
    }
}

/// A backend that believes one key, and a token that is signed with it.
fn made() -> (Router, String) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1",
        "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..65]) });
    let verifier =
        Verifier::builder(ISSUER).keys(json!({ "keys": [jwk] }).to_string()).clock(Arc::new(Still));
    let claims = json!({ "iss": ISSUER, "sub": "usr_1", "sid": "ses_1", "signin_id": "sin_1", "rev": 1,
        "iat": NOW_S - 5, "nbf": NOW_S - 5, "exp": NOW_S + 60 });
    let header = json!({ "typ": "JWT", "alg": "ES256", "kid": "k1" });
    let input = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature = pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
    (router(verifier.build().unwrap()), format!("{input}.{}", BASE64.encode(signature)))
}

async fn call(backend: &Router, authorization: Option<&str>) -> (u16, Value) {
    let mut request = Request::get("/private");
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    let answer = backend.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&to_bytes(answer.into_body(), 10_000).await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_good_token_is_greeted() {
    let (backend, token) = made();
    let greeting = json!({ "hello": "usr_1", "session": "ses_1", "signin": "sin_1", "expires": NOW_S + 60 });
    assert_eq!(call(&backend, Some(&format!("Bearer {token}"))).await, (200, greeting));
}

#[tokio::test]
async fn everybody_else_is_told_what_to_do() {
    let (backend, token) = made();
    let flipped = format!("Bearer {}", token.replace('.', ".A"));
    for (sent, code) in
        [(None, "token_missing"), (Some("Basic dTpw"), "token_missing"), (Some(&*flipped), "token_invalid")]
    {
        let (status, body) = call(&backend, sent).await;
        assert_eq!((status, body["code"].as_str()), (401, Some(code)), "{body}");
    }
}
