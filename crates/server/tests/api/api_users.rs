//! `/admin/v1/users`: accounts, as backends make, find, change and end them.

use crate::support::{Backend, Keyrack, Operator, PASSWORD};
use reqwest::Method;
use serde_json::{Value, json};

const USERS: &str = "/admin/v1/users";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn writer(server: &Keyrack) -> Backend {
    server.backend(&["users:read", "users:write"]).await
}

fn one(user: &Value) -> String {
    format!("{USERS}/{}", user["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_account_is_made_read_changed_and_deleted() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let made = backend
        .post(
            USERS,
            json!({
                "email": "Ada@Example.com", "username": "ada", "first_name": " Ada ", "password": PASSWORD,
                "external_id": "crm/1", "public_metadata": { "plan": "pro" }, "private_metadata": { "risk": 3 },
            }),
        )
        .await
        .bare();
    assert_eq!(
        (&made["email_address"], &made["email_address_verified"], &made["first_name"], &made["external_id"]),
        (&json!("ada@example.com"), &json!(true), &json!("Ada"), &json!("crm/1"))
    );
    assert_eq!(
        (&made["public_metadata"]["plan"], &made["private_metadata"]["risk"]),
        (&json!("pro"), &json!(3))
    );
    assert_eq!(backend.get(&one(&made)).await.bare(), made);
    // Its owner sees the one kind and not the other, in the session and everywhere else.
    let ada = server.signed_in("ada").await;
    let me = ada.get("/me").await;
    assert_eq!(me.ok()["public_metadata"], json!({ "plan": "pro" }));
    let (session, export) = (ada.get("/session").await, ada.get("/me/export").await);
    for reply in [&me, &session, &export] {
        assert!(!reply.text.contains("risk") && !reply.text.contains("crm/1"), "{}", reply.text);
    }

    let before = ada.session().await["revision"].as_i64().unwrap();
    let change =
        json!({ "last_name": "Lovelace", "public_metadata": { "plan": "free" }, "external_id": null });
    let changed = backend.patch(&one(&made), change.clone()).await.bare();
    assert_eq!((&changed["first_name"], &changed["last_name"]), (&json!("Ada"), &json!("Lovelace")));
    assert_eq!((&changed["external_id"], &changed["private_metadata"]["risk"]), (&Value::Null, &json!(3)));
    let session = ada.session().await;
    assert_eq!(session["active_signin"]["user"]["public_metadata"], json!({ "plan": "free" }));
    assert!(session["revision"].as_i64().unwrap() > before);
    // What changes nothing raises nothing and is recorded nowhere; what nobody but backends sees raises nothing.
    let revision = session["revision"].clone();
    backend.patch(&one(&made), change).await.bare();
    backend.patch(&one(&made), json!({ "private_metadata": { "risk": 4 } })).await.bare();
    assert_eq!(ada.session().await["revision"], revision);
    let records = "select count(*) from audit where deployment_id = $1 and event = 'user_changed'";
    assert_eq!(server.count(records).await, 2);

    let deleted = backend.delete(&format!("{}?reason=asked%20by%20mail", one(&made))).await.bare();
    assert_eq!(
        (&deleted["user"]["state"], deleted["ended"].as_array().unwrap().len()),
        (&json!("deleted"), 1)
    );
    assert_eq!(ada.session().await["end_reason"], "user_deleted");
    let left = backend.get(&one(&made)).await.bare();
    assert_eq!((&left["email_address"], &left["private_metadata"]), (&json!(""), &json!({})));
    for method in [Method::PATCH, Method::DELETE] {
        let reply = backend.ask(method, &one(&made), json!({})).await;
        assert_eq!(reply.refused(), refused(404, "user_not_found"));
    }
    // Of everything that was recorded of the account only the deletion itself says why.
    let noted = "select count(*) from audit where deployment_id = $1 and note <> ''";
    let of_it = "select count(*) from audit where deployment_id = $1 and note = 'asked by mail' and event = 'user_deleted'";
    assert_eq!((server.count(noted).await, server.count(of_it).await), (1, 1));
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let ada = backend
        .post(USERS, json!({ "email": "ada@example.com", "external_id": "1", "username": "ada" }))
        .await
        .bare();
    let bob = backend.post(USERS, json!({ "email": "bob@example.com" })).await.bare();
    let long = "x".repeat(201);
    let large = json!({ "a": "x".repeat(5_000) });
    for (method, path, body, status, code) in [
        (Method::POST, USERS, json!({}), 400, "REQUIRED_FIELD"),
        (Method::POST, USERS, json!({ "email": "ada@example.com" }), 400, "EMAIL_EXISTS"),
        (
            Method::POST,
            USERS,
            json!({ "email": "c@example.com", "external_id": "1" }),
            409,
            "external_id_exists",
        ),
        (Method::POST, USERS, json!({ "email": "c@example.com", "username": "ADA" }), 400, "USERNAME_EXISTS"),
        (
            Method::POST,
            USERS,
            json!({ "email": "c@example.com", "password": "x" }),
            400,
            "password_too_short",
        ),
        (Method::POST, USERS, json!({ "email": "c@example.com", "unproved": true }), 400, "REQUIRED_FIELD"),
        (Method::PATCH, &one(&bob), json!({ "external_id": "1" }), 409, "external_id_exists"),
        (Method::PATCH, &one(&bob), json!({ "external_id": long }), 400, "invalid_parameter"),
        (Method::PATCH, &one(&bob), json!({ "username": "ada" }), 400, "USERNAME_EXISTS"),
        (Method::PATCH, &one(&bob), json!({ "private_metadata": large }), 400, "invalid_metadata"),
        (Method::PATCH, &one(&bob), json!({ "private_metadata": [] }), 400, "BAD_REQUEST_BODY"),
        (Method::PATCH, &one(&bob), json!({ "first_name": "a\nb" }), 400, "invalid_name"),
        (
            Method::POST,
            &format!("{}/disable", one(&bob)),
            json!({ "reason": "a\nb" }),
            400,
            "invalid_parameter",
        ),
        (
            Method::GET,
            &format!("{USERS}?search=a&email=ada@example.com"),
            json!({}),
            400,
            "invalid_parameter",
        ),
        (Method::GET, &format!("{USERS}?limit=0"), json!({}), 400, "invalid_parameter"),
        (Method::GET, &format!("{USERS}?serach=a"), json!({}), 400, "invalid_parameter"),
        (Method::GET, &format!("{USERS}?state=gone"), json!({}), 400, "invalid_parameter"),
        (Method::GET, &format!("{USERS}?phone_number=12"), json!({}), 400, "invalid_phone_number"),
    ] {
        let request = backend.request(method.clone(), path);
        let request = if method == Method::GET { request } else { request.json(&body) };
        assert_eq!(backend.send(request).await.refused(), refused(status, code), "{method} {path} {body}");
    }
    assert_eq!((backend.get(&one(&ada)).await.bare(), backend.get(&one(&bob)).await.bare()), (ada, bob));
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 2);
}

#[tokio::test]
async fn null_and_an_empty_text_empty_what_may_be_empty() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let full = json!({
        "email": "ada@example.com", "first_name": "Ada", "external_id": "7",
        "public_metadata": { "a": 1 }, "private_metadata": { "b": 2 },
    });
    let made = backend.post(USERS, full).await.bare();
    let names = ["first_name", "external_id", "public_metadata", "private_metadata"];
    for empty in [json!(null), json!("")] {
        for name in names {
            let said = json!({ name: empty });
            let left = backend.patch(&one(&made), said).await.bare();
            assert!([json!(""), json!(null), json!({})].contains(&left[name]), "{name}: {}", left[name]);
        }
        let again = json!({ "first_name": "Ada", "external_id": "7", "public_metadata": { "a": 1 },
            "private_metadata": { "b": 2 } });
        assert_eq!(backend.patch(&one(&made), again).await.bare()["private_metadata"], json!({ "b": 2 }));
    }
    assert_eq!(backend.patch(&one(&made), json!({})).await.bare()["public_metadata"], json!({ "a": 1 }));
}

