//! `GET /admin/v1/users`: accounts found by what they are called and reached by, page by page.

use crate::support::{Backend, Keyrack};
use serde_json::{Value, json};

const USERS: &str = "/admin/v1/users";

async fn writer(server: &Keyrack) -> Backend {
    server.backend(&["users:read", "users:write"]).await
}

fn one(user: &Value) -> String {
    format!("{USERS}/{}", user["id"].as_str().unwrap())
}

async fn found(backend: &Backend, query: &[(&str, &str)]) -> Vec<String> {
    let list = backend.look(USERS, query).await.bare();
    let name = |user: &Value| user["email_address"].as_str().unwrap().split('@').next().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn accounts_are_found_by_what_they_are_called_and_reached_by() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    for (email, username, first, last, id) in [
        ("ada@example.com", "countess", "Ada", "Lovelace", "crm/1"),
        ("bob@example.com", "bobby", "Robert", "ÄDAMS", "crm/2"),
        ("adam@example.org", "adam", "", "", "crm/3"),
    ] {
        let new = json!({
            "email": email, "username": username, "first_name": first, "last_name": last, "external_id": id,
        });
        backend.post(USERS, new).await.bare();
    }
    let ada = server.browser();
    for (query, names) in [
        (("search", "ADA"), vec!["adam", "ada"]),
        (("search", "ada@"), vec!["ada"]),
        (("search", "adam"), vec!["adam"]),
        (("search", "love"), vec!["ada"]),
        (("search", "Ada  Love"), vec!["ada"]),
        (("search", "ädam"), vec!["bob"]),
        (("search", "robert ä"), vec!["bob"]),
        (("search", "countess"), vec!["ada"]),
        (("search", "crm/2"), vec!["bob"]),
        (("search", "crm"), vec![]),
        (("search", "%"), vec![]),
        (("search", "+"), vec![]),
        (("search", "  "), vec![]),
        (("search", "lace"), vec![]),
        (("email", "Ada@Example.com"), vec!["ada"]),
        (("email", "nobody@example.com"), vec![]),
        (("username", "BOBBY"), vec!["bob"]),
        (("external_id", "crm/3"), vec!["adam"]),
        (("external_id", "crm"), vec![]),
        (("phone_number", "+14155552671"), vec![]),
        (("state", "active"), vec!["adam", "bob", "ada"]),
    ] {
        assert_eq!(found(&backend, &[query]).await, names, "{query:?}");
    }
    // Whoever changes what they are called is found by that, wherever it was changed.
    drop(ada);
    let bob = backend.get(&format!("{USERS}?username=bobby")).await.bare()["items"][0].clone();
    backend.patch(&one(&bob), json!({ "first_name": "Grace", "username": "" })).await.bare();
    assert_eq!(found(&backend, &[("search", "grace")]).await, ["bob"]);
    assert_eq!(
        (found(&backend, &[("search", "robert")]).await, found(&backend, &[("username", "bobby")]).await),
        (vec![], vec![])
    );
    backend.post(&format!("{}/disable", one(&bob)), json!({})).await.bare();
    assert_eq!(found(&backend, &[("search", "grace"), ("state", "disabled")]).await, ["bob"]);
    assert!(found(&backend, &[("search", "grace"), ("state", "active")]).await.is_empty());
    backend.delete(&one(&bob)).await.bare();
    assert!(found(&backend, &[("search", "grace")]).await.is_empty());
    let signed_up = server.signed_up("heidi").await;
    assert_eq!(found(&backend, &[("search", "heidi t")]).await, ["heidi"]);
    signed_up.post("/me", json!({ "first_name": "Klara" })).await.ok();
    assert_eq!(found(&backend, &[("search", "klara")]).await, ["heidi"]);
}

#[tokio::test]
async fn m11_pages_are_complete_and_each_account_is_there_once_while_others_come_and_go() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    for n in 0..5 {
        backend
            .post(USERS, json!({ "email": format!("u{n}@example.com"), "last_name": "Page" }))
            .await
            .bare();
    }
    for search in ["", "&search=page", "&state=active"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = backend.get(&format!("{USERS}?limit=2{search}{cursor}")).await.bare();
            seen.extend(page["items"].as_array().unwrap().iter().map(|user| user["id"].clone()));
            if cursor.is_empty() {
                let late = backend
                    .post(USERS, json!({ "email": "late@example.com", "last_name": "Page" }))
                    .await
                    .bare();
                backend.delete(&one(&late)).await.bare();
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut once = seen.clone();
        once.dedup();
        assert_eq!((seen.len(), once), (5, seen), "{search}");
    }
}
