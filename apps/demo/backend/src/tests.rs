use super::*;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

const ISSUER: &str = "https://auth.example.com";
const NOW_S: i64 = 1_800_000_000;

struct Signer {
    kid: &'static str,
    private: EncodingKey,
    public: Vec<u8>,
}

impl Signer {
    fn named(kid: &'static str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let public = pair.public_key().as_ref().to_vec();
        Self { kid, private: EncodingKey::from_ec_der(pkcs8.as_ref()), public }
    }

    fn jwk(&self) -> Value {
        let part = |range| URL_SAFE_NO_PAD.encode(&self.public[range]);
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid,
            "x": part(1..33), "y": part(33..65) })
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.private).unwrap()
    }
}

/// What the issuer is for the backend: the keys it answers with, `None` while it is away.
type Published = Arc<Mutex<Option<Vec<Value>>>>;

struct World {
    url: String,
    published: Published,
    fetches: Arc<AtomicUsize>,
    now_ms: Arc<AtomicI64>,
    client: reqwest::Client,
}

impl World {
    async fn with(keys: &[&Signer]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let published: Published = Arc::new(Mutex::new(Some(keys.iter().map(|key| key.jwk()).collect())));
        let (fetches, now_ms) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicI64::new(NOW_S * 1000)));
        let clock = Arc::clone(&now_ms);
        let backend =
            router(ISSUER.to_owned(), format!("{url}/jwks"), Arc::new(move || clock.load(Ordering::SeqCst)));
        let (keys, counter) = (Arc::clone(&published), Arc::clone(&fetches));
        let jwks = get(move || async move {
            counter.fetch_add(1, Ordering::SeqCst);
            match keys.lock().unwrap().clone() {
                Some(keys) => Json(json!({ "keys": keys })).into_response(),
                None => StatusCode::BAD_GATEWAY.into_response(),
            }
        });
        let app = Router::new().route("/jwks", jwks).nest("/api", backend);
        tokio::spawn(async move { axum::serve(listener, app).await });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { url, published, fetches, now_ms, client }
    }

    fn publish(&self, keys: Option<&[&Signer]>) {
        *self.published.lock().unwrap() = keys.map(|keys| keys.iter().map(|key| key.jwk()).collect());
    }

    fn advance(&self, seconds: i64) {
        self.now_ms.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    async fn call(&self, authorization: Option<&str>) -> (u16, Value) {
        let mut request = self.client.get(format!("{}/api/private", self.url));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn call_with(&self, token: &str) -> (u16, Value) {
        self.call(Some(&format!("Bearer {token}"))).await
    }
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "sub": "usr_1", "sid": "ses_1", "signin_id": "sin_1",
        "iat": NOW_S - 5, "nbf": NOW_S - 5, "exp": NOW_S + 60 })
}

fn claims_with(key: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[key] = value;
    claims
}

fn error_of((status, body): (u16, Value)) -> String {
    assert_eq!(status, 401, "{body}");
    body["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_good_token_is_greeted() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    let token = signer.sign(&claims());
    let greeting = json!({ "hello": "usr_1", "session": "ses_1", "signin": "sin_1", "expires": NOW_S + 60 });
    assert_eq!(world.call_with(&token).await, (200, greeting.clone()));
    assert_eq!(world.call(Some(&format!("bearer {token}"))).await, (200, greeting));
    assert_eq!(world.fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_time_is_the_given_one_with_five_seconds_of_leeway() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    let token = signer.sign(&claims());
    world.advance(64);
    assert_eq!(world.call_with(&token).await.0, 200);
    world.advance(1);
    assert!(error_of(world.call_with(&token).await).contains("has expired"));
    world.advance(-65 - 11);
    assert!(error_of(world.call_with(&token).await).contains("not valid yet"));
    world.advance(1);
    assert_eq!(world.call_with(&token).await.0, 200);
}

#[tokio::test]
async fn another_issuer_is_refused() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    for issuer in ["https://auth.example.com/", "https://evil.example", ""] {
        let token = signer.sign(&claims_with("iss", json!(issuer)));
        assert!(error_of(world.call_with(&token).await).contains("another issuer"), "{issuer}");
    }
}

#[tokio::test]
async fn a_token_without_a_claim_that_must_be_there_is_refused() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    for claim in ["iss", "sub", "sid", "signin_id", "exp", "nbf"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(claim);
        assert!(error_of(world.call_with(&signer.sign(&claims)).await).contains("not valid"), "{claim}");
    }
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for alg in ["none", "None", "NONE"] {
        let head = part(&json!({ "alg": alg, "typ": "JWT", "kid": "k1" }));
        for signature in ["", "AAAA"] {
            let token = format!("{head}.{}.{signature}", part(&claims()));
            error_of(world.call_with(&token).await);
        }
    }
}

