//! Somebody who is signed in hands their sign-in over, to another origin or to a program.

use crate::handshake::VERIFIER;
use crate::native::program;
use crate::support::{Browser, Keyrack, Reply};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::{Value, json};

const CALLBACK: &str = "http://127.0.0.1:51004/callback?a=b";

/// What a page is answered that hands its sign-in over to whoever has the verifier, at this address.
pub async fn hands_over(browser: &Browser, to: &str) -> Reply {
    let challenge = BASE64.encode(digest(&SHA256, VERIFIER.as_bytes()));
    browser.post("/session/tickets", json!({ "redirect_uri": to, "code_challenge": challenge })).await
}

/// What a program is answered that exchanges a ticket, with this verifier and what it holds.
async fn exchanges(server: &Keyrack, ticket: &str, verifier: Option<&str>, holds: &str) -> Reply {
    let request = program(server, Method::POST, "/session/ticket/exchange", holds);
    let body = json!({ "ticket": ticket, "code_verifier": verifier });
    Reply::read(request.json(&body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_program_is_handed_the_sign_in_of_the_browser_and_ends_with_it() {
    for mode in [Mode::Production, Mode::Staging] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let ada = server.signed_up("ada").await;
        let made = hands_over(&ada, CALLBACK).await.ok();
        let ticket = made["ticket"].as_str().unwrap();
        assert_eq!(made["url"], format!("{CALLBACK}&ticket={ticket}"));
        let reply = exchanges(&server, ticket, Some(VERIFIER), "").await;
        let rack = reply.header("x-keyrack-session").unwrap().to_owned();
        let session = reply.ok()["session"].clone();
        assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
        assert_ne!(session["id"], ada.session().await["id"]);
        // Whoever got the answer gets it again; nobody else does.
        assert_eq!(exchanges(&server, ticket, Some(VERIFIER), &rack).await.status, 200);
        assert_eq!(exchanges(&server, ticket, Some(VERIFIER), "").await.refused().1, "ticket_used");
        ada.post("/session/sign-out", json!({})).await.ok();
        let after = Reply::read(program(&server, Method::GET, "/session", &rack).send().await.unwrap()).await;
        assert_eq!(after.ok()["active_signin"], Value::Null);
    }
}

#[tokio::test]
async fn b03_a_sign_in_that_is_handed_over_is_for_whoever_has_the_verifier_within_a_minute() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let made = hands_over(&ada, CALLBACK).await.ok();
    let ticket = made["ticket"].as_str().unwrap();
    for verifier in [None, Some(VERIFIER.replace('d', "e"))] {
        let reply = exchanges(&server, ticket, verifier.as_deref(), "").await;
        assert_eq!(reply.refused().1, "ticket_elsewhere");
    }
    server.advance(59_999);
    exchanges(&server, ticket, Some(VERIFIER), "").await.ok();
    let late = hands_over(&ada, CALLBACK).await.ok();
    server.advance(60_000);
    let reply = exchanges(&server, late["ticket"].as_str().unwrap(), Some(VERIFIER), "").await;
    assert_eq!(reply.refused().1, "ticket_expired");
}

#[tokio::test]
async fn b09_nothing_is_handed_over_to_an_address_that_is_not_listed_or_without_a_challenge() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "/a",
        "http://localhost:5/",
        "com.example.app:/x",
        "javascript:x",
    ] {
        let reply = hands_over(&ada, evil).await;
        assert_eq!(reply.refused(), (400, "redirect_not_allowed".to_owned()), "{evil}");
    }
    for challenge in ["x", &"a".repeat(44), &"+".repeat(43)] {
        let body = json!({ "redirect_uri": CALLBACK, "code_challenge": challenge });
        assert_eq!(ada.post("/session/tickets", body).await.refused().1, "invalid_parameter");
    }
    let without = ada.post("/session/tickets", json!({ "redirect_uri": CALLBACK })).await;
    assert_eq!(without.refused().1, "REQUIRED_FIELD");
    assert_eq!(hands_over(&server.browser(), CALLBACK).await.refused(), (401, "signed_out".to_owned()));
    assert_eq!(server.count("select count(*) from tickets where deployment_id = $1").await, 0);
    hands_over(&ada, &format!("{}/x", server.base)).await.ok();
}
