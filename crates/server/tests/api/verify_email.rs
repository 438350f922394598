//! The step `verify_email` of a sign-in, and whom a proved address is taken from wherever it is proved.

use crate::support::{Browser, Keyrack, Operator, PASSWORD, other_than, refused};
use keyrack_server::config::FieldUse;
use reqwest::Method;
use serde_json::{Value, json};

const PROVED: &str =
    "select count(*) from email_addresses where deployment_id = $1 and verified_at is not null";
const HELD: &str = "select count(*) from email_addresses where deployment_id = $1";

/// A server on which an operator has made ada, who is still to prove her address.
async fn made() -> Keyrack {
    let server = Keyrack::start_with(|deployment| deployment.auth.username = FieldUse::Optional).await;
    let ada =
        json!({ "email": "ada@example.com", "username": "ada", "password": PASSWORD, "unproved": true });
    Operator(&server).ask(Method::POST, "/users", ada).await.ok();
    server
}

/// Signs in by the username; the attempt.
async fn begins(browser: &Browser) -> Value {
    let form = json!({ "strategy": "plain_username", "username": "ada", "password": PASSWORD });
    let session = browser.post("/auth/signin", form).await.ok();
    session["signin_attempts"].as_array().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn whoever_is_still_to_prove_the_address_does_so_on_the_way_in() {
    let server = made().await;
    assert_eq!(server.count(PROVED).await, 0);
    // It matches nothing yet.
    let by_address = server.browser().sign_in("ada", PASSWORD).await;
    assert_eq!(by_address.refused(), refused(401, "INVALID_CREDENTIALS"));
    let browser = server.browser();
    let attempt = begins(&browser).await;
    assert_eq!(attempt["remaining_steps"], json!(["verify_email"]));
    assert_eq!((&attempt["email"], &attempt["profile_completion_data"]["email"]), (&json!(""), &Value::Null));
    let id = attempt["id"].as_str().unwrap();
    let prepared = browser.asks_to_sign_in(id, "email_otp").await.ok();
    assert_eq!(prepared["masked_email"], "a•••@example.com");
    let code = server.code("ada").await;
    assert_eq!(browser.types(id, &other_than(&code, 1)).await.refused(), refused(400, "INVALID_CODE"));
    assert_eq!(server.count(PROVED).await, 0);
    let session = browser.types(id, &code).await.ok();
    assert_eq!(session["active_signin"]["user"]["primary_email_address"]["verified"], true);
    let changed = "select count(*) from audit where deployment_id = $1 and event = 'account_changed'
        and reason = 'email_added'";
    assert_eq!(server.count(changed).await, 1);
    server.browser().sign_in("ada", PASSWORD).await.ok();
}

#[tokio::test]
async fn an_operator_makes_nobody_who_could_not_come_to_prove_the_address() {
    let server = made().await;
    server.signed_up("bob").await;
    for (change, code) in [
        (json!({ "username": null }), "REQUIRED_FIELD"),
        (json!({ "password": null }), "REQUIRED_FIELD"),
        (json!({ "email": "bob@example.com" }), "EMAIL_EXISTS"),
    ] {
        let mut form =
            json!({ "email": "eve@example.com", "username": "eve", "password": PASSWORD, "unproved": true });
        form.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let reply = Operator(&server).ask(Method::POST, "/users", form).await;
        assert_eq!(reply.refused(), refused(400, code), "{change}");
    }
}

#[tokio::test]
async fn l08_an_address_that_is_proved_at_a_sign_in_is_taken_from_those_who_have_it_unproved() {
    let server = made().await;
    let bob = server.signed_up("bob").await;
    bob.adds_address("ada").await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    let id = attempt["id"].as_str().unwrap();
    browser.asks_to_sign_in(id, "email_otp").await.ok();
    browser.types(id, &server.code("ada").await).await.ok();
    assert_eq!(bob.session().await["end_reason"], "credentials_changed");
    assert_eq!((server.count(HELD).await, server.count(PROVED).await), (2, 2));
}

#[tokio::test]
async fn l08_an_address_that_somebody_else_proved_meanwhile_is_proved_by_nobody_again() {
    let server = made().await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    let id = attempt["id"].as_str().unwrap();
    browser.asks_to_sign_in(id, "email_otp").await.ok();
    let code = server.code("ada").await;
    let bob = server.signed_up("bob").await;
    server.advance(60_000);
    bob.also_has(&server, "ada").await;
    // It was taken from the account that had it unproved, so nobody waits for it.
    assert_eq!(browser.types(id, &code).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    assert_eq!(browser.accounts().await, [""; 0]);
    assert_eq!(bob.addresses().await, ["bob*", "ada"]);
    // Nor is its first holder kept out: the username still leads in, to an account without an address.
    assert_eq!(begins(&server.browser()).await["completed"], true);
}

#[tokio::test]
async fn l08_an_address_that_a_sign_up_proves_is_taken_from_those_who_have_it_unproved() {
    let server = Keyrack::start().await;
    let bob = server.signed_up("bob").await;
    bob.adds_address("ada").await;
    let ada = server.browser();
    let attempt = ada.begins_sign_up("ada").await;
    ada.asks_for_code(&attempt).await.ok();
    assert_eq!(bob.addresses().await, ["bob*", "ada?"], "not before it is proved");
    ada.enters_code(&attempt, &server.code("ada").await).await.ok();
    assert_eq!(bob.session().await["end_reason"], "credentials_changed");
    assert_eq!((server.count(HELD).await, server.count(PROVED).await), (2, 2));
    assert_eq!(ada.addresses().await, ["ada*"]);
}
