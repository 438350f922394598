//! Signing in by a mailed code.

use crate::support::{Keyrack, PASSWORD, Reply, other_than, refused, typed_form};
use serde_json::{Value, json};

#[tokio::test]
async fn a_mailed_code_signs_in_and_the_attempt_is_shown_until_then() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let user = ada.session().await["active_signin"]["user_id"].clone();
    let browser = server.browser();
    let id = browser.begins_by_mail("email_otp", "ada").await;
    let attempt = browser.attempt().await;
    assert_eq!(
        (&attempt["method"], &attempt["current_step"], &attempt["remaining_steps"]),
        (&json!("email_otp"), &json!("verify_email_otp"), &json!(["verify_email_otp"]))
    );
    assert_eq!((&attempt["email"], &attempt["user_id"]), (&json!("ada@example.com"), &Value::Null));
    assert_eq!(
        (&attempt["completed"], &attempt["first_method_authenticated"]),
        (&json!(false), &json!(false))
    );
    server.advance(60_000);
    let prepared = browser.asks_to_sign_in(&id, "email_otp").await.ok();
    assert_eq!(prepared["otp_sent"], true);
    assert_eq!(prepared["masked_email"], "a•••@example.com");
    let code = server.code("ada").await;
    assert_eq!(browser.types(&id, &other_than(&code, 1)).await.refused(), refused(400, "INVALID_CODE"));
    let session = browser.types(&id, &code).await.ok();
    assert_eq!(session["active_signin"]["user_id"], user);
    let attempt = &session["signin_attempts"][0];
    assert_eq!((&attempt["completed"], &attempt["current_step"]), (&json!(true), &json!("")));
    assert_eq!((&attempt["user_id"], &attempt["first_method_authenticated"]), (&user, &json!(true)));
    let proofs =
        "select count(*) from sign_ins where deployment_id = $1 and proofs = 'mail' and proved_at > 0";
    assert_eq!(server.count(proofs).await, 1);
}

#[tokio::test]
async fn c15_an_attempt_of_nobodys_address_looks_and_costs_like_any_other_and_no_code_fits() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(3_600_000);
    let (known, unknown) = (server.browser(), server.browser());
    let form = |name: &str| json!({ "strategy": "email_otp", "email": format!("{name}@example.com") });
    let begun =
        [&known.post("/auth/signin", form("ada")).await, &unknown.post("/auth/signin", form("bob")).await];
    assert_eq!(begun[0].shape(), begun[1].shape());
    let id = |reply: &Reply| reply.ok()["signin_attempts"][0]["id"].as_str().unwrap().to_owned();
    let (first, second) = (id(begun[0]), id(begun[1]));
    let asked = [
        &known.asks_to_sign_in(&first, "email_otp").await,
        &unknown.asks_to_sign_in(&second, "email_otp").await,
    ];
    assert_eq!(asked[0].shape(), asked[1].shape());
    let rows = "select count(*) from one_time_secrets where deployment_id = $1 and purpose = 'sign_in'";
    assert_eq!(server.count(rows).await, 2);
    let code = server.code("ada").await;
    assert!(server.mails("bob").await.is_empty());
    for step in 1..=6 {
        let wrong = other_than(&code, step);
        let typed = [&known.types(&first, &wrong).await, &unknown.types(&second, &wrong).await];
        assert_eq!(typed[0].shape(), typed[1].shape());
        assert_eq!(typed[0].refused(), refused(400, "INVALID_CODE"));
    }
    let records = "select count(*) from audit where deployment_id = $1 and event = 'code_refused'";
    assert_eq!(server.count(records).await, 12);
    assert_eq!(unknown.types(&second, &code).await.refused(), refused(400, "INVALID_CODE"));
}

#[tokio::test]
async fn a_deployment_that_tells_says_that_nobody_has_the_address() {
    let server = Keyrack::start_with(|deployment| deployment.uniform_answers = false).await;
    let browser = server.browser();
    let form = json!({ "strategy": "email_otp", "email": "ada@example.com" });
    assert_eq!(browser.post("/auth/signin", form).await.refused(), refused(404, "USER_NOT_FOUND"));
    assert_eq!(browser.credential(), None);
}

#[tokio::test]
async fn what_a_sign_in_waits_for_is_refused_under_another_name_and_to_another_browser() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let (browser, stranger) = (server.browser(), server.signed_up("mallory").await);
    let id = browser.begins_by_mail("email_otp", "ada").await;
    for strategy in ["phone_otp", "magic_link", "telepathy"] {
        let answer = browser.asks_to_sign_in(&id, strategy).await.refused();
        assert_eq!(answer, refused(400, "VERIFICATION_STRATEGY_REQUIRED"));
    }
    let over = refused(400, "BAD_SIGN_IN_ATTEMPT");
    assert_eq!(stranger.asks_to_sign_in(&id, "email_otp").await.refused(), over);
    server.advance(60_000);
    browser.asks_to_sign_in(&id, "email_otp").await.ok();
    let code = server.code("ada").await;
    assert_eq!(stranger.types(&id, &code).await.refused(), over);
    let mut as_sign_up = typed_form(&id, &code);
    as_sign_up["identifier_type"] = json!("signup");
    assert_eq!(browser.post("/auth/attempt-verification", as_sign_up).await.refused(), over);
    browser.types(&id, &code).await.ok();
    assert_eq!(browser.types(&id, &code).await.refused(), over);
    assert_eq!(stranger.accounts().await, ["mallory*"]);
}

#[tokio::test]
async fn who_is_signed_in_here_already_is_told_so_only_with_the_right_code() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.advance(60_000);
    let id = browser.begins_by_mail("email_otp", "ada").await;
    browser.asks_to_sign_in(&id, "email_otp").await.ok();
    let code = server.code("ada").await;
    assert_eq!(browser.types(&id, &other_than(&code, 1)).await.refused().1, "INVALID_CODE");
    assert_eq!(browser.types(&id, &code).await.refused(), refused(400, "USER_ALREADY_SIGNED_IN"));
    assert_eq!(browser.attempt().await["completed"], Value::Null, "the attempt is over");
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn a_deployment_without_mailed_codes_says_so() {
    let server = Keyrack::start_with(|deployment| deployment.auth.email_otp = false).await;
    server.signed_up("ada").await;
    let form = json!({ "strategy": "email_otp", "email": "ada@example.com" });
    let answer = server.browser().post("/auth/signin", form).await;
    assert_eq!(answer.refused(), refused(400, "unsupported_strategy"));
    server.browser().sign_in("ada", PASSWORD).await.ok();
}