#[tokio::test]
async fn the_public_key_is_no_secret_for_hs256() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    let jwk = signer.jwk();
    let secrets = [signer.public.clone(), jwk.to_string().into_bytes(), jwk["x"].as_str().unwrap().into()];
    for secret in secrets {
        let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) };
        let token = encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
        error_of(world.call_with(&token).await);
    }
    assert_eq!(world.call_with(&signer.sign(&claims())).await.0, 200);
}

#[tokio::test]
async fn i02_a_well_signed_token_that_asks_for_more_than_is_understood_is_refused() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    let header = Header {
        kid: Some("k1".to_owned()),
        crit: Some(vec!["exp".to_owned()]),
        ..Header::new(Algorithm::ES256)
    };
    let token = encode(&header, &claims(), &signer.private).unwrap();
    assert!(error_of(world.call_with(&token).await).contains("not valid"));
}

#[tokio::test]
async fn a_stranger_with_a_known_key_id_is_refused() {
    let (signer, stranger) = (Signer::named("k1"), Signer::named("k1"));
    let world = World::with(&[&signer]).await;
    error_of(world.call_with(&stranger.sign(&claims())).await);
}

#[tokio::test]
async fn an_unknown_key_asks_the_issuer_once_in_a_while() {
    let (first, second) = (Signer::named("k1"), Signer::named("k2"));
    let world = World::with(&[&first]).await;
    assert_eq!(world.call_with(&first.sign(&claims())).await.0, 200);
    let token = second.sign(&claims());
    world.publish(Some(&[&first, &second]));
    for _ in 0..5 {
        error_of(world.call_with(&token).await);
    }
    assert_eq!(world.fetches.load(Ordering::SeqCst), 1);
    world.advance(31);
    assert_eq!(world.call_with(&token).await.0, 200);
    assert_eq!(world.fetches.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_keys_are_kept_while_the_issuer_is_away() {
    let (signer, stranger) = (Signer::named("k1"), Signer::named("k2"));
    let world = World::with(&[&signer]).await;
    world.publish(None);
    let (status, body) = world.call_with(&signer.sign(&claims())).await;
    assert_eq!((status, body["error"].as_str().unwrap().contains("try again")), (503, true));
    world.publish(Some(&[&signer]));
    assert_eq!(world.call_with(&signer.sign(&claims())).await.0, 200);
    world.publish(None);
    world.advance(31);
    error_of(world.call_with(&stranger.sign(&claims())).await);
    assert_eq!(world.call_with(&signer.sign(&claims())).await.0, 200);
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    let mut cut = signer.sign(&claims());
    cut.truncate(cut.len() - 4);
    let missing = [None, Some("Bearer"), Some("Bearer "), Some("Basic dTpw"), Some("")];
    for header in missing {
        assert!(error_of(world.call(header).await).starts_with("send the token"), "{header:?}");
    }
    for token in ["x", "a.b.c", "....", "%00", &cut, &"a".repeat(8000)] {
        assert!(error_of(world.call_with(token).await).contains("not valid"), "{token}");
    }
}

#[tokio::test]
async fn a_token_without_a_key_id_is_refused() {
    let signer = Signer::named("k1");
    let world = World::with(&[&signer]).await;
    let token = encode(&Header::new(Algorithm::ES256), &claims(), &signer.private).unwrap();
    error_of(world.call_with(&token).await);
}
