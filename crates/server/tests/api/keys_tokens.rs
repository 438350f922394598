//! Keys of token templates, each seen at work.

use crate::keys::cases;
use crate::support::Keyrack;
use crate::token_templates::{claims_of, token_of, verifies};
use keyrack_server::sweep;
use serde_json::{Value, json};
use std::fs;

const NAME: (&str, &str) = ("deployment.token_template.name", "\"crm\"");

/// A server with a template that says these beside its name, and a token of it.
async fn token(set: &[(&str, &str)]) -> (Keyrack, Value, Value) {
    let keys: Vec<(&str, &str)> = set.iter().copied().chain([NAME]).collect();
    let server = Keyrack::from_file(&keys).await;
    let browser = server.signed_up("ada").await;
    let token = token_of(&browser, "crm").await;
    let header = serde_json::to_value(jsonwebtoken::decode_header(&token).unwrap()).unwrap();
    let public = browser.get("/.well-known/jwks.json").await.json();
    assert!(header["alg"] == "HS256" || verifies(&public, &token));
    (server, header, claims_of(&token))
}

fn pair() -> String {
    let pkcs8 = keyrack_server::world::Random::System.new_ec_key().unwrap();
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(pkcs8);
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

cases! {
    "deployment.token_template.name": async fn a_template_is_asked_for_by_its_name() {
        let server = Keyrack::from_file(&[(KEY, "\"other\"")]).await;
        let browser = server.signed_up("ada").await;
        token_of(&browser, "other").await;
        assert_eq!(browser.get("/session/token?template=crm").await.refused().1, "template_not_found");
    }

    "deployment.token_template.lifetime": async fn a_templates_tokens_live_as_long_as_it_says() {
        let life = |claims: &Value| claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(life(&token(&[(KEY, "\"7 minutes\"")]).await.2), 420);
        assert_eq!(life(&token(&[]).await.2), 60);
    }

    "deployment.token_template.clock_skew": async fn a_templates_tokens_are_good_from_as_far_back_as_it_says() {
        let back = |claims: &Value| claims["iat"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap();
        assert_eq!(back(&token(&[(KEY, "\"30s\"")]).await.2), 30);
        assert_eq!(back(&token(&[]).await.2), 5);
    }

    "deployment.token_template.algorithm": async fn a_templates_tokens_are_signed_as_it_says() {
        assert_eq!(token(&[(KEY, "\"EdDSA\"")]).await.1["alg"], "EdDSA");
        assert_eq!(token(&[]).await.1["alg"], "ES256");
    }

    "deployment.token_template.key_file": async fn a_template_signs_with_the_key_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        fs::write(&path, pair()).unwrap();
        let file = format!("{:?}", path.display().to_string());
        let (_, first, _) = token(&[(KEY, &file)]).await;
        assert_eq!(token(&[(KEY, &file)]).await.1["kid"], first["kid"]);
        assert_ne!(token(&[]).await.1["kid"], first["kid"]);
        fs::write(&path, "0123456789abcdef0123456789abcdef").unwrap();
        let hs = ("deployment.token_template.algorithm", "\"HS256\"");
        assert_eq!(token(&[(KEY, &file), hs]).await.1, json!({ "typ": "JWT", "alg": "HS256" }));
    }

    "deployment.token_template.published_key_files": async fn keys_that_only_are_published_are_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("next.pem");
        fs::write(&path, pair()).unwrap();
        let public = async |set: &[(&str, &str)]| {
            let (server, ..) = token(set).await;
            server.browser().get("/.well-known/jwks.json").await.json()["keys"].as_array().unwrap().len()
        };
        let file = format!("[{:?}]", path.display().to_string());
        assert_eq!((public(&[(KEY, &file)]).await, public(&[]).await), (2, 1));
    }

    "deployment.token_template.audience": async fn a_templates_tokens_are_for_whom_it_says() {
        assert_eq!(token(&[(KEY, "\"crm\"")]).await.2["aud"], "crm");
        assert_eq!(token(&[(KEY, "[\"crm\", \"mail\"]")]).await.2["aud"], json!(["crm", "mail"]));
        assert_eq!(token(&[]).await.2.get("aud"), None);
    }

    "deployment.token_template.claims": async fn a_templates_tokens_say_what_it_says() {
        let claims = "{ email = \"{{user.primary_email_address.email}}\", seats = 3, app = { beta = true, rate = 0.5 } }";
        let said = token(&[(KEY, claims)]).await.2;
        assert_eq!(said["email"], "ada@example.com");
        assert_eq!((&said["seats"], &said["app"]), (&json!(3), &json!({ "beta": true, "rate": 0.5 })));
        assert_eq!(token(&[]).await.2.get("email"), None);
    }

    "deployment.signing_key_max_age": async fn a_key_that_is_as_old_as_the_file_says_is_followed() {
        let keys = async |set: &[(&str, &str)]| {
            let server = Keyrack::from_file(set).await;
            server.advance(3 * 24 * 3_600_000);
            sweep::run_once(&server.app).await.unwrap();
            server.browser().get("/.well-known/jwks.json").await.json()["keys"].as_array().unwrap().len()
        };
        assert_eq!((keys(&[(KEY, "\"4 days\"")]).await, keys(&[]).await, keys(&[(KEY, "\"off\"")]).await), (2, 1, 1));
    }
}
