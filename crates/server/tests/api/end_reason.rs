//! Why somebody is signed out: the reason of the account that was active last, also where it took over from
//! another one.

use crate::support::{Browser, Keyrack, Operator, PASSWORD};
use http::Method;
use keyrack_server::sweep;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60_000;

/// Ada and Bob in one browser. Bob is active until an operator ends his sign-in; then Ada takes over.
async fn ada_took_over() -> (Keyrack, Browser) {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    Operator(&server).post("/users/bob@example.com/end-sessions").await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
    assert_eq!(browser.session().await["end_reason"], "revoked_by_admin");
    (server, browser)
}

async fn is_out(browser: &Browser, reason: &str) {
    let session = browser.get("/session?poll=1").await.ok();
    assert_eq!((&session["id"], &session["end_reason"]), (&json!(""), &json!(reason)));
}

#[tokio::test]
async fn who_took_over_and_is_disabled_or_deleted_is_told_so() {
    let (server, browser) = ada_took_over().await;
    Operator(&server).post("/users/ada@example.com/disable").await.ok();
    is_out(&browser, "user_disabled").await;

    let (server, browser) = ada_took_over().await;
    Operator(&server).ask(Method::DELETE, "/users/ada@example.com", json!({})).await.ok();
    is_out(&browser, "user_deleted").await;
}

#[tokio::test]
async fn who_took_over_and_is_idle_is_told_so_by_a_read_and_by_the_sweep() {
    for swept in [false, true] {
        let (server, browser) = ada_took_over().await;
        server.advance(7 * DAY);
        if swept {
            sweep::run_once(&server.app).await.unwrap();
        }
        is_out(&browser, "idle").await;
    }
}

#[tokio::test]
async fn who_took_over_and_gives_way_to_a_newer_sign_in_or_signs_out_is_told_so() {
    let (server, browser) = ada_took_over().await;
    for _ in 0..server.app.sites[0].config.max_sessions_per_account {
        server.advance(1);
        server.browser().sign_in("ada", PASSWORD).await.ok();
    }
    is_out(&browser, "evicted_by_cap").await;

    let (_server, browser) = ada_took_over().await;
    let kept = browser.copied();
    let target = json!({ "sign_in_id": browser.sign_in_of("ada").await });
    browser.post("/session/sign-out", target).await.ok();
    is_out(&kept, "signed_out").await;
}

#[tokio::test]
async fn an_operator_sees_who_took_over_as_active() {
    let (server, browser) = ada_took_over().await;
    browser.signs_up(&server, "cyd").await;
    let seen = async || -> Vec<(Value, Value)> {
        let sessions = Operator(&server).get("/sessions").await.ok();
        let sign_ins = sessions["items"][0]["sign_ins"].as_array().unwrap().clone();
        sign_ins.iter().map(|s| (s["email_address"].clone(), s["active"].clone())).collect()
    };
    let of = |name: &str, active: bool| (json!(format!("{name}@example.com")), json!(active));
    assert_eq!(seen().await, [of("ada", false), of("cyd", true)]);
    Operator(&server).post("/users/cyd@example.com/end-sessions").await.ok();
    assert_eq!(seen().await, [of("ada", true)]);
}
