//! Tokens with claims of the application's own: what is in them, by whom they are signed, and what nobody can put there.

use crate::support::{Browser, Keyrack, Operator};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use keyrack_server::config::Deployment;
use keyrack_server::config::TokenTemplate;
use keyrack_server::token::template::Template;
use keyrack_server::token::{Algorithm, Signer};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

/// A template with these claims.
pub fn template(name: &str, claims: Value) -> TokenTemplate {
    TokenTemplate {
        name: name.to_owned(),
        lifetime_ms: 60_000,
        clock_skew_ms: 5_000,
        algorithm: Algorithm::Es256,
        key: None,
        also_published: Vec::new(),
        audience: Vec::new(),
        claims: Template::parse(claims.as_object().unwrap()).unwrap(),
    }
}

pub async fn with(templates: Vec<TokenTemplate>) -> Keyrack {
    Keyrack::start_with(|deployment: &mut Deployment| deployment.token_templates = templates).await
}

/// What a token says, whoever signed it.
pub fn claims_of(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()
}

pub async fn token_of(browser: &Browser, template: &str) -> String {
    let answer = browser.get(&format!("/session/token?template={template}")).await.ok();
    answer["token"].as_str().unwrap().to_owned()
}

/// Verifies a token as a stranger does who keeps these public keys.
pub fn verifies(keys: &Value, token: &str) -> bool {
    let header = decode_header(token).unwrap();
    let named = |key: &&Value| key["kid"].as_str() == header.kid.as_deref();
    let Some(jwk) = keys["keys"].as_array().unwrap().iter().find(named) else { return false };
    let mut validation = Validation::new(jwk["alg"].as_str().unwrap().parse().unwrap());
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let key = DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).unwrap()).unwrap();
    decode::<Value>(token, &key, &validation).is_ok()
}

