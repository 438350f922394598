//! Signing up where everybody needs a second factor: an authenticator is set up before there is an account.

use crate::support::{Browser, Keyrack, other_than, sign_up_form};
use keyrack_server::config::SecondFactorPolicy;
use serde_json::{Value, json};
use std::process::Command;

async fn enforced() -> Keyrack {
    Keyrack::start_with(|deployment| deployment.auth.second_factor.policy = SecondFactorPolicy::Enforced)
        .await
}

/// The code that a program of others shows at the server's time (`oathtool`).
fn shown_by(server: &Keyrack, secret: &str, later_s: i64) -> String {
    let seconds = server.app.world.clock.now_ms() / 1000 + later_s;
    let run = Command::new("oathtool")
        .args(["--totp", "-b", secret, "-N", &format!("@{seconds}")])
        .output()
        .unwrap();
    String::from_utf8(run.stdout).unwrap().trim().to_owned()
}

/// Proves ada's address; the attempt waits for an authenticator then.
async fn at_the_authenticator(server: &Keyrack, browser: &Browser) -> String {
    let session = browser.post("/auth/signup", sign_up_form("ada")).await.ok();
    let attempt = &session["signup_attempts"][0];
    assert_eq!(attempt["remaining_steps"], json!(["verify_email", "verify_authenticator"]));
    let id = attempt["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&id).await.ok();
    let session = browser.enters_code(&id, &server.code("ada").await).await.ok();
    assert_eq!(session["signup_attempts"][0]["current_step"], "verify_authenticator");
    assert_eq!(session["active_signin"], Value::Null);
    id
}

async fn sets_up(browser: &Browser, attempt: &str) -> String {
    let form =
        json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "authenticator" });
    let set = browser.post("/auth/prepare-verification", form).await.ok();
    assert!(set["otp_url"].as_str().unwrap().starts_with("otpauth://totp/"), "{set}");
    set["totp_secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_code_of_an_authenticator_makes_the_account_that_has_it() {
    let server = enforced().await;
    let browser = server.browser();
    let attempt = at_the_authenticator(&server, &browser).await;
    assert_eq!(
        browser.enters_code(&attempt, "123456").await.refused().1,
        "INVALID_CODE",
        "nothing is set up yet"
    );
    let old = sets_up(&browser, &attempt).await;
    let secret = sets_up(&browser, &attempt).await;
    let code = shown_by(&server, &old, 0);
    assert_eq!(
        browser.enters_code(&attempt, &code).await.refused().1,
        "INVALID_CODE",
        "a later set-up replaced it"
    );
    let code = shown_by(&server, &secret, 0);
    assert_eq!(browser.enters_code(&attempt, &other_than(&code, 1)).await.refused().1, "INVALID_CODE");
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 0);
    let session = browser.enters_code(&attempt, &code).await.ok();
    assert_eq!(session["signup_attempts"][0]["completed"], true);
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    assert!(session["active_signin"]["user"]["user_authenticator"].is_object());
    let proved = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'pwd otp mfa' and second_factor_at > 0";
    assert_eq!(server.count(proved).await, 1);
    assert_eq!(
        server.count("select count(*) from users where deployment_id = $1 and second_factor_at > 0").await,
        1
    );
}

#[tokio::test]
async fn e_guesses_at_an_authenticator_that_is_set_up_are_ten_an_hour_and_its_secret_is_shown_once() {
    let server = enforced().await;
    let browser = server.browser();
    let attempt = at_the_authenticator(&server, &browser).await;
    let secret = sets_up(&browser, &attempt).await;
    let session = browser.session().await.to_string();
    assert!(!session.contains(&secret), "{session}");
    let code = shown_by(&server, &secret, 0);
    for step in 1..=10 {
        assert_eq!(browser.enters_code(&attempt, &other_than(&code, step)).await.refused().1, "INVALID_CODE");
    }
    assert_eq!(browser.enters_code(&attempt, &code).await.status, 429);
}
