//! The whole story, as a person lives it.

use crate::support::{Keyrack, PASSWORD};
use serde_json::json;

#[tokio::test]
async fn two_accounts_in_one_session_are_switched_and_signed_out() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    browser.signs_up(&server, "bob").await;
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);

    let before = browser.session().await["revision"].as_i64().unwrap();
    let switched = browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(switched, browser.session().await);
    assert!(switched["revision"].as_i64().unwrap() > before);
    assert_eq!(browser.accounts().await, ["ada*", "bob"]);
    assert_eq!(browser.get("/me").await.ok()["email_address"], "ada@example.com");

    browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(browser.accounts().await, ["bob*"]);
    assert_eq!(browser.session().await["end_reason"], "signed_out");
    browser.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(browser.session().await["id"], "");
    assert_eq!(browser.get("/session/token").await.refused(), (401, "signed_out".to_owned()));
}

#[tokio::test]
async fn everything_outlives_a_restart_in_the_middle_of_a_sign_up() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let attempt = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("bob").await;
    let before = browser.session().await;

    let server = server.restart().await;
    assert_eq!(browser.session().await, before);
    browser.enters_code(&attempt, &code).await.ok();
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
    assert_eq!(
        server.signed_in("ada").await.sign_in("ada", PASSWORD).await.refused().1,
        "USER_ALREADY_SIGNED_IN"
    );
}
