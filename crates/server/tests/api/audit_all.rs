//! N07: there is no event that nobody has seen recorded, and what places, backends and tickets do leaves one record each.

use crate::audit::{are, leaves};
use crate::domains::asking;
use crate::organizations::ADMIN;
use crate::recovery::{resets, token_of};
use crate::support::{Browser, Keyrack, NameServer};
use keyrack_server::config::teams::{Kind, Roles};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;

/// Text of the sources of the tests.
fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, all),
            false => all.push_str(&std::fs::read_to_string(&path).unwrap_or_default()),
        }
    }
}

#[test]
fn n07_no_event_is_written_that_no_test_has_seen_recorded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let events = std::fs::read_to_string(root.join("src/audit/event.rs")).unwrap();
    let words: Vec<&str> =
        events.lines().filter_map(|line| line.split("=> \"").nth(1)?.split('"').next()).collect();
    assert!(words.len() > 60, "{words:?}");
    let mut tests = String::new();
    sources(&root.join("tests/api"), &mut tests);
    let is_seen = |word: &&&str| {
        let mut places = tests.match_indices(**word).map(|(at, _)| at);
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        places.any(|at| {
            is_edge(tests[..at].chars().next_back()) && is_edge(tests[at + word.len()..].chars().next())
        })
    };
    let unseen: Vec<&&str> = words.iter().filter(|word| !is_seen(word)).collect();
    assert_eq!(unseen, Vec::<&&str>::new());
}

/// Ada's organization with a role of its own in the making, and Bob in it.
async fn acme(server: &Keyrack) -> (Browser, Browser, String) {
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    server.join(&acme, &bob.user_id().await, &["rol_org_member"]).await;
    (ada, bob, format!("/organizations/{acme}"))
}

#[tokio::test]
async fn n07_what_administrators_decide_in_a_place_leaves_one_record_each() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |deployment| {
        let roles = Roles::of(
            Kind::Organization,
            Kind::Organization.built_in().map(str::to_owned).to_vec(),
            Vec::new(),
        );
        deployment.organizations.roles = Roles { own: true, ..roles };
    })
    .await;
    let (ada, bob, path) = acme(&server).await;
    let one = async |act: &dyn Fn() -> (bool, String, Value), event: &str, result: &str| {
        let told = leaves(&server, async || {
            let (is_ada, path, body) = act();
            let reply = if is_ada { ada.post(&path, body).await } else { bob.post(&path, body).await };
            assert!(reply.status < 500, "{event}: {}", reply.text);
        })
        .await;
        let told: Vec<_> =
            told.iter().map(|(event, result, _, actor)| [&**event, &**result, &**actor]).collect();
        let actor = if result == "ok" { "user" } else { "stranger" };
        assert_eq!(told, [[event, result, actor]]);
    };
    let roles = format!("{path}/roles");
    let manages = json!({ "name": "Manager", "permissions": ["organization:manage"] });
    one(&|| (true, roles.clone(), manages.clone()), "role_created", "ok").await;
    let all = ada.get(&roles).await.ok();
    let own = all.as_array().unwrap().iter().find(|role| role["name"] == "Manager").unwrap()["id"].clone();
    let own = own.as_str().unwrap();
    one(&|| (true, format!("{roles}/{own}/update"), json!({ "permissions": [] })), "role_changed", "ok")
        .await;
    one(&|| (true, format!("{roles}/{own}/remove"), json!({})), "role_removed", "ok").await;
    let bobs = ada.membership(&path, "bob").await;
    for (verb, event) in [("add", "role_given"), ("remove", "role_taken")] {
        one(&|| (true, format!("{path}/members/{bobs}/roles/{ADMIN}/{verb}"), json!({})), event, "ok").await;
    }
    let domain = ada.post(&format!("{path}/domains"), json!({ "domain": "example.com" })).await.ok();
    let gone = format!("{path}/domains/{}/delete", domain["id"].as_str().unwrap());
    one(&|| (true, gone.clone(), json!({})), "domain_removed", "ok").await;
    one(&|| (false, format!("{path}/leave"), json!({})), "member_left", "ok").await;
    let token = json!({ "token": "org.01234567890123456789012345.x" });
    let accept = "/organizations/invitations/accept".to_owned();
    one(&|| (false, accept.clone(), token.clone()), "invitation_refused", "refused").await;
    one(&|| (true, format!("{path}/delete"), json!({})), "organization_deleted", "ok").await;
}

#[tokio::test]
async fn n07_what_a_backend_does_leaves_one_record_with_its_key_and_its_reason() {
    let server = Keyrack::start().await;
    let scopes = ["organizations:write", "notifications:write", "tickets:sign_in", "users:write"];
    let backend = server.backend(&scopes).await;
    let (ada, _, path) = acme(&server).await;
    let user = ada.user_id().await;
    let by_key = async |act: &dyn Fn() -> (Method, String, Value), event: &str| {
        let told = leaves(&server, async || {
            let (method, path, body) = act();
            backend.ask(method, &path, body).await.bare();
        })
        .await;
        assert_eq!(told.len(), 1, "{event}: {told:?}");
        let (name, result, _, actor) = &told[0];
        assert_eq!((name.as_str(), result.as_str()), (event, "ok"));
        assert!(actor.starts_with("key:apk_"), "{actor}");
    };
    let named = format!("/admin/v1{path}");
    by_key(&|| (Method::PATCH, named.clone(), json!({ "name": "Acme 2" })), "organization_changed").await;
    let told = json!({ "user_id": user, "title": "Hello", "body": "There is news." });
    by_key(&|| (Method::POST, "/admin/v1/notifications".to_owned(), told.clone()), "user_told").await;
    let order = json!({ "kind": "sign_in", "user_id": user });
    by_key(&|| (Method::POST, "/admin/v1/tickets".to_owned(), order.clone()), "ticket_created").await;
    let made = backend.post("/admin/v1/tickets", order.clone()).await.bare();
    let one = format!("/admin/v1/tickets/{}", made["id"].as_str().unwrap());
    by_key(&|| (Method::DELETE, one.clone(), json!({ "reason": "sent to the wrong one" })), "ticket_revoked")
        .await;
    // What came too late for it is refused, and on record with the reason.
    let ticket = made["ticket"].as_str().unwrap();
    let late = leaves(&server, async || drop(server.browser().exchanges(ticket).await)).await;
    are(late, &["ticket_refused refused ticket_not_found stranger"]);
}

#[tokio::test]
async fn n07_a_reset_leaves_one_record_beside_the_sign_ins_that_it_ended() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let token = token_of(&server, "ada").await;
    let told = leaves(&server, async || {
        resets(&server.browser(), &token, "another good phrase").await.ok();
    })
    .await;
    let events: Vec<&str> = told.iter().map(|(event, ..)| event.as_str()).collect();
    assert_eq!(events.iter().filter(|event| **event == "password_reset").count(), 1, "{told:?}");
    assert_eq!(events.iter().filter(|event| **event == "sign_in_ended").count(), 1, "{told:?}");
}
