//! A sign-in that says first who it is, and waits for the password: it can be left and resumed like any other.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, refused, typed_form};
use serde_json::{Value, json};

fn by_email(name: &str) -> Value {
    json!({ "strategy": "plain_email", "email": format!("{name}@example.com"), "ask_password": true })
}

/// Begins a sign-in with no more than an address; the attempt.
async fn begins(browser: &Browser, name: &str) -> String {
    let session = browser.post("/auth/signin", by_email(name)).await.ok();
    session["signin_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

async fn types_password(browser: &Browser, attempt: &str, password: &str) -> Reply {
    let body = json!({ "attempt_identifier": attempt, "identifier_type": "signin", "password": password });
    browser.post("/auth/attempt-verification", body).await
}

#[tokio::test]
async fn a_sign_in_without_a_password_waits_for_it_and_goes_on_with_it() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let browser = server.browser();
    let id = begins(&browser, "ada").await;
    let attempt = browser.attempt().await;
    assert_eq!(
        (&attempt["method"], &attempt["current_step"], &attempt["remaining_steps"]),
        (&json!("plain_email"), &json!("verify_password"), &json!(["verify_password"]))
    );
    assert_eq!((&attempt["email"], &attempt["user_id"]), (&json!("ada@example.com"), &Value::Null));
    assert_eq!(
        (&attempt["completed"], &attempt["first_method_authenticated"]),
        (&json!(false), &json!(false))
    );
    for strategy in ["email_otp", "magic_link", "phone_otp", "passkey"] {
        let prepared = browser.asks_to_sign_in(&id, strategy).await.refused();
        assert_eq!(prepared, refused(400, "VERIFICATION_STRATEGY_REQUIRED"), "{strategy}");
    }
    let wrong = types_password(&browser, &id, "another password").await;
    assert_eq!(wrong.refused(), refused(401, "INVALID_CREDENTIALS"));
    assert_eq!(browser.attempt().await["current_step"], "verify_password", "it waits on");
    let empty = types_password(&browser, &id, "").await;
    assert_eq!(empty.refused(), refused(400, "CODE_REQUIRED"));
    let session = types_password(&browser, &id, PASSWORD).await.ok();
    assert_eq!(session["active_signin"]["user_id"], json!(user));
    let attempt = &session["signin_attempts"][0];
    assert_eq!((&attempt["completed"], &attempt["current_step"]), (&json!(true), &json!("")));
    assert_eq!(types_password(&browser, &id, PASSWORD).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    let proofs =
        "select count(*) from sign_ins where deployment_id = $1 and proofs = 'pwd' and proved_at > 0";
    assert_eq!(server.count(proofs).await, 2, "hers from signing up is one");
}

#[tokio::test]
async fn clients_that_know_one_field_type_the_password_into_it_and_usernames_have_the_step_too() {
    let server = Keyrack::start_with(|deployment| {
        deployment.auth.username = keyrack_server::config::FieldUse::Optional;
    })
    .await;
    let browser = server.browser();
    browser.signs_up(&server, "ada").await;
    browser.post("/me", json!({ "username": "ada.l" })).await.ok();
    let other = server.browser();
    let form = json!({ "strategy": "plain_username", "username": "Ada.L", "ask_password": true });
    other.post("/auth/signin", form).await.ok();
    let shown = other.attempt().await;
    assert_eq!((&shown["method"], &shown["email"]), (&json!("plain_username"), &json!("")));
    let id = shown["id"].as_str().unwrap();
    other.post("/auth/attempt-verification", typed_form(id, PASSWORD)).await.ok();
    assert_eq!(other.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn c15_an_attempt_of_nobodys_address_waits_for_a_password_like_any_other() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let (known, unknown) = (server.browser(), server.browser());
    let begun = [
        &known.post("/auth/signin", by_email("ada")).await,
        &unknown.post("/auth/signin", by_email("bob")).await,
    ];
    assert_eq!(begun[0].shape(), begun[1].shape());
    let id = |reply: &Reply| reply.ok()["signin_attempts"][0]["id"].as_str().unwrap().to_owned();
    let (first, second) = (id(begun[0]), id(begun[1]));
    for _ in 0..9 {
        let typed = [
            &types_password(&known, &first, "a wrong password").await,
            &types_password(&unknown, &second, "a wrong password").await,
        ];
        assert_eq!(typed[0].shape(), typed[1].shape());
        assert_eq!(typed[0].refused(), refused(401, "INVALID_CREDENTIALS"));
    }
    let records = "select count(*) from audit where deployment_id = $1 and event = 'sign_in_refused'";
    assert_eq!(server.count(records).await, 18);
}

#[tokio::test]
async fn c01_tries_in_an_attempt_are_tries_at_its_identifier() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let mut judged = 0;
    for _ in 0..4 {
        let attacker = server.browser();
        let id = begins(&attacker, "ada").await;
        for _ in 0..5 {
            judged += usize::from(types_password(&attacker, &id, "a wrong password").await.status == 401);
        }
    }
    assert_eq!(judged, 10);
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn the_password_of_an_attempt_is_nobody_elses_and_no_other_browsers() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let bob = server.signed_up("bob").await;
    let id = begins(&bob, "ada").await;
    let over = refused(400, "BAD_SIGN_IN_ATTEMPT");
    for other in [&ada, &server.browser()] {
        assert_eq!(types_password(other, &id, PASSWORD).await.refused(), over);
    }
    server.advance(30 * 60_000);
    assert_eq!(types_password(&bob, &id, PASSWORD).await.refused(), over, "its time is over");
    let id = begins(&bob, "ada").await;
    types_password(&bob, &id, PASSWORD).await.ok();
    assert_eq!(bob.accounts().await, ["bob", "ada*"]);
    // Who is in already is told when the password is right, and not before.
    let id = begins(&bob, "ada").await;
    let again = types_password(&bob, &id, PASSWORD).await;
    assert_eq!(again.refused(), refused(400, "USER_ALREADY_SIGNED_IN"));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_after_the_password_of_an_attempt() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    ada.adds_authenticator(&server).await;
    let browser = server.browser();
    let id = begins(&browser, "ada").await;
    let session = types_password(&browser, &id, PASSWORD).await.ok();
    assert_eq!(session["signins"], json!([]));
    assert_eq!(browser.attempt().await["current_step"], "verify_second_factor");
}
