//! Secrets of backends and of links (area N): keys, tickets, and what is mailed, out of the log and out of the files.

use crate::secrets::{Canaries, at_rest, in_the_log};
use crate::support::{Browser, Keyrack, PASSWORD, Running};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use url::Url;

/// The token of a link.
fn token_of(link: &str) -> String {
    let url = Url::parse(link).unwrap();
    url.query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned()
}

/// What of a token of a link is its secret.
fn secret_of(token: &str) -> String {
    token.rsplit(['.', '~']).next().unwrap().to_owned()
}

/// What of a ticket is its secret.
fn behind_the_id(ticket: &str) -> String {
    ticket[30..].to_owned()
}

/// Asks with a key, as a backend does.
async fn asks(server: &Running, key: &str, (method, path): (Method, &str), body: Value) -> Value {
    let url = format!("{}{path}", server.base);
    let request = Client::new().request(method, url).bearer_auth(key).header("idempotency-key", "one");
    request.json(&body).send().await.unwrap().json().await.unwrap_or_default()
}

/// The newest link to ada.
async fn link(browser: &Browser) -> String {
    let outbox = browser.get("/dev/outbox?to=ada@example.com").await.json();
    let all = outbox["messages"].as_array().unwrap().clone();
    all.iter().rev().find_map(|mail| mail["link"].as_str()).expect("a mail with a link").to_owned()
}

/// Everything that backends and links bring, used well and wrongly.
async fn lives_through(server: &Running) -> Canaries {
    let mut canaries = Canaries::default();
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let made = server.keyrack("key create crm --scope tickets:sign_in,users:read --expires 90d");
    let key = made.out[0].clone();
    canaries.add("a key", &key[34..]);
    let users = (Method::GET, "/admin/v1/users");
    assert!(asks(server, &key, users.clone(), json!({})).await["items"].is_array());
    let wrong = format!("{}{}", &key[..key.len() - 12], "canarycanary");
    canaries.add("a wrong key", "canarycanary");
    asks(server, &wrong, users, json!({})).await;
    let by_query = Client::new().get(format!("{}/admin/v1/users?api_key={key}", server.base));
    assert_eq!(by_query.send().await.unwrap().status(), 401);
    let order = json!({ "kind": "sign_in", "user_id": user });
    let ticket = asks(server, &key, (Method::POST, "/admin/v1/tickets"), order).await;
    let ticket = ticket["ticket"].as_str().unwrap();
    canaries.add("a ticket", &behind_the_id(ticket));
    let other = server.browser();
    other.exchanges(&format!("{}0", &ticket[..ticket.len() - 1])).await;
    other.exchanges(ticket).await;
    other.get(&format!("/session/ticket/exchange?ticket={ticket}")).await;
    other.get(&format!("/sign-in?ticket={ticket}")).await;

    let stranger = server.browser();
    stranger.post("/auth/forgot-password", json!({ "email": "ada@example.com" })).await.ok();
    let reset = token_of(&link(&ada).await);
    canaries.add("the token of a reset", &secret_of(&reset));
    let short = json!({ "token": reset, "password": "canary-short" });
    canaries.add("a password that was refused", "canary-short");
    stranger.post("/auth/reset-password", short).await.refused();
    stranger.get(&format!("/reset-password?token={reset}")).await;
    stranger
        .post("/auth/reset-password", json!({ "token": reset, "password": format!("{PASSWORD} 2") }))
        .await
        .ok();
    canaries
}

#[tokio::test]
async fn n01_no_key_no_ticket_and_no_token_of_a_link_is_logged_even_when_everything_is_logged() {
    let server = Running::dev("trace");
    let canaries = lives_through(&server).await;
    let ended = server.stop();
    assert_eq!(ended.code, Some(0));
    let requests = ended.err.iter().filter(|line| line.contains("/session/ticket/exchange")).count();
    assert!(requests >= 3, "the log does not say what happened: {} lines", ended.err.len());
    in_the_log(&canaries, &ended);
}

#[tokio::test]
async fn n04_no_key_no_ticket_and_no_token_of_a_link_is_at_rest_while_it_works_or_after() {
    let server = Keyrack::start().await;
    let (ada, backend) = (server.signed_up("ada").await, server.vouching().await);
    let mut canaries = Canaries::default();
    canaries.add("a key", &backend.key);
    canaries.add("the secret of a key", &backend.key[34..]);
    // What is answered twice is kept in between.
    let order = json!({ "kind": "sign_in", "user_id": ada.user_id().await });
    let request = backend.request(Method::POST, "/admin/v1/tickets").header("idempotency-key", "one");
    let made = backend.send(request.json(&order)).await.bare();
    canaries.add("a ticket", &behind_the_id(made["ticket"].as_str().unwrap()));
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({})).await;
    let unsent = at_rest(&server).await;
    canaries.add("the token of an invitation", &secret_of(&server.token("bob").await));
    server.signed_up("cyd").await;
    crate::recovery::asks(&server.browser(), "cyd").await.ok();
    let reset = crate::recovery::mailed_token(&server, "cyd").await;
    canaries.add("the token of a reset", &secret_of(&reset));
    server.advance(60_000);
    let browser = server.browser();
    let attempt = browser.begins_by_mail("magic_link", "ada").await;
    browser.asks_to_sign_in(&attempt, "magic_link").await.ok();
    let link = server.mails("ada").await.pop().unwrap().mail.link.unwrap();
    canaries.add("the token of a link", &secret_of(&token_of(&link)));
    let working = at_rest(&server).await;
    server.browser().exchanges(made["ticket"].as_str().unwrap()).await.ok();
    let form = json!({ "attempt": attempt, "token": token_of(&link) });
    browser.post("/auth/verify-magic-link", form).await.ok();
    crate::recovery::resets(&server.browser(), &reset, "another good phrase").await.ok();
    for (when, bytes) in [("unsent", unsent), ("working", working), ("used", at_rest(&server).await)] {
        assert_eq!(canaries.found_in(&bytes), None, "{when}");
        // What may be there is, so that this looks in the right place.
        let mut kept = Canaries::default();
        kept.add("the id of a key", &format!("apk_{}", &backend.key["sk_test_".len()..][..26]));
        kept.add("the id of a ticket", made["id"].as_str().unwrap());
        assert_eq!(kept.found_in(&bytes), Some("the id of a key"), "{when}");
    }
}
