//! The vectors that every verifier of these tokens is tried with, and what a builder refuses.

use super::*;
use crate::keys::Algorithm;
use crate::revocations::{SHORTEST, WhenCut};
use http::HeaderValue;
use serde_json::Value;
use std::time::Duration;

const VECTORS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tokens.json"));

#[derive(Debug)]
struct At(i64);

impl Clock for At {
    fn now_ms(&self) -> i64 {
        self.0 * 1000
    }

    fn passed_ms(&self) -> i64 {
        self.0 * 1000
    }
}

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn algorithm(name: &Value) -> Algorithm {
    Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name).unwrap()
}

fn verifier(vectors: &Value, vector: &Value) -> Verifier {
    let now = vector.get("at").unwrap_or(&vectors["now"]).as_i64().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(At(now));
    let builder = Verifier::builder(vectors["issuer"].as_str().unwrap())
        .skew(Duration::from_secs(vectors["skew"].as_u64().unwrap()))
        .keys(vectors["jwks"].to_string())
        .clock(Arc::clone(&clock));
    let builder = match vector.get("algorithms").unwrap_or(&vectors["algorithms"]).as_array() {
        Some(names) => builder.algorithms(&names.iter().map(algorithm).collect::<Vec<_>>()),
        // What it allows by itself.
        None => builder,
    };
    let builder = match vector["audience"].as_str() {
        Some(audience) => builder.audience(audience),
        None => builder,
    };
    let verifier = builder.build().unwrap();
    let Some(told) = vector.get("revocations") else { return verifier };
    let revocations = Revocations::for_tests(told, Arc::clone(&clock));
    let Inner { rules, source, .. } = &*verifier.0;
    let (rules, source) = (rules.clone(), Arc::clone(source));
    Verifier::of(Inner { rules, source, revocations: Some(Arc::new(revocations)), clock })
}

/// What a good token of the vectors says beside that it is good.
fn check(vector: &Value, verifier: &Verifier, claims: &Claims) {
    let name = &vector["name"];
    let texts = |key: &str| vector[key].as_array().cloned().unwrap_or_default();
    for permission in texts("has") {
        assert!(claims.has(permission.as_str().unwrap()), "{name}");
    }
    for permission in texts("lacks") {
        assert!(!claims.has(permission.as_str().unwrap()), "{name}");
    }
    assert_eq!(claims.actor().map(|actor| actor.sub.as_str()), vector["actor"].as_str(), "{name}");
    if let Some(ago) = vector.get("proved_s_ago") {
        let fresh = |max| verifier.check_fresh(claims, max);
        let ago = ago.as_i64();
        assert_eq!(fresh(ago.unwrap_or(i64::MAX)).is_ok(), ago.is_some(), "{name}");
        let less = ago.unwrap_or(600) - 1;
        assert_eq!(fresh(less), Err(Refusal::NotFresh { max_age_s: less }), "{name}");
    }
}

