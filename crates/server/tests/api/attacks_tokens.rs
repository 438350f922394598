//! Tokens of templates attacked (area I): names that try to be claims, claims that are Keyrack's own, tokens at the wrong door.

use crate::token_templates::{claims_of, template, token_of, verifies, with};
use keyrack_server::config::TokenTemplate;
use keyrack_server::token::template::{RESERVED, Template};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn i05_no_name_and_no_metadata_breaks_out_of_its_place_in_a_token() {
    let claims = json!({ "name": "{{user.first_name}}", "hello": "Hi {{user.first_name}}, {{user.public_metadata.a}}",
        "list": ["{{user.first_name}}"], "meta": "{{user.public_metadata}}" });
    let server = with(vec![template("crm", claims)]).await;
    let browser = server.signed_up("ada").await;
    let keys = browser.get("/.well-known/jwks.json").await.json();
    let usual: Vec<String> =
        claims_of(&token_of(&browser, "crm").await).as_object().unwrap().keys().cloned().collect();
    let user = browser.get("/me").await.ok()["id"].as_str().unwrap().to_owned();
    let backend = server.backend(&["users:write"]).await;
    for name in [
        r#"","role":"admin","x":""#,
        "{{user.id}}",
        "{{ 7*7 }}${7*7}<%= 7 %>",
        "\\\"}],\\u0022",
        "é\u{1f600}",
    ] {
        let meta = json!({ "a": name, name: { "sub": "usr_other", "exp": 1 }, "sub": name });
        let body = json!({ "first_name": name, "public_metadata": meta });
        assert_eq!(backend.patch(&format!("/admin/v1/users/{user}"), body).await.status, 200, "{name}");
        let token = token_of(&browser, "crm").await;
        let claims = claims_of(&token);
        assert!(verifies(&keys, &token));
        assert_eq!(claims.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), usual);
        assert_eq!(
            (&claims["name"], &claims["list"][0], &claims["sub"]),
            (&json!(name), &json!(name), &json!(user))
        );
        assert_eq!((&claims["hello"], &claims["meta"]), (&json!(format!("Hi {name}, {name}")), &meta));
    }
    for (length, status) in [(101, 400), (100_000, 413)] {
        let long = json!({ "first_name": "x".repeat(length) });
        assert_eq!(backend.patch(&format!("/admin/v1/users/{user}"), long).await.status, status, "{length}");
    }
}

#[tokio::test]
async fn i05_a_token_is_never_larger_than_what_travels_in_a_header() {
    let claims: serde_json::Map<String, Value> =
        (0..6).map(|index| (format!("meta{index}"), json!("{{user.public_metadata}}"))).collect();
    let server = with(vec![template("crm", Value::Object(claims))]).await;
    let browser = server.signed_up("ada").await;
    token_of(&browser, "crm").await;
    let user = browser.get("/me").await.ok()["id"].as_str().unwrap().to_owned();
    let body = json!({ "public_metadata": { "a": "x".repeat(4_000) } });
    server.backend(&["users:write"]).await.patch(&format!("/admin/v1/users/{user}"), body).await;
    let refused = browser.get("/session/token?template=crm").await.refused();
    assert_eq!(refused, (422, "token_too_large".to_owned()));
    token_of(&browser, "default").await;
}

#[tokio::test]
async fn i06_what_is_keyracks_own_stands_whatever_a_template_or_metadata_calls_itself() {
    let server =
        with(vec![template("crm", json!({ "app": { "sub": "x" }, "meta": "{{user.public_metadata}}" }))])
            .await;
    let browser = server.signed_up("ada").await;
    let user = browser.get("/me").await.ok()["id"].as_str().unwrap().to_owned();
    let meta: serde_json::Map<String, Value> =
        RESERVED.iter().map(|name| ((*name).to_owned(), json!("forged"))).collect();
    server
        .backend(&["users:write"])
        .await
        .patch(&format!("/admin/v1/users/{user}"), json!({ "public_metadata": meta }))
        .await;
    let (default, crm) =
        (claims_of(&token_of(&browser, "default").await), claims_of(&token_of(&browser, "crm").await));
    for name in RESERVED.into_iter().filter(|name| *name != "jti") {
        assert_eq!(crm.get(name), default.get(name), "{name}");
    }
    assert_eq!(crm["meta"]["sub"], "forged");
    for name in RESERVED {
        assert!(Template::parse(json!({ name: 1 }).as_object().unwrap()).is_err(), "{name}");
    }
}

#[tokio::test]
async fn i04_a_token_of_a_template_opens_nothing_here_and_is_refused_by_whoever_it_is_not_for() {
    let for_crm = TokenTemplate { audience: vec!["crm".to_owned()], ..template("crm", json!({})) };
    let server = with(vec![for_crm, template("any", json!({}))]).await;
    let browser = server.signed_up("ada").await;
    let token = token_of(&browser, "crm").await;
    assert_eq!(claims_of(&token)["aud"], "crm");
    for path in
        ["/session/token", "/me", "/admin/v1/users", "/admin/v1/signing-keys", "/admin/v1/revocations"]
    {
        let request =
            server.browser().request(Method::GET, path).header("authorization", format!("Bearer {token}"));
        assert_eq!(server.browser().send(request).await.status, 401, "{path}");
    }
    let verifier = |audience: Option<&str>| {
        let builder = keyrack_verify::Verifier::builder(server.base.clone());
        audience.map_or(builder.clone(), |name| builder.audience(name)).clock(Arc::new(At(server
            .app
            .world
            .clock
            .now_ms())))
    };
    assert!(verifier(Some("crm")).build().unwrap().verify(&token).await.is_ok());
    for wrong in [Some("billing"), None] {
        assert!(verifier(wrong).build().unwrap().verify(&token).await.is_err(), "{wrong:?}");
    }
    let plain = token_of(&browser, "any").await;
    assert!(verifier(None).build().unwrap().verify(&plain).await.is_ok());
}

/// A clock that stands.
#[derive(Debug)]
struct At(i64);

impl keyrack_verify::Clock for At {
    fn now_ms(&self) -> i64 {
        self.0
    }

    fn passed_ms(&self) -> i64 {
        self.0
    }
}
