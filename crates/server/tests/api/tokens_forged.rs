//! Forged tokens (area I) at a backend that knows the issuer and its public keys only: all are the same 401.

use crate::support::{Browser, Running};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use aws_lc_rs::{hmac, signature};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;

/// The DER of a P-256 public key up to its point (RFC 5480).
const SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A backend, a good token for it, and its parts.
struct Scene {
    server: Running,
    browser: Browser,
    header: Value,
    claims: Value,
    parts: [String; 3],
}

impl Scene {
    async fn set() -> Self {
        let server = Running::dev("warn");
        let browser = server.signed_up("ada").await;
        let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
        let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let parts: [String; 3] = parts.try_into().unwrap();
        let read = |part: &str| serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap();
        let scene = Self { header: read(&parts[0]), claims: read(&parts[1]), parts, browser, server };
        assert_eq!(scene.shows(&token).await.0, 200);
        scene
    }

    /// What the backend says to this token.
    async fn shows(&self, token: &str) -> (u16, String) {
        let request = self
            .browser
            .request(Method::GET, "/api/private")
            .header("authorization", format!("Bearer {token}"));
        let reply = self.browser.send_and_lose(request).await;
        (reply.status, reply.text)
    }

    async fn refuses(&self, tokens: impl IntoIterator<Item = (&str, String)>) {
        let nonsense = self.shows("nonsense").await;
        assert_eq!(nonsense.0, 401);
        for (why, token) in tokens {
            assert_eq!(self.shows(&token).await, nonsense, "{why}");
        }
        assert_eq!(self.shows(&self.parts.join(".")).await.0, 200, "the good one is still good");
    }

    /// The header with these members changed.
    fn header_with(&self, changes: Value) -> Value {
        with(&self.header, changes)
    }

    /// Header and claims as they are signed.
    fn unsigned(&self, header: &Value) -> String {
        format!("{}.{}", BASE64.encode(header.to_string()), self.parts[1])
    }

    /// The published key: its JWK, and its point.
    async fn public_key(&self) -> (Value, Vec<u8>) {
        let jwk = self.browser.get("/.well-known/jwks.json").await.json()["keys"][0].clone();
        let part = |name: &str| BASE64.decode(jwk[name].as_str().unwrap()).unwrap();
        let point = [vec![4], part("x"), part("y")].concat();
        (jwk, point)
    }
}

fn with(object: &Value, changes: Value) -> Value {
    let mut object = object.as_object().unwrap().clone();
    object.extend(changes.as_object().unwrap().clone());
    Value::Object(object)
}

/// An attacker's own key pair.
struct Attacker(EcdsaKeyPair);

impl Attacker {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn sign(&self, unsigned: &str) -> String {
        let signature: signature::Signature = self.0.sign(&SystemRandom::new(), unsigned.as_bytes()).unwrap();
        format!("{unsigned}.{}", BASE64.encode(signature))
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..]) })
    }
}

#[tokio::test]
async fn i01_a_token_cannot_choose_how_it_is_verified() {
    let scene = Scene::set().await;
    let mut tokens = Vec::new();
    for alg in
        [json!("none"), json!("None"), json!("NONE"), json!("nOnE"), json!(""), json!(null), json!(["ES256"])]
    {
        let unsigned = scene.unsigned(&scene.header_with(json!({ "alg": alg })));
        tokens.push(("no algorithm, no signature", format!("{unsigned}.")));
        tokens.push(("no algorithm", format!("{unsigned}.{}", scene.parts[2])));
    }
    for alg in ["ES384", "ES512", "ES256K", "RS256", "PS256", "EdDSA", "HS256", "es256", "ES256 "] {
        let unsigned = scene.unsigned(&scene.header_with(json!({ "alg": alg })));
        tokens.push((alg, format!("{unsigned}.{}", scene.parts[2])));
    }
    scene.refuses(tokens).await;
}

#[tokio::test]
async fn i01_a_public_key_is_no_secret_that_signs() {
    let scene = Scene::set().await;
    let (jwk, point) = scene.public_key().await;
    let der = [SPKI, &point].concat();
    let body = STANDARD.encode(&der);
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----", &body[..64], &body[64..]);
    let keys: [(&str, Vec<u8>); 8] = [
        ("PEM", pem.clone().into()),
        ("PEM and a line break", format!("{pem}\n").into()),
        ("DER", der),
        ("point", point.clone()),
        ("x and y", point[1..].to_vec()),
        ("JWK", jwk.to_string().into()),
        ("key id", jwk["kid"].as_str().unwrap().into()),
        ("nothing", Vec::new()),
    ];
    let mut tokens = Vec::new();
    for (alg, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        let unsigned = scene.unsigned(&scene.header_with(json!({ "alg": alg })));
        for (name, key) in &keys {
            let tag = hmac::sign(&hmac::Key::new(algorithm, key), unsigned.as_bytes());
            tokens.push((*name, format!("{unsigned}.{}", BASE64.encode(tag))));
        }
    }
    scene.refuses(tokens).await;
}

