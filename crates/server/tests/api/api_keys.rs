//! Secret keys of backends: what they open, and what opens nothing (J10, J11).

use crate::support::{Keyrack, Operator};
use keyrack_server::api_key::Scope;
use keyrack_server::{api_key, app};
use reqwest::Method;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Every operation of backends: its method, its path with ids of nobody, the scope that it needs.
fn operations() -> Vec<(Method, String, Scope)> {
    let id = "0".repeat(26);
    let filled = |path: &str| {
        let parts = path.split('/').map(|part| match part {
            "{user_id}" => format!("usr_{id}"),
            "{session_id}" => format!("ses_{id}"),
            "{sign_in_id}" => format!("sin_{id}"),
            "{organization_id}" => format!("org_{id}"),
            "{invitation_id}" => format!("inv_{id}"),
            "{workspace_id}" => format!("wsp_{id}"),
            "{contact_id}" => format!("eml_{id}"),
            part => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    };
    let all = app::operations();
    let of_backends = all.iter().filter_map(|it| Some((it.method.clone(), filled(it.path), it.backend?)));
    of_backends.collect()
}

#[tokio::test]
async fn a_key_works_until_it_is_revoked_and_says_when_it_was_used() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let new = json!({ "name": "crm", "scopes": ["users:write", "users:read", "users:read"] });
    let made = operator.ask(Method::POST, "/api-keys", new).await.ok();
    let (key, secret) = (&made["key"], made["secret"].as_str().unwrap().to_owned());
    assert!(secret.starts_with("sk_test_") && secret.len() == 77, "{secret}");
    assert_eq!((&key["state"], &key["scopes"]), (&json!("live"), &json!(["users:read", "users:write"])));
    assert!(secret.starts_with(key["begins"].as_str().unwrap().trim_end_matches('…')));
    let backend = server.backend_with(secret.clone());
    let reply = backend.get("/admin/v1/users").await;
    assert_eq!(reply.bare(), json!({ "items": [], "next_cursor": null }));
    assert_eq!(reply.header("cache-control"), Some("private, no-store"));
    assert_eq!((reply.header("vary"), reply.header("set-cookie")), (Some("authorization"), None));

    server.advance(5_000);
    backend.get("/admin/v1/users").await.bare();
    let listed = async || operator.get("/api-keys").await.ok()["items"][0].clone();
    assert_eq!(listed().await["last_used_at"], Value::Null);
    api_key::uses::flush(&server.app).await.unwrap();
    let used = listed().await["last_used_at"].as_str().unwrap().to_owned();
    assert!(used.as_str() > key["created_at"].as_str().unwrap(), "{used}");
    assert!(!operator.get("/api-keys").await.text.contains(&secret[34..]));

    let path = format!("/api-keys/{}/revoke", key["id"].as_str().unwrap());
    assert_eq!(operator.post(&path).await.ok()["state"], "revoked");
    let reply = backend.get("/admin/v1/users").await;
    assert_eq!(reply.refused(), refused(401, "invalid_api_key"));
    assert!(
        reply.text.contains("revoked") && reply.header("www-authenticate") == Some("Bearer"),
        "{reply:?}"
    );
    // A second time it changes nothing, and there is one record of it.
    assert_eq!(operator.post(&path).await.ok()["state"], "revoked");
    let records =
        server.count("select count(*) from audit where deployment_id = $1 and event = 'api_key_revoked'");
    assert_eq!(records.await, 1);
    let nobodys = format!("/api-keys/apk_{}/revoke", "0".repeat(26));
    assert_eq!(operator.post(&nobodys).await.refused(), refused(404, "api_key_not_found"));
}

#[tokio::test]
async fn a_key_that_expires_works_to_the_second() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let new = json!({ "name": "job", "scopes": ["users:read"], "expires_in_ms": HOUR });
    let made = operator.ask(Method::POST, "/api-keys", new).await.ok();
    let backend = server.backend_with(made["secret"].as_str().unwrap().to_owned());
    server.advance(HOUR - 1);
    backend.get("/admin/v1/users").await.bare();
    server.advance(1);
    let reply = backend.get("/admin/v1/users").await;
    assert_eq!(reply.refused(), refused(401, "invalid_api_key"));
    assert!(reply.text.contains("expired"), "{}", reply.text);
    assert_eq!(operator.get("/api-keys").await.ok()["items"][0]["state"], "expired");
    // What no key may be.
    for (new, code) in [
        (json!({ "name": " ", "scopes": ["users:read"] }), "invalid_name"),
        (json!({ "name": "a", "scopes": [] }), "invalid_parameter"),
        (json!({ "name": "a", "scopes": ["users"] }), "invalid_parameter"),
        (json!({ "name": "a", "scopes": ["users:read"], "expires_in_ms": 0 }), "invalid_parameter"),
        (json!({ "name": "a", "scopes": ["users:read"], "expires_in_ms": i64::MAX }), "invalid_parameter"),
        (json!({ "name": "a", "scopes": ["users:read"], "id": "apk_1" }), "BAD_REQUEST_BODY"),
    ] {
        assert_eq!(
            operator.ask(Method::POST, "/api-keys", new.clone()).await.refused(),
            refused(400, code),
            "{new}"
        );
    }
}

