//! What must not leak from one to another: from deployment to deployment, from person to person, from rack to
//! rack.

use crate::support::{Keyrack, PASSWORD, sign_in_form};
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::{Value, json};

/// A server with a second deployment, which answers on `two.example.com`.
async fn two_deployments() -> Keyrack {
    Keyrack::start_configured(|config| {
        let first = &config.deployments[0];
        let second = Deployment {
            id: format!("{}-two", first.id),
            hosts: vec!["two.example.com".to_owned()],
            ..first.clone()
        };
        config.deployments.push(second);
    })
    .await
}

#[tokio::test]
async fn a_session_that_is_remembered_for_one_deployment_is_nothing_to_another() {
    let server = two_deployments().await;
    let browser = server.signed_up("ada").await;
    assert_eq!(browser.accounts().await, ["ada*"]);
    let elsewhere = |path: &str| browser.request(Method::GET, path).header("host", "two.example.com");
    for _ in 0..2 {
        assert_eq!(browser.send(elsewhere("/session")).await.ok()["id"], "");
        assert_eq!(browser.send(elsewhere("/session/token")).await.refused().1, "signed_out");
        assert_eq!(browser.send(elsewhere("/me")).await.refused().1, "signed_out");
        assert_eq!(browser.accounts().await, ["ada*"]);
    }
    let out = browser.request(Method::POST, "/session/sign-out").header("host", "two.example.com");
    browser.send_and_lose(out).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
    let there = browser.request(Method::POST, "/auth/signin").header("host", "two.example.com");
    let unknown = browser.send_and_lose(there.json(&sign_in_form("ada", PASSWORD))).await;
    assert_eq!(unknown.refused().1, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a19_whoever_comes_after_a_sign_out_by_id_finds_nothing_of_the_one_before() {
    let server = Keyrack::start().await;
    server.signed_up("bob").await;
    for signs_up in [true, false] {
        let browser = if signs_up { server.signed_up("ada").await } else { server.signed_in("ada").await };
        let ada = browser.sign_in_of("ada").await;
        let answer = browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await;
        assert!(!answer.text.contains("ada@"), "{}", answer.text);
        assert_eq!(answer.ok()["id"], "", "nothing lives in it any more");
        browser.also_signs_in("bob").await;
        assert!(!browser.session().await.to_string().contains("ada@"));
    }
    // Beside another account, too, and when it ends by itself.
    let browser = server.signed_in("bob").await;
    server.advance(3_600_000);
    browser.also_signs_in("ada").await;
    let ada = browser.sign_in_of("ada").await;
    browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    assert!(!browser.session().await.to_string().contains("ada@"));
}

#[tokio::test]
async fn a18_a_rack_that_only_names_a_session_does_not_keep_it_from_the_cap() {
    let server = Keyrack::start().await;
    let mut browsers = vec![server.signed_up("ada").await];
    for _ in 0..4 {
        server.advance(1);
        browsers.push(server.signed_in("ada").await);
    }
    let first = browsers[0].session().await["id"].as_str().unwrap().to_owned();
    let forger = server.browser();
    forger.hold(Some(format!("{first}.AAAAAAAAAAAAAAAAAAAAAA")));
    server.advance(1);
    forger.also_signs_in("ada").await;
    assert_eq!(browsers[0].session().await["end_reason"], "evicted_by_cap");
    assert_eq!(
        server.count("select count(*) from sign_ins where deployment_id = $1 and ended_at is null").await,
        5
    );
}

#[tokio::test]
async fn what_has_expired_is_not_counted_to_the_cap_and_says_why_it_ended() {
    let server = Keyrack::start().await;
    let first = server.signed_up("ada").await;
    server.advance(6 * 86_400_000);
    let mut live = Vec::new();
    for _ in 0..4 {
        live.push(server.signed_in("ada").await);
    }
    server.advance(86_400_000);
    // The first is idle since this moment; nobody has noticed yet.
    live.push(server.signed_in("ada").await);
    for browser in &live {
        assert_eq!(browser.accounts().await, ["ada*"]);
    }
    assert_eq!(first.session().await["end_reason"], "idle");
}

#[tokio::test]
async fn a_copied_rack_that_begins_sign_ups_ends_none_of_the_owners() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let first = browser.begins_sign_up("ada").await;
    let planted = browser.credential().unwrap().split('~').next().unwrap().to_owned();
    let thief = server.browser();
    thief.hold(Some(planted));
    for round in 0..9 {
        thief.begins_sign_up(&format!("eve{round}")).await;
    }
    browser.asks_for_code(&first).await.ok();
    browser.enters_code(&first, &server.code("ada").await).await.ok();
    let shown = thief.session().await["signup_attempts"].as_array().unwrap().len();
    assert_eq!(shown, 7, "its own give way to each other");
}

#[tokio::test]
async fn of_too_many_attempts_the_completed_ones_go_first() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let waiting = browser.begins_sign_up("ada").await;
    for name in ["b", "c", "d"] {
        browser.signs_up(&server, name).await;
    }
    for round in 0..5 {
        browser.begins_sign_up(&format!("e{round}")).await;
    }
    let session = browser.session().await;
    let shown: Vec<&Value> = session["signup_attempts"].as_array().unwrap().iter().collect();
    assert_eq!(shown.len(), 7);
    assert!(shown.iter().any(|attempt| attempt["id"] == waiting));
}

#[tokio::test]
async fn a_switch_hands_out_no_rack_that_could_undo_a_newer_one() {
    for server in [Keyrack::start().await, Keyrack::production().await] {
        server.signed_up("bob").await;
        server.signed_up("cyd").await;
        let browser = server.signed_up("ada").await;
        browser.also_signs_in("bob").await;
        let ada = browser.sign_in_of("ada").await;
        // One tab's switch is under way while another tab signs in.
        let switch = browser.request(Method::POST, "/session/switch-sign-in");
        let crossed = browser.send_and_lose(switch.json(&json!({ "sign_in_id": ada }))).await;
        browser.also_signs_in("cyd").await;
        browser.take(&crossed);
        assert_eq!(browser.accounts().await, ["ada", "bob", "cyd*"]);
    }
}

#[tokio::test]
async fn a_switch_that_changes_nothing_raises_no_revision_whatever_the_rack() {
    let server = Keyrack::start().await;
    server.signed_up("bob").await;
    server.signed_up("cyd").await;
    let browser = server.signed_in("bob").await;
    let older = browser.copied();
    browser.also_signs_in("cyd").await;
    let bob = older.sign_in_of("bob").await;
    let before = browser.session().await;
    for _ in 0..3 {
        older.post("/session/switch-sign-in", json!({ "sign_in_id": bob })).await.ok();
    }
    assert_eq!(browser.session().await, before);
}