/// J08: what a backend may not say is refused, not ignored.
#[tokio::test]
async fn j08_what_is_not_listed_is_refused_whoever_says_it() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let bob = backend.post(USERS, json!({ "email": "bob@example.com" })).await.bare();
    for (name, value) in [
        ("id", json!("usr_1")),
        ("state", json!("active")),
        ("email", json!("eve@example.com")),
        ("email_address_verified", json!(true)),
        ("password_hash", json!("$argon2id$")),
        ("deployment_id", json!("other")),
        ("created_at", json!("2020-01-01T00:00:00.000Z")),
        ("deleted_at", json!(null)),
        ("has_second_factor", json!(false)),
        ("actor", json!("usr_1")),
        ("first_name[0]", json!("a")),
    ] {
        let reply = backend.patch(&one(&bob), json!({ name: value })).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{name}");
        assert!(reply.text.contains(name.split('[').next().unwrap()), "{}", reply.text);
    }
    assert_eq!(backend.get(&one(&bob)).await.bare(), bob);
}

#[tokio::test]
async fn j13_who_is_disabled_by_a_backend_is_out_on_every_path_and_stays_out_when_enabled() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let ada = server.signed_up("ada").await;
    let path = format!("{USERS}/{}", ada.user_id().await);
    let disabled = backend.post(&format!("{path}/disable"), json!({ "reason": "chargeback" })).await.bare();
    assert_eq!(disabled["ended"].as_array().unwrap().len(), 1);
    assert_eq!(ada.get("/session/token").await.refused(), refused(401, "signed_out"));
    assert_eq!(ada.session().await["end_reason"], "user_disabled");
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.refused(), refused(403, "USER_DISABLED"));
    let enabled = backend.post(&format!("{path}/enable"), json!({})).await.bare();
    assert_eq!((&enabled["user"]["state"], &enabled["ended"]), (&json!("active"), &json!([])));
    assert_eq!(ada.get("/session/token").await.refused(), refused(401, "signed_out"));
    let ada = server.signed_in("ada").await;
    let reset = backend.post(&format!("{path}/reset-factors"), json!({})).await.bare();
    assert_eq!(reset["ended"].as_array().unwrap().len(), 1);
    assert_eq!(ada.session().await["end_reason"], "revoked_by_admin");
}

