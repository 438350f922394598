//! Tokens as a stranger's backend sees them, who knows an issuer and its public keys.

use crate::support::{Browser, Keyrack};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;

async fn public_keys(browser: &Browser) -> Value {
    let reply = browser.get("/.well-known/jwks.json").await;
    assert_eq!(reply.status, 200);
    reply.json()
}

/// Verifies a token's signature and issuer with the published keys; its times are the caller's to check.
async fn verified(browser: &Browser, issuer: &str, token: &str) -> TokenData<Value> {
    let keys = public_keys(browser).await;
    let header = decode_header(token).unwrap();
    let named = |key: &&Value| key["kid"].as_str() == header.kid.as_deref();
    let key = keys["keys"].as_array().unwrap().iter().find(named).expect("the key that the token names");
    let text = |name: &str| key[name].as_str().unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "sub", "exp"]);
    // The machine's clock is not the test's.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let key = DecodingKey::from_ec_components(text("x"), text("y")).unwrap();
    decode(token, &key, &validation).unwrap()
}

async fn minted(browser: &Browser) -> Value {
    browser.get("/session/token?template=default").await.ok()
}

#[tokio::test]
async fn a_token_says_who_is_active_and_nothing_more_and_its_signature_is_the_published_keys() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.advance(234);
    let session = browser.session().await;
    let answer = minted(&browser).await;
    let token = verified(&browser, &server.base, answer["token"].as_str().unwrap()).await;
    let (id, sign_in, jti) = (&session["id"], &session["active_signin"], token.claims["jti"].clone());
    let iat = 1_767_225_600_i64;
    assert_eq!(
        token.claims,
        json!({
            "iss": server.base, "azp": server.base, "sub": sign_in["user_id"], "sid": id, "sess": id,
            "session_id": id, "signin_id": sign_in["id"], "rev": session["revision"], "jti": jti,
            "iat": iat, "nbf": iat - 5, "exp": iat + 60, "auth_time": iat, "amr": ["pwd"],
        })
    );
    assert_eq!(token.header.typ.as_deref(), Some("JWT"));
    let expected = json!({
        "token": answer["token"], "expires": (iat + 60) * 1000, "lifetime_ms": 59_766,
        "signin_id": sign_in["id"], "revision": session["revision"],
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn a_token_follows_the_active_account_and_names_only_allowed_origins() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    browser.signs_up(&server, "bob").await;
    assert_ne!(minted(&browser).await["signin_id"], ada);
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(minted(&browser).await["signin_id"], ada);

    let asked_by = async |origin: Option<&str>| {
        let cookie = format!("{}={}", cookie_name(&server), browser.credential().unwrap());
        let mut request = crate::support::client().get(format!("{}/session/token", server.base));
        request = request.header("cookie", cookie);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = browser.send(request).await.ok();
        let token = verified(&browser, &server.base, answer["token"].as_str().unwrap()).await;
        token.claims.get("azp").cloned()
    };
    assert_eq!(asked_by(Some(&server.base)).await, Some(json!(server.base)));
    assert_eq!(asked_by(Some("https://evil.example.com")).await, None);
    assert_eq!(asked_by(None).await, None);
}

fn cookie_name(server: &Keyrack) -> String {
    format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap())
}

#[tokio::test]
async fn a_token_lives_as_long_as_configured_but_never_longer_than_its_sign_in() {
    const HOUR: i64 = 3_600_000;
    let server = Keyrack::start_with(|deployment| {
        deployment.lifetimes.token_ms = HOUR;
        deployment.lifetimes.sign_in_idle_ms = HOUR;
    })
    .await;
    let browser = server.signed_up("ada").await;
    let began = 1_767_225_600_000_i64;
    for (advance, end) in [(0, began + HOUR), (359_999, began + HOUR), (1, began + 360_000 + HOUR)] {
        server.advance(advance);
        let answer = minted(&browser).await;
        assert_eq!(answer["expires"], end);
        assert_eq!(answer["lifetime_ms"], end - server.app.world.clock.now_ms());
        let token = verified(&browser, &server.base, answer["token"].as_str().unwrap()).await;
        assert_eq!(token.claims["exp"], end / 1000);
    }
}

#[tokio::test]
async fn no_two_tokens_share_an_id_and_a_restart_keeps_the_key() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let keys = public_keys(&browser).await;
    let mut ids = HashSet::new();
    for _ in 0..20 {
        let token = minted(&browser).await["token"].as_str().unwrap().to_owned();
        ids.insert(verified(&browser, &server.base, &token).await.claims["jti"].to_string());
    }
    assert_eq!(ids.len(), 20);
    let before = minted(&browser).await["token"].as_str().unwrap().to_owned();
    let server = server.restart().await;
    assert_eq!(public_keys(&browser).await, keys);
    verified(&browser, &server.base, &before).await;
}

#[tokio::test]
async fn i08_the_published_keys_have_no_private_half_and_are_each_deployments_own() {
    let (one, other) = (Keyrack::start().await, Keyrack::start().await);
    let mut seen = HashSet::new();
    for server in [&one, &other] {
        let keys = public_keys(&server.browser()).await;
        let [key] = keys["keys"].as_array().unwrap().as_slice() else { panic!("{keys}") };
        let mut names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!(
            (&key["alg"], &key["crv"], &key["use"]),
            (&json!("ES256"), &json!("P-256"), &json!("sig"))
        );
        seen.insert(key["kid"].to_string());
        seen.insert(key["x"].to_string());
    }
    assert_eq!(seen.len(), 4);
}

#[tokio::test]
async fn nobody_gets_a_token_without_an_active_account_or_of_a_template_that_is_none() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let (nobody, begun, ada) = (server.browser(), server.browser(), server.signed_up("ada").await);
        begun.begins_sign_up("bob").await;
        for browser in [&nobody, &begun] {
            for path in ["/session/token", "/session/token?template=default", "/me"] {
                let refusal = browser.get(path).await.refused();
                assert_eq!(refusal, (401, "signed_out".to_owned()), "{path}");
            }
        }
        for template in ["", "default", "undefined"] {
            ada.get(&format!("/session/token?template={template}")).await.ok();
        }
        for template in ["Default", "default2", "..%2Fdefault", "%00"] {
            let refusal = ada.get(&format!("/session/token?template={template}")).await.refused();
            assert_eq!(refusal, (404, "template_not_found".to_owned()), "{template}");
        }
        let posted = ada.send(ada.request(Method::POST, "/session/token")).await;
        assert_eq!(posted.refused(), (405, "method_not_allowed".to_owned()));
    }
}

#[tokio::test]
async fn me_is_the_user_of_the_active_sign_in_and_holds_no_secret() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    browser.signs_up(&server, "bob").await;
    for (name, switch) in [("bob", None), ("ada", Some(ada))] {
        if let Some(id) = switch {
            browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
        }
        let (me, session) = (browser.get("/me").await, browser.session().await);
        assert_eq!(me.ok(), session["active_signin"]["user"]);
        assert_eq!(me.ok()["email_address"], format!("{name}@example.com"));
        let email = &me.ok()["primary_email_address"];
        assert_eq!(
            (&email["email"], &email["verified"]),
            (&json!(format!("{name}@example.com")), &json!(true))
        );
        assert!(!me.text.contains("argon2") && !me.text.contains("password_hash"), "{}", me.text);
        assert_eq!(me.ok()["has_password"], true);
    }
}
