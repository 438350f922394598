//! The demo as `cargo xtask run` starts it: its backend is told by a template what it wants to hear, and nothing that it did not
//! ask for.

use crate::support::{Browser, Running};
use reqwest::Method;
use serde_json::{Value, json};

/// What the demo's backend answers to a token of a template.
async fn greets(browser: &Browser, template: &str) -> Value {
    let minted = browser.get(&format!("/session/token?template={template}")).await.ok();
    let token = minted["token"].as_str().unwrap().to_owned();
    let reply = browser.send_and_lose(browser.request(Method::GET, "/api/private").bearer_auth(token)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

#[tokio::test]
async fn the_demos_backend_greets_by_name_whoever_brings_a_token_of_the_template_for_it() {
    let server = Running::demo();
    let ada = server.signed_up("ada").await;
    let me = ada.get("/me").await.ok();
    let plain = greets(&ada, "default").await;
    assert_eq!((&plain["hello"], plain.get("name"), plain.get("email")), (&me["id"], None, None));
    let named = greets(&ada, "greeting").await;
    assert_eq!((&named["hello"], &named["signin"]), (&plain["hello"], &plain["signin"]));
    assert_eq!((&named["name"], &named["email"]), (&me["first_name"], &json!("ada@example.com")));
    // It lives as long as the file says.
    let minted = ada.get("/session/token?template=greeting").await.ok();
    assert!((29_000..=30_000).contains(&minted["lifetime_ms"].as_i64().unwrap()), "{minted}");
    // A name that tries to be more stays a name.
    let name = "\",\"email\":\"eve@example.com\",\"x\":\"{{user.id}}";
    ada.post("/me", json!({ "first_name": name })).await.ok();
    let named = greets(&ada, "greeting").await;
    assert_eq!((&named["name"], &named["email"]), (&json!(name), &json!("ada@example.com")));
}