#[tokio::test]
async fn an_export_holds_what_the_owner_may_ask_for_and_what_only_backends_see() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let ada = server.signed_up("ada").await;
    let path = format!("{USERS}/{}", ada.user_id().await);
    backend.patch(&path, json!({ "external_id": "crm/1", "private_metadata": { "risk": 3 } })).await.bare();
    let all = backend.get(&format!("{path}/export")).await.bare();
    assert_eq!(all["account"]["user"]["email_address"], "ada@example.com");
    assert_eq!((&all["external_id"], &all["private_metadata"]["risk"]), (&json!("crm/1"), &json!(3)));
    assert_eq!(all["account"]["sign_ins"].as_array().unwrap().len(), 1);
    let operator = Operator(&server);
    let newest = operator.get("/audit?event=user_exported").await.ok()["items"].clone();
    assert_eq!(newest.as_array().unwrap().len(), 1);
    assert!(newest[0]["actor"].as_str().unwrap().starts_with("key:apk_"));
    backend.delete(&path).await.bare();
    assert_eq!(backend.get(&format!("{path}/export")).await.refused(), refused(404, "user_not_found"));
}

/// J11: a key is nowhere but in the one answer that made it.
#[tokio::test]
async fn j11_a_key_is_in_no_answer_no_row_and_no_record_after_it_was_made() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let operator = Operator(&server);
    let secret = backend.key[34..].to_owned();
    let made = backend.post(USERS, json!({ "email": "ada@example.com" })).await;
    let listed = [operator.get("/api-keys").await, operator.get("/audit").await, made];
    let pages = [server.browser().get("/deployment").await, server.browser().get("/openapi.json").await];
    for reply in listed.iter().chain(&pages) {
        assert!(!reply.text.contains(&secret));
    }
    let wrong = backend.get(&format!("{USERS}/usr_x")).await;
    assert!(!wrong.text.contains(&secret) && wrong.status == 404);
    let rows = server.app.db.read(move |on| {
        let sql = "select id, name, mode, hash, scopes from api_keys order by id";
        let mut all = String::new();
        for row in on.query(sql, &[])? {
            let mut cells = row.cells();
            for _ in 0..5 {
                all += &cells.text()?;
            }
        }
        Ok(all)
    });
    let rows = rows.await.unwrap();
    assert!(rows.contains("apk_") && !rows.contains(&secret));
}