/// Whether a key with `other` may call what asks for `scope`: what makes tickets is for whoever may make one of any kind.
fn opens(scope: &Scope, other: &Scope) -> bool {
    let makes_tickets =
        |scope: &Scope| scope.as_str().starts_with("tickets:") || *scope == Scope::InvitationsWrite;
    other == scope || *scope == Scope::TicketsSignIn && makes_tickets(other)
}

/// Every one of them, also those of whoever adds one.
#[tokio::test]
async fn j10_no_call_of_backends_is_answered_without_a_key_that_was_made_for_it() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let before = server.rows().await;
    let all = operations();
    assert!(all.len() >= 9, "{}", all.len());
    for (method, path, scope) in &all {
        let others: Vec<&str> =
            Scope::ALL.iter().filter(|other| !opens(scope, other)).map(|other| other.as_str()).collect();
        let backend = server.backend(&others).await;
        let reply = backend.ask(method.clone(), path, json!({})).await;
        assert_eq!(reply.refused(), refused(403, "api_key_scope"), "{method} {path}");
        assert!(reply.text.contains(scope.as_str()), "{method} {path}: {}", reply.text);
        let reply = ada.send(ada.request(method.clone(), path)).await;
        assert_eq!(reply.refused(), refused(401, "invalid_api_key"), "{method} {path}");
    }
    let mut after = server.rows().await;
    for table in ["api_keys", "audit", "throttles"] {
        after.insert(table.to_owned(), before[table]);
    }
    assert_eq!(after, before);
}