#[tokio::test]
async fn i01_only_the_three_parts_as_they_were_signed_are_a_token() {
    let scene = Scene::set().await;
    let [header, claims, signature] = scene.parts.each_ref().map(String::as_str);
    let claimed = |changes: Value| BASE64.encode(with(&scene.claims, changes).to_string());
    let bytes = BASE64.decode(signature).unwrap();
    let json_form = json!({ "payload": claims, "protected": header, "signature": signature }).to_string();
    let mut tokens = vec![
        ("empty signature", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{header}.{claims}.{signature}.")),
        ("five parts", format!("{header}.{claims}.{signature}.{claims}.{signature}")),
        ("JSON", json_form),
        ("nested", BASE64.encode(scene.parts.join("."))),
        ("parts exchanged", format!("{claims}.{header}.{signature}")),
        ("zeros", format!("{header}.{claims}.{}", BASE64.encode([0; 64]))),
        ("cut", format!("{header}.{claims}.{}", BASE64.encode(&bytes[..63]))),
        ("longer", format!("{header}.{claims}.{}", BASE64.encode([&bytes[..], &[0]].concat()))),
        ("padded", format!("{header}.{claims}.{signature}==")),
    ];
    for changes in [
        json!({ "sub": "usr_00000000000000000000000000" }),
        json!({ "exp": 4_102_444_800_u64 }),
        json!({ "role": "admin" }),
        json!({ "iss": "https://evil.example" }),
    ] {
        tokens.push(("claims changed", format!("{header}.{}.{signature}", claimed(changes))));
    }
    for bit in (0..bytes.len() * 8).step_by(37) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        tokens.push(("flipped", format!("{header}.{claims}.{}", BASE64.encode(flipped))));
    }
    scene.refuses(tokens).await;
}

#[tokio::test]
async fn i02_no_header_brings_its_own_key_or_fetches_one() {
    let scene = Scene::set().await;
    let attacker = Attacker::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let changes = [
        json!({}),
        json!({ "jwk": attacker.jwk() }),
        json!({ "jwk": attacker.jwk(), "kid": null }),
        json!({ "jku": url }),
        json!({ "jku": url, "kid": "another" }),
        json!({ "x5u": url }),
        json!({ "x5c": [STANDARD.encode([SPKI, attacker.0.public_key().as_ref()].concat())] }),
        json!({ "iss": url, "kid": url }),
        json!({ "kid": "../../../../dev/null" }),
        json!({ "kid": "' union select 'x' --" }),
        json!({ "kid": "" }),
        json!({ "kid": "ключ\u{202e}\u{0}" }),
        json!({ "kid": "k".repeat(30_000) }),
        json!({ "kid": 1 }),
        json!({ "kid": ["a"] }),
        json!({ "crit": ["exp"] }),
        json!({ "crit": ["b64"], "b64": false }),
        json!({ "typ": "JWE", "cty": "JWT", "zip": "DEF" }),
    ];
    let tokens = changes
        .map(|changes| ("an attacker's key", attacker.sign(&scene.unsigned(&scene.header_with(changes)))));
    let kept = json!({ "jku": url, "kid": scene.header["kid"] });
    let kept = format!("{}.{}", scene.unsigned(&scene.header_with(kept)), scene.parts[2]);
    scene.refuses(tokens.into_iter().chain([("the header changed", kept)])).await;
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn i04_a_token_of_another_issuer_and_a_session_credential_are_no_token_here() {
    let (scene, other) = (Scene::set().await, Scene::set().await);
    let foreign = other.parts.join(".");
    let credential = scene.browser.credential().unwrap();
    scene.refuses([("another issuer's", foreign), ("a credential", credential)]).await;
    assert_eq!(scene.server.stop().code, Some(0));
    // Nor is a token a credential.
    let thief = other.server.browser();
    thief.hold(Some(other.parts.join(".")));
    assert_eq!(thief.get("/me").await.refused(), (401, "signed_out".to_owned()));
}

#[tokio::test]
async fn i11_what_is_encrypted_compressed_or_nested_is_refused_at_once() {
    let scene = Scene::set().await;
    let attacker = Attacker::new();
    let [_, claims, signature] = scene.parts.each_ref().map(String::as_str);
    let jwe = |changes: Value| {
        let header =
            with(&json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128CBC-HS256", "typ": "JWT" }), changes);
        let header = BASE64.encode(header.to_string());
        format!("{header}.{signature}.{signature}.{claims}.{signature}")
    };
    let bomb = BASE64.encode(vec![0_u8; 24_000]);
    let mut tokens = vec![
        ("p2c", jwe(json!({ "p2c": 2_147_483_647_u64, "p2s": "AAAA" }))),
        ("zip", jwe(json!({ "zip": "DEF", "alg": "dir" }))),
        ("key agreement", jwe(json!({ "alg": "ECDH-ES", "epk": attacker.jwk() }))),
    ];
    for changes in [
        json!({ "zip": "DEF" }),
        json!({ "cty": "JWT" }),
        json!({ "enc": "A256GCM" }),
        json!({ "p2c": 2_147_483_647_u64 }),
    ] {
        tokens.push(("signed", attacker.sign(&scene.unsigned(&scene.header_with(changes)))));
    }
    let nested =
        format!("{}.{}", BASE64.encode(scene.header.to_string()), BASE64.encode(scene.parts.join(".")));
    tokens.push(("nested", attacker.sign(&nested)));
    tokens.push(("a bomb", format!("{}.{bomb}.{signature}", scene.parts[0])));
    let refused = scene.refuses(tokens);
    tokio::time::timeout(std::time::Duration::from_secs(60), refused)
        .await
        .expect("nothing is unpacked or computed");
}