#[tokio::test]
async fn i01_i02_i04_i09_i11_every_token_of_the_vectors_is_judged_as_it_says() {
    let vectors = vectors();
    let all = vectors["vectors"].as_array().unwrap();
    let mut wrong = Vec::new();
    for vector in all {
        let verifier = verifier(&vectors, vector);
        let outcome = verifier.verify(vector["token"].as_str().unwrap()).await;
        let said = outcome.as_ref().map_or_else(|refusal| refusal.code(), |_| "ok");
        if said != vector["expect"] {
            wrong.push(format!("{}: {said}, not {}", vector["name"], vector["expect"]));
        }
        if let Ok(claims) = outcome {
            check(vector, &verifier, &claims);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(all.len() > 200, "{}", all.len());
}

#[tokio::test]
async fn claims_say_what_the_token_says() {
    let vectors = vectors();
    let all = vectors["vectors"].as_array().unwrap();
    let named = |name: &str| all.iter().find(|vector| vector["name"] == name).unwrap().clone();
    let vector = named("an organization, a workspace and permissions");
    let token = vector["token"].as_str().unwrap();
    let claims = verifier(&vectors, &vector).verify(token).await.unwrap();
    let ids = [claims.user_id(), claims.session_id(), claims.sign_in_id()];
    assert_eq!(ids, ["usr_1", "ses_1", "sin_1"]);
    assert_eq!((claims.organization_id(), claims.workspace_id()), (Some("org_1"), Some("wsp_1")));
    assert_eq!(claims.organization_permissions(), ["organization:read", "billing:manage"]);
    assert_eq!(claims.workspace_permissions(), ["workspace:read"]);
    let now = vectors["now"].as_i64().unwrap();
    assert_eq!((claims.revision(), claims.issued_at(), claims.expires_at()), (7, now, now + 60));
    assert_eq!(
        (claims.token_id(), claims.authorized_party(), claims.proved_at()),
        (Some("tok_1"), None, None)
    );
    let vector = named("claims that nobody asked for");
    let claims = verifier(&vectors, &vector).verify(vector["token"].as_str().unwrap()).await.unwrap();
    assert_eq!(claims.to::<Value>().unwrap()["claims"]["plan"], "pro");
}

#[tokio::test]
async fn only_the_algorithms_that_are_allowed_are_believed() {
    let vectors = vectors();
    for vector in &vectors["vectors"].as_array().unwrap()[..3] {
        for algorithm in Algorithm::ALL {
            let mut builder = Verifier::builder(vectors["issuer"].as_str().unwrap())
                .keys(vectors["jwks"].to_string())
                .clock(Arc::new(At(vectors["now"].as_i64().unwrap())));
            builder = builder.algorithms(&[algorithm]);
            let outcome = builder.build().unwrap().verify(vector["token"].as_str().unwrap()).await;
            let expected = vector["name"] == format!("signed with {}", algorithm.name());
            assert_eq!(outcome.is_ok(), expected, "{} {algorithm:?}", vector["name"]);
        }
    }
}

#[test]
fn a21_every_header_of_the_vectors_gives_its_token_or_none() {
    for one in vectors()["authorization"].as_array().unwrap() {
        let text = one["header"].as_str().unwrap();
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_str(text).unwrap())]);
        assert_eq!(bearer(&headers).ok(), one["token"].as_str(), "{text:?}");
    }
    let mut headers = HeaderMap::new();
    assert_eq!(bearer(&headers), Err(Refusal::Missing));
    headers.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer a"));
    headers.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer a"));
    assert_eq!(bearer(&headers), Err(Refusal::Missing));
    let odd =
        HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_bytes(b"Bearer \xff").unwrap())]);
    assert_eq!(bearer(&odd), Err(Refusal::Missing));
}

#[tokio::test]
async fn settings_that_would_let_the_wrong_ones_in_make_no_verifier() {
    let said = |builder: Builder| builder.build().map(drop).unwrap_err().to_string();
    for issuer in [
        "auth.example.com",
        "https://auth.example.com/",
        "https://a@b.example",
        "ftp://a.example",
        "https://a.example/k/",
        "https://a.example/k?x",
        "",
        "https://",
    ] {
        assert!(said(Verifier::builder(issuer)).contains("issuer must be an address"), "{issuer}");
    }
    let good = || Verifier::builder("https://auth.example.com");
    assert!(said(good().server("http://keyrack:4400/")).contains("server must be an address"));
    assert!(said(good().server("http://keyrack:4400")).contains("plain http"));
    assert!(said(Verifier::builder("http://127.evil.example")).contains("plain http"));
    assert!(said(good().skew(Duration::from_secs(301))).contains("skew"));
    assert!(said(good().algorithms(&[])).contains("algorithm"));
    assert!(said(good().keys("nothing")).contains("JWK Set"));
    assert!(said(good().revocations("pk_live_x", WhenCut::Lifetime)).contains("sk_"));
    let hasty = WhenCut::Closed(Duration::from_secs(4));
    assert!(said(good().revocations("sk_live_x", hasty)).contains("five seconds"));
    for builder in [
        good(),
        good().server("http://keyrack:4400").allow_plain_http(),
        good().server("http://127.0.0.1:4400"),
        Verifier::builder("https://example.com/keyrack"),
        Verifier::builder("http://localhost:4400"),
        Verifier::builder("http://[::1]:4400"),
        good().revocations("sk_live_x", WhenCut::Closed(SHORTEST)),
    ] {
        assert!(builder.clone().build().is_ok(), "{builder:?}");
    }
    assert!(!format!("{:?}", good().revocations("sk_live_secret", WhenCut::Lifetime)).contains("secret"));
}