#[tokio::test]
async fn j10_whatever_else_is_shown_opens_nothing_on_any_method() {
    let server = Keyrack::production().await;
    let ada = server.signed_up("ada").await;
    let token = ada.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    let publishable = ada.get("/deployment").await.ok()["publishable_key"].as_str().unwrap().to_owned();
    let key = server.api_key(&["users:read", "users:write"]).await;
    assert!(key.starts_with("sk_live_"));
    let other = Keyrack::production().await.api_key(&["users:read", "users:write"]).await;
    let last = if key.ends_with('A') { "B" } else { "A" };
    let forged = [&key[..key.len() - 1], last].concat();
    let path = format!("/admin/v1/users/{}/disable", ada.user_id().await);
    let wrong = [
        format!("Bearer {token}"),
        format!("Bearer {publishable}"),
        format!("Bearer {other}"),
        format!("Bearer {forged}"),
        format!("Bearer {}", key.replace("live", "test")),
        format!("Bearer  {key}"),
        format!("Bearer {key}, Bearer {key}"),
        format!("Basic {key}"),
        key.clone(),
        "Bearer".to_owned(),
        "Bearer sk_live_".to_owned(),
    ];
    for said in &wrong {
        for method in [Method::POST, Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE]
        {
            let request = ada.request(method.clone(), &path).header("authorization", said);
            let reply = ada.send(request.header("x-http-method-override", "POST")).await;
            assert_eq!(reply.status, 401, "{method} {said}");
        }
    }
    // Nor in another place, nor twice.
    let asks = [
        ada.request(Method::POST, &format!("{path}?key={key}&api_key={key}&authorization=Bearer%20{key}")),
        ada.request(Method::POST, &path).header("x-api-key", &key),
        ada.request(Method::POST, &path).header("cookie", format!("key={key}")),
        ada.request(Method::POST, &path).bearer_auth(&key).bearer_auth(&key),
    ];
    for request in asks {
        assert_eq!(ada.send(request).await.refused(), refused(401, "invalid_api_key"));
    }
    assert_eq!(ada.accounts().await, ["ada*"]);
    // The key itself opens it, whatever else is sent with it; and no page of another origin reads the answer.
    let request = ada.request(Method::POST, &path).bearer_auth(&key).header("origin", "https://evil.example");
    let reply = ada.send(request).await;
    assert_eq!(reply.bare()["user"]["state"], "disabled");
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn j10_what_backends_call_is_no_path_of_the_socket_nor_the_other_way_round() {
    let server = Keyrack::start().await;
    let backend = server.backend(&["users:read", "users:write"]).await;
    for path in ["/admin/users", "/admin/api-keys", "/admin/health", "/admin/v1x/users", "/admin/v2/users"] {
        assert_eq!(backend.get(path).await.status, 404, "{path}");
    }
    for path in ["/admin/v1", "/admin/v1/", "/admin/v1/keys", "/admin/v1/nothing"] {
        assert_eq!(backend.get(path).await.refused(), refused(404, "not_found"), "{path}");
        assert_eq!(server.browser().get(path).await.refused(), refused(401, "invalid_api_key"), "{path}");
    }
    assert_eq!(Operator(&server).get("/v1/users").await.status, 404);
}

#[tokio::test]
async fn n07_what_a_key_does_and_what_is_refused_leaves_a_record() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let backend = server.backend(&["users:write"]).await;
    let user = ada.user_id().await;
    let body = json!({ "reason": "chargeback" });
    backend.post(&format!("/admin/v1/users/{user}/disable"), body).await.bare();
    backend.get("/admin/v1/users").await.refused();
    server.backend_with("sk_test_nonsense".to_owned()).get("/admin/v1/users").await.refused();
    let operator = Operator(&server);
    let records = operator.get("/audit?limit=200").await.ok()["items"].clone();
    let of = |event: &str| {
        let all = records.as_array().unwrap().iter().filter(|record| record["event"] == event);
        all.cloned().collect::<Vec<Value>>()
    };
    let id = operator.get("/api-keys").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let disabled = &of("user_disabled")[0];
    assert_eq!(disabled["actor"], format!("key:{id}"));
    assert_eq!((&disabled["note"], &disabled["user_id"]), (&json!("chargeback"), &json!(user)));
    assert_eq!(disabled["ip_address"], "127.0.0.1");
    assert_eq!(of("sign_in_ended")[0]["actor"], format!("key:{id}"));
    let refusals = of("api_key_refused");
    let said = |record: &Value| (record["actor"].clone(), record["reason"].clone(), record["result"].clone());
    assert_eq!(said(&refusals[1]), (json!(format!("key:{id}")), json!("api_key_scope"), json!("refused")));
    assert_eq!(said(&refusals[0]), (json!("stranger"), json!("no_key"), json!("refused")));
    assert_eq!(of("api_key_created")[0]["reason"], id);
}

#[tokio::test]
async fn p08_a_key_that_is_revoked_on_one_node_opens_nothing_on_the_other() {
    let server = Keyrack::start().await;
    let Some(second) = server.second_node().await else { return };
    let key = server.api_key(&["users:read"]).await;
    let elsewhere = second.backend_with(key);
    elsewhere.get("/admin/v1/users").await.bare();
    let operator = Operator(&server);
    let id = operator.get("/api-keys").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    operator.post(&format!("/api-keys/{id}/revoke")).await.ok();
    assert_eq!(elsewhere.get("/admin/v1/users").await.refused(), refused(401, "invalid_api_key"));
}
