//! Proving again who one is, and the key that comes with it.

use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use serde_json::json;

const MINUTE: i64 = 60_000;

async fn by_password(browser: &Browser, password: &str) -> Reply {
    browser.post("/session/reauthenticate", json!({ "method": "password", "password": password })).await
}

async fn asks_for_code(browser: &Browser) -> serde_json::Value {
    browser.post("/session/reauthenticate/prepare", json!({ "method": "email_otp" })).await.ok()
}

async fn by_code(browser: &Browser, code: &str) -> Reply {
    let body = json!({ "method": "email_otp", "verification_code": code });
    browser.post("/session/reauthenticate", body).await
}

fn refused(code: &str) -> (u16, String) {
    (if code == "INVALID_CREDENTIALS" { 401 } else { 400 }, code.to_owned())
}

#[tokio::test]
async fn a_new_key_comes_with_a_fresh_proof_and_the_old_one_dies_when_it_is_used() {
    let server = Keyrack::start().await;
    let (browser, [ada, bob]) = server.signed_up_two().await;
    let (old, before) = (browser.copied(), browser.credential());
    let session = by_password(&browser, PASSWORD).await.ok();
    assert_ne!(browser.credential(), before);
    assert_eq!(session["active_signin"]["id"], bob);
    // The answer may have been lost: until the new key is used the old one works.
    assert_eq!(old.accounts().await, ["ada", "bob*"]);
    assert_eq!(old.get("/session/token").await.status, 200);
    assert_eq!(old.session().await, session);

    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
    assert!(browser.session().await["revision"].as_i64().unwrap() > session["revision"].as_i64().unwrap());
    assert_eq!(old.accounts().await, ["ada*"], "whoever copied the old key is out");
    let switch = json!({ "sign_in_id": bob });
    assert_eq!(old.post("/session/switch-sign-in", switch).await.refused().1, "sign_in_not_found");
    // Nothing else has another key.
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(browser.accounts().await, ["ada*", "bob"]);
}

#[tokio::test]
async fn a_change_is_the_first_use_of_a_new_key_too() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let old = browser.copied();
    by_password(&browser, PASSWORD).await.ok();
    let ada = browser.sign_in_of("ada").await;
    let another = browser.copied();
    by_password(&another, PASSWORD).await.ok();
    another.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    for dead in [old, browser] {
        assert_eq!(dead.session().await["signins"], json!([]));
    }
    another.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(another.session().await["end_reason"], "signed_out");
}

#[tokio::test]
async fn an_answer_that_was_lost_costs_nothing_and_the_key_in_it_opens_nothing_after_the_next() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let body = json!({ "method": "password", "password": PASSWORD });
    let request = browser.request(reqwest::Method::POST, "/session/reauthenticate").json(&body);
    let lost = browser.copied();
    lost.take(&browser.send_and_lose(request).await);
    by_password(&browser, PASSWORD).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
    assert_eq!(lost.accounts().await, [""; 0]);
}

#[tokio::test]
async fn two_answers_that_crossed_leave_a_browser_signed_in() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let before = browser.credential().unwrap();
    by_password(&browser, PASSWORD).await.ok();
    let new = browser.credential().unwrap();
    assert_eq!(browser.accounts().await, ["ada*"]);
    // What a tab merges which had an answer under way with the old key.
    let key = new.split('~').find(|key| key.starts_with("sin_")).unwrap();
    browser.hold(Some(format!("{before}~{key}")));
    assert_eq!(browser.accounts().await, ["ada*"]);
    // What is handed out next has the living key alone.
    browser.signs_up(&server, "bob").await;
    let merged = browser.credential().unwrap();
    let dead = before.split('~').find(|key| key.starts_with("sin_")).unwrap();
    assert!(merged.contains(key) && !merged.contains(dead), "{merged}");
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
}