#[tokio::test]
async fn a_template_says_what_it_names_of_user_organization_workspace_session_and_sign_in() {
    let everything = json!({
        "me": ["{{user.id}}", "{{user.external_id}}", "{{user.full_name}}", "{{user.username}}"],
        "email": "{{user.primary_email_address.email}}", "proved": "{{user.primary_email_address.verified}}",
        "phone": "{{user.primary_phone_number.phone_number}}", "plan": "{{user.public_metadata.plan}}",
        "meta": "{{user.public_metadata}}", "org": ["{{organization.id}}", "{{organization.name}}", "{{organization.slug}}"],
        "roles": "{{organization.roles}}", "may": "{{organization.permissions}}", "workspace": "{{workspace.name}}",
        "session": "{{session.id}}/{{session.revision}}", "sign_in": ["{{sign_in.id}}", "{{sign_in.methods}}"],
        "greeting": "{{user.first_name}} at {{organization.name}}",
    });
    let renamed = |mut claims: Value| {
        let workspace = claims.as_object_mut().unwrap().remove("workspace").unwrap();
        claims["place"] = workspace;
        claims
    };
    let server = with(vec![template("crm", renamed(everything))]).await;
    let browser = server.signed_up("ada").await;
    let me = browser.get("/me").await.ok();
    let backend = server.backend(&["users:write"]).await;
    let kept = json!({ "external_id": "crm/1", "first_name": "Ada", "last_name": "Lovelace",
        "public_metadata": { "plan": "pro" }, "private_metadata": { "risk": "sesame" } });
    backend.patch(&format!("/admin/v1/users/{}", me["id"].as_str().unwrap()), kept).await;
    let outside = claims_of(&token_of(&browser, "crm").await);
    assert_eq!(outside["me"], json!([me["id"], "crm/1", "Ada Lovelace", null]));
    assert_eq!((&outside["email"], &outside["proved"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!((&outside["plan"], &outside["meta"]), (&json!("pro"), &json!({ "plan": "pro" })));
    assert_eq!(
        (&outside["org"], &outside["roles"], &outside["phone"]),
        (&json!([null, null, null]), &json!(null), &json!(null))
    );
    assert_eq!((&outside["greeting"], outside.get("organization")), (&json!("Ada at "), None));
    assert!(!outside.to_string().contains("sesame"));
    let organization = browser.founds("Acme").await;
    browser.founds_in(&organization, "Red").await;
    let session = browser.session().await;
    let inside = claims_of(&token_of(&browser, "crm").await);
    assert_eq!((&inside["org"][0], &inside["org"][1]), (&json!(organization), &json!("Acme")));
    assert_eq!(
        (&inside["organization"], &inside["may"]),
        (&json!(organization), &inside["permissions"]["organization"])
    );
    assert!(!inside["roles"].as_array().unwrap().is_empty() && inside["place"] == "Red", "{inside}");
    let sign_in = &session["active_signin"]["id"];
    let expected = format!("{}/{}", session["id"].as_str().unwrap(), session["revision"]);
    assert_eq!((&inside["session"], &inside["sign_in"]), (&json!(expected), &json!([sign_in, ["pwd"]])));
}

#[tokio::test]
async fn i09_a_token_of_a_template_lives_as_it_says_and_never_longer_than_its_sign_in() {
    const MINUTE: i64 = 60_000;
    let long = TokenTemplate {
        lifetime_ms: 50 * MINUTE,
        clock_skew_ms: 17_000,
        audience: vec!["https://crm.example.com".to_owned()],
        ..template("long", json!({}))
    };
    let server = Keyrack::start_with(|deployment| {
        deployment.token_templates = vec![long, template("short", json!({}))];
        deployment.lifetimes.sign_in_max_age_ms = 60 * MINUTE;
        deployment.lifetimes.sign_in_idle_ms = 60 * MINUTE;
    })
    .await;
    let browser = server.signed_up("ada").await;
    let began = server.app.world.clock.now_ms();
    for (after, name, lives) in [
        (0, "long", 50 * MINUTE),
        (0, "short", MINUTE),
        (5 * MINUTE, "long", 50 * MINUTE),
        (15 * MINUTE, "long", 45 * MINUTE),
        (60 * MINUTE - 1_000, "long", 1_000),
        (60 * MINUTE - 1_000, "short", 1_000),
    ] {
        server.advance(began + after - server.app.world.clock.now_ms());
        let answer = browser.get(&format!("/session/token?template={name}")).await.ok();
        let (claims, now) = (claims_of(answer["token"].as_str().unwrap()), began + after);
        assert_eq!(claims["exp"].as_i64().unwrap() * 1000, answer["expires"].as_i64().unwrap());
        assert_eq!(
            (&answer["expires"], &answer["lifetime_ms"]),
            (&json!(now + lives), &json!(lives)),
            "{after} {name}"
        );
        let slack = if name == "long" { 17 } else { 5 };
        assert_eq!((&claims["iat"], &claims["nbf"]), (&json!(now / 1000), &json!(now / 1000 - slack)));
        assert_eq!(claims.get("aud").is_some(), name == "long");
    }
    server.advance(2_000);
    assert_eq!(browser.get("/session/token?template=long").await.refused(), (401, "signed_out".to_owned()));
    assert_eq!(keyrack_server::revocation::window_ms(&server.app.sites[0]), 56 * MINUTE);
}

#[tokio::test]
async fn every_algorithm_signs_with_a_key_of_its_own_and_what_is_secret_is_published_nowhere() {
    let secret = "0123456789abcdef0123456789abcdef";
    let of = |name: &str, algorithm| TokenTemplate { algorithm, ..template(name, json!({})) };
    let own = Signer::of_file(Algorithm::Hs256, secret).unwrap();
    let templates = vec![
        of("ed", Algorithm::EdDsa),
        of("rsa", Algorithm::Rs256),
        TokenTemplate { key: Some(Arc::new(own)), ..of("old", Algorithm::Hs256) },
    ];
    let server = with(templates).await;
    let browser = server.signed_up("ada").await;
    let reply = browser.get("/.well-known/jwks.json").await;
    let keys = reply.json();
    let mut published: Vec<&str> =
        keys["keys"].as_array().unwrap().iter().map(|key| key["alg"].as_str().unwrap()).collect();
    published.sort_unstable();
    assert_eq!(published, ["ES256", "EdDSA", "RS256"]);
    for (name, algorithm) in [("default", "ES256"), ("ed", "EdDSA"), ("rsa", "RS256")] {
        let token = token_of(&browser, name).await;
        assert_eq!(format!("{:?}", decode_header(&token).unwrap().alg), algorithm.to_owned());
        assert!(verifies(&keys, &token), "{name}");
    }
    let token = token_of(&browser, "old").await;
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_exp = false;
    assert!(decode::<Value>(&token, &DecodingKey::from_secret(secret.as_bytes()), &validation).is_ok());
    assert_eq!(decode_header(&token).unwrap().kid, None);
    for wrong in keys["keys"].as_array().unwrap().iter().map(Value::to_string).chain([reply.text.clone()]) {
        assert!(decode::<Value>(&token, &DecodingKey::from_secret(wrong.as_bytes()), &validation).is_err());
        for private in ["\"d\"", "\"p\"", "\"q\"", "\"k\"", "\"dp\""] {
            assert!(!wrong.contains(private), "{wrong}");
        }
    }
    let after = server.restart().await;
    assert_eq!(after.browser().get("/.well-known/jwks.json").await.json(), keys);
}

#[tokio::test]
async fn an_operator_and_a_backend_see_templates_and_what_they_would_say_but_no_token() {
    let claims = json!({ "plan": "{{user.public_metadata.plan}}", "org": "{{organization.name}}" });
    let server = with(vec![TokenTemplate { lifetime_ms: 300_000, ..template("crm", claims.clone()) }]).await;
    let browser = server.signed_up("ada").await;
    let organization = browser.founds("Acme").await;
    let operator = Operator(&server);
    let seen = operator
        .ask(
            Method::POST,
            "/tokens/preview",
            json!({ "template": "crm", "user": "ada@example.com", "organization": organization }),
        )
        .await;
    let preview = seen.ok();
    let real = claims_of(&token_of(&browser, "crm").await);
    for name in ["iss", "sub", "organization", "permissions", "plan", "org", "exp", "iat", "nbf", "amr"] {
        assert_eq!(preview["claims"][name], real[name], "{name}");
    }
    assert_eq!(
        (&preview["header"]["alg"], &preview["claims"]["sid"]),
        (&json!("ES256"), &json!("ses_preview"))
    );
    assert!(!seen.text.contains("eyJ"), "{}", seen.text);
    let by_slug = json!({ "template": "crm", "user": "ada@example.com", "organization": "acme" });
    let by_slug = operator.ask(Method::POST, "/tokens/preview", by_slug).await.ok();
    assert_eq!(by_slug["claims"]["organization"], json!(organization));
    for (body, code) in [
        (json!({ "template": "none", "user": "ada@example.com" }), "template_not_found"),
        (json!({ "template": "crm", "user": "bob@example.com" }), "user_not_found"),
        (
            json!({ "template": "crm", "user": "ada@example.com", "workspace": "wsp_1" }),
            "workspace_not_found",
        ),
    ] {
        assert_eq!(operator.ask(Method::POST, "/tokens/preview", body).await.refused().1, code);
    }
    let backend = server.backend(&["config:read"]).await;
    let listed = backend.get("/admin/v1/token-templates").await.json();
    assert_eq!(listed["items"][0]["name"], "default");
    assert_eq!(
        listed["items"][1],
        json!({ "name": "crm", "lifetime_ms": 300_000, "clock_skew_ms": 5_000, "algorithm": "ES256", "has_own_key": false,
            "audience": [], "claims": claims })
    );
    assert_eq!(operator.get("/token-templates").await.ok(), listed);
    let other = server.backend(&["users:read"]).await;
    for path in ["/admin/v1/token-templates", "/admin/v1/signing-keys"] {
        assert_eq!(other.get(path).await.status, 403, "{path}");
    }
}
