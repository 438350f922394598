//! An issuer on this machine, with a clock that stands still until it is moved.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use keyrack_verify::{Builder, Clock, Verifier};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// The issuer that tokens name: where backends reach it is another address.
pub const ISSUER: &str = "https://auth.example.com";
pub const NOW_S: i64 = 1_800_000_000;

/// A key, and what is signed with it.
pub struct Signer {
    kid: String,
    pair: EcdsaKeyPair,
}

impl Signer {
    pub fn named(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { kid: kid.to_owned(), pair }
    }

    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid,
            "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..65]) })
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&json!({ "typ": "JWT", "alg": "ES256", "kid": self.kid }), claims)
    }

    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64.encode(value.to_string());
        let input = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", BASE64.encode(signature))
    }
}

pub fn claims() -> Value {
    json!({ "iss": ISSUER, "sub": "usr_1", "sid": "ses_1", "signin_id": "sin_1", "rev": 7,
        "iat": NOW_S - 5, "nbf": NOW_S - 5, "exp": NOW_S + 1_000_000 })
}

pub fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

/// Stands still until it is moved.
#[derive(Debug, Default)]
pub struct Still(AtomicI64);

impl Clock for Still {
    fn now_ms(&self) -> i64 {
        NOW_S * 1000 + self.passed_ms()
    }

    fn passed_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// One stream that somebody opened: what they asked with, and what they are told.
pub struct Opened {
    pub key: String,
    pub last_event_id: Option<String>,
    pub say: mpsc::UnboundedSender<String>,
}

pub struct Issuer {
    pub url: String,
    pub fetches: Arc<AtomicUsize>,
    pub streams: mpsc::UnboundedReceiver<Opened>,
    published: Arc<Mutex<Option<Vec<Value>>>>,
    clock: Arc<Still>,
}

#[derive(Clone)]
struct Served {
    published: Arc<Mutex<Option<Vec<Value>>>>,
    fetches: Arc<AtomicUsize>,
    opened: mpsc::UnboundedSender<Opened>,
}

impl Issuer {
    pub async fn with(keys: &[&Signer]) -> Self {
        let (opened, streams) = mpsc::unbounded_channel();
        let published = Arc::new(Mutex::new(Some(keys.iter().map(|key| key.jwk()).collect())));
        let fetches = Arc::new(AtomicUsize::new(0));
        let served = Served { published: Arc::clone(&published), fetches: Arc::clone(&fetches), opened };
        let app = Router::new()
            .route("/.well-known/jwks.json", get(jwks))
            .route("/admin/v1/revocations", get(revocations))
            .with_state(served);
        Self { url: serve(app).await, fetches, streams, published, clock: Arc::default() }
    }

    /// The keys that are published from now on; none while the issuer is away.
    pub fn publish(&self, keys: Option<&[&Signer]>) {
        *self.published.lock().unwrap() = keys.map(|keys| keys.iter().map(|key| key.jwk()).collect());
    }

    pub fn pass(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::<Still>::clone(&self.clock)
    }

    pub fn builder(&self) -> Builder {
        Verifier::builder(ISSUER).server(&self.url).clock(self.clock())
    }

    pub fn verifier(&self) -> Verifier {
        self.builder().build().unwrap()
    }
}

async fn jwks(State(served): State<Served>) -> Response {
    served.fetches.fetch_add(1, Ordering::SeqCst);
    match served.published.lock().unwrap().clone() {
        Some(keys) => Json(json!({ "keys": keys })).into_response(),
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

async fn revocations(State(served): State<Served>, headers: HeaderMap) -> Response {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let key = text("authorization").unwrap_or_default();
    if key == "Bearer sk_live_unknown" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (say, said) = mpsc::unbounded_channel::<String>();
    let opened = Opened { key, last_event_id: text("last-event-id"), say };
    if served.opened.send(opened).is_err() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let events = stream::unfold(said, |mut said| async {
        said.recv().await.map(|text| (Ok::<_, Infallible>(text), said))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(events)).into_response()
}

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// A server whose keys are at another address, or have no end.
pub async fn odd(page: &str, elsewhere: &str) -> String {
    let moved = format!("{elsewhere}/.well-known/jwks.json");
    let page = page.to_owned();
    let answer = move || {
        let (page, moved) = (page.clone(), moved.clone());
        async move {
            if page == "/moved" {
                return (StatusCode::FOUND, [("location", moved)]).into_response();
            }
            let endless = stream::repeat_with(|| Ok::<_, Infallible>(" ".repeat(4096)));
            Body::from_stream(endless).into_response()
        }
    };
    serve(Router::new().route("/.well-known/jwks.json", get(answer))).await
}
