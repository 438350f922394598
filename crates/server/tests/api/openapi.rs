//! The OpenAPI document: it says what is served, and what is served is what it says. That answers are as it says
//! is checked of every answer of every test (`support/contract.rs`).

use crate::support::{Keyrack, PASSWORD, contract};
use keyrack_protocol::Code;
use keyrack_server::config::{FieldUse, Mode};
use keyrack_server::{app, openapi};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn document() -> Value {
    openapi::document(&app::operations(), None)
}

#[test]
fn the_committed_document_is_the_one_of_this_code() {
    let committed: Value = serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap();
    assert!(committed == document(), "docs/openapi.json is out of date; run: cargo xtask gen");
}

#[tokio::test]
async fn everybody_may_read_it_and_it_names_the_deployments_own_address_and_cookie() {
    let server = Keyrack::production().await;
    let stranger = server.browser();
    let foreign =
        stranger.request(Method::GET, "/openapi.json").header("origin", "https://elsewhere.example");
    let reply = stranger.send(foreign).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    assert_eq!((reply.header("vary"), reply.header("set-cookie")), (None, None));
    let mut served = reply.json();
    assert_eq!(served["servers"], json!([{ "url": server.app.sites[0].issuer }]));
    let cookie = served["components"]["securitySchemes"]["cookie"]["name"].as_str().unwrap().to_owned();
    assert_eq!(cookie, format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap()));
    // Apart from both it is the committed one.
    let mut expected = document();
    for document in [&mut served, &mut expected] {
        document["servers"] = Value::Null;
        document["components"]["securitySchemes"]["cookie"]["name"] = Value::Null;
    }
    assert!(served == expected);
}

/// A route is added in one place only, so it cannot be missing in the document: `Routes` makes both.
#[test]
fn no_route_is_added_past_the_list() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![source.clone()];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        let name = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        // What is no part of the API: the hosted pages, where browsers are sent to and fro, the operator's socket and metrics, what only `keyrack dev` has.
        if ["dev", "pages", "admin", "handshake/http.rs", "http/routes.rs", "metrics/listener.rs"]
            .contains(&name.as_str())
            || name.ends_with("tests.rs")
        {
            continue;
        }
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in [".route(", ".route_service(", ".nest(", ".nest_service(", "axum::routing"] {
            assert!(!code.contains(word), "{name} has {word}: add the operation with Routes::add");
        }
    }
    assert!(seen > 50);
}

#[tokio::test]
async fn everything_in_the_document_is_served() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    for operation in app::operations() {
        let reply = browser.send(browser.request(operation.method.clone(), operation.path)).await;
        let code = reply.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
        assert!(!["not_found", "method_not_allowed"].contains(&code.as_str()), "{operation:?}");
    }
    // Another method of a path of its, and another path, are not served.
    for (method, path, status) in
        [(Method::DELETE, "/session", 405), (Method::POST, "/openapi.json", 405), (Method::GET, "/auth", 404)]
    {
        assert_eq!(browser.send(browser.request(method, path)).await.status, status, "{path}");
    }
}

#[test]
fn operations_have_names_of_their_own_and_titles_and_every_code_has_an_operation() {
    let operations = app::operations();
    let ids: BTreeSet<&str> = operations.iter().map(|operation| operation.id).collect();
    assert_eq!(ids.len(), operations.len());
    let said: BTreeSet<&str> =
        operations.iter().flat_map(|operation| operation.codes()).map(|code| code.as_str()).collect();
    // What is no operation's: paths and methods that there are not, the operator's socket, and a page.
    let nowhere = [
        Code::HandshakeRefused,
        Code::HandshakeLoop,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::UserNotFound,
        Code::SessionNotFound,
        Code::ApiKeyNotFound,
        Code::DeploymentNotFound,
        Code::DeploymentRequired,
        Code::WaitlistEntryNotFound,
        Code::RotationUnderWay,
    ];
    for code in Code::ALL.iter().filter(|code| !nowhere.contains(code)) {
        assert!(said.contains(code.as_str()), "no operation refuses with {}", code.as_str());
    }
    for operation in &operations {
        assert!(operation.about.len() > 20 && operation.about.ends_with('.'), "{}", operation.id);
        for field in operation.fields.unwrap_or_default() {
            assert!(field.about.ends_with('.'), "{} {}", operation.id, field.name);
        }
    }
}

/// One story through the whole API; the harness compares each answer with the document.
#[tokio::test]
async fn every_operation_answers_as_documented() {
    let server = Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.auth.username = FieldUse::Optional;
    })
    .await;
    let ada = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let bob = ada.also_signs_in("bob").await;
    for body in [json!({ "sign_in_id": bob }), json!({ "sign_in_id": "sin_nobody" }), json!({})] {
        for method in [Method::POST, Method::PUT] {
            ada.send(ada.request(method, "/session/switch-sign-in").json(&body)).await;
        }
    }
    for path in [
        "/deployment",
        "/session",
        "/session?poll=1",
        "/session/token",
        "/session/token?template=other",
        "/me",
        "/.well-known/jwks.json",
        "/openapi.json",
        "/healthz",
        "/readyz",
        "/auth/identifier-availability",
        "/auth/identifier-availability?type=username&identifier=ada",
        "/auth/identifier-availability?type=email&identifier=ada@example.com",
    ] {
        ada.get(path).await;
    }
    let tag = ada.get("/session").await.header("etag").unwrap().to_owned();
    let same = ada.send(ada.request(Method::GET, "/session").header("if-none-match", tag)).await;
    assert_eq!(same.status, 304);
    ada.post("/auth/identify", json!({ "identifier": "ada" })).await.ok();
    ada.sign_in("ada", PASSWORD).await.refused();
    ada.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    ada.post("/session/sign-out", json!({})).await.ok();
    for path in ["/session", "/session/token", "/me"] {
        ada.get(path).await;
    }
}

#[tokio::test]
#[should_panic(expected = "is not as documented")]
async fn an_answer_with_a_member_that_the_document_lacks_ends_a_test() {
    let server = Keyrack::start().await;
    let mut reply = server.browser().get("/session").await;
    reply.text = reply.text.replacen("\"data\":{", "\"data\":{\"secret\":1,", 1);
    contract::check(&Method::GET, "/session", &reply);
}