#[tokio::test]
async fn a_mailed_code_proves_it_once_for_the_sign_in_that_asked_and_dies_of_guesses() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let elsewhere = server.signed_in("ada").await;
    assert_eq!(
        asks_for_code(&browser).await,
        json!({ "method": "email_otp", "otp_sent": true, "masked_address": "a•••@example.com" })
    );
    let (code, mails) = (server.code("ada").await, server.mails("ada").await.len());
    asks_for_code(&browser).await;
    assert_eq!(server.mails("ada").await.len(), mails, "asked too soon");
    assert_eq!(by_code(&elsewhere, &code).await.refused(), refused("INVALID_CODE"));
    let wrong = if code == "000000" { "111111" } else { "000000" };
    assert_eq!(by_code(&browser, wrong).await.refused(), refused("INVALID_CODE"));
    by_code(&browser, &code).await.ok();
    assert_eq!(by_code(&browser, &code).await.refused(), refused("INVALID_CODE"));

    server.advance(MINUTE);
    asks_for_code(&browser).await;
    let code = server.code("ada").await;
    server.advance(10 * MINUTE);
    assert_eq!(by_code(&browser, &code).await.refused(), refused("verification_code_expired"));
    asks_for_code(&browser).await;
    let code = server.code("ada").await;
    for _ in 0..5 {
        assert_eq!(by_code(&browser, wrong).await.refused(), refused("INVALID_CODE"));
    }
    assert_eq!(by_code(&browser, &code).await.refused(), refused("INVALID_CODE"));
}

#[tokio::test]
async fn wrong_passwords_make_pauses_that_no_stranger_can_begin() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let stranger = server.browser();
    for _ in 0..11 {
        stranger.sign_in("ada", "a wrong password").await.refused();
    }
    assert_eq!(stranger.sign_in("ada", PASSWORD).await.status, 429);
    by_password(&browser, PASSWORD).await.ok();

    for _ in 0..10 {
        let wrong = by_password(&browser, "a wrong password").await;
        assert_eq!(wrong.refused(), refused("INVALID_CREDENTIALS"));
    }
    let paused = by_password(&browser, PASSWORD).await;
    assert_eq!(paused.refused(), (429, "too_many_attempts".to_owned()));
    assert_eq!(paused.header("retry-after"), Some("15"));
    server.advance(15_000);
    by_password(&browser, PASSWORD).await.ok();
    assert_eq!(by_password(&browser, "a wrong password").await.refused(), refused("INVALID_CREDENTIALS"));
    let sql = "select count(*) from audit where deployment_id = $1 and event = 'proof_refused'";
    assert_eq!(server.count(sql).await, 11);
}

#[tokio::test]
async fn nothing_is_proved_by_what_is_missing_or_unknown_or_where_nobody_is_signed_in() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let path = "/session/reauthenticate";
    for (body, code) in [
        (json!({}), "REQUIRED_FIELD"),
        (json!({ "method": "password" }), "REQUIRED_FIELD"),
        (json!({ "method": "email_otp" }), "CODE_REQUIRED"),
        (json!({ "method": "magic" }), "unsupported_strategy"),
    ] {
        assert_eq!(browser.post(path, body).await.refused(), refused(code));
    }
    for path in [path, "/session/reauthenticate/prepare"] {
        let body = json!({ "method": "email_otp", "verification_code": "123456" });
        assert_eq!(server.browser().post(path, body).await.refused(), (401, "signed_out".to_owned()));
    }
    let prepare = json!({ "method": "password" });
    let refusal = browser.post("/session/reauthenticate/prepare", prepare).await.refused();
    assert_eq!(refusal, refused("unsupported_strategy"));
}

#[tokio::test]
async fn a_code_to_the_phone_proves_it_and_is_none_of_the_mail() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let path = "/session/reauthenticate/prepare";
    let body = json!({ "method": "phone_otp" });
    assert_eq!(browser.post(path, body.clone()).await.refused(), refused("unsupported_strategy"));
    let id = browser.adds_number("+14155552671").await;
    browser.post(&format!("/me/phone-numbers/{id}/prepare-verification"), json!({})).await.ok();
    let code = json!({ "code": server.code_to("+14155552671").await });
    browser.post(&format!("/me/phone-numbers/{id}/attempt-verification"), code).await.ok();
    server.advance(MINUTE);
    let asked = browser.post(path, body).await.ok();
    assert_eq!((&asked["method"], &asked["masked_address"]), (&json!("phone_otp"), &json!("+1•••2671")));
    let code = server.code_to("+14155552671").await;
    assert_eq!(by_code(&browser, &code).await.refused(), refused("INVALID_CODE"));
    let body = json!({ "method": "phone_otp", "verification_code": code });
    browser.post("/session/reauthenticate", body).await.ok();
    for method in ["authenticator", "backup_code"] {
        let body = json!({ "method": method, "verification_code": "000000" });
        let refusal = browser.post("/session/reauthenticate", body).await.refused();
        assert_eq!(refusal, refused("INVALID_CODE"), "{method}");
    }
}
