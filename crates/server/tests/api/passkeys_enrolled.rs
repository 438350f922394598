//! A passkey that is made on the way in, where a second factor is enforced.

use crate::support::authenticator::{Authenticator, HONEST, Lie, VERIFIED};
use crate::support::{Browser, Keyrack, Operator, PASSWORD, Reply, refused};
use keyrack_server::config::SecondFactorPolicy;
use serde_json::{Value, json};

/// A server on which second factors are enforced by now, ada's account without one, and a device.
async fn ready() -> (Keyrack, Authenticator) {
    let server = Keyrack::with_passkeys().await;
    server.signed_up("ada").await;
    let enforced = server.restart_with(|config| {
        config.deployments[0].auth.second_factor.policy = SecondFactorPolicy::Enforced;
    });
    let server = enforced.await;
    server.advance(3_600_000);
    let device = server.device();
    (server, device)
}

/// Types ada's password; the attempt that waits.
async fn begins(browser: &Browser) -> String {
    let session = browser.sign_in("ada", PASSWORD).await.ok();
    let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(attempt["current_step"], "add_second_factor");
    attempt["id"].as_str().unwrap().to_owned()
}

async fn sends(browser: &Browser, attempt: &str, credential: Value) -> Reply {
    let body = json!({ "attempt_identifier": attempt, "identifier_type": "signin", "method": "passkey",
        "credential": credential });
    browser.post("/auth/attempt-verification", body).await
}

#[tokio::test]
async fn e09_a_passkey_is_the_second_factor_that_lets_one_in_and_its_owner_is_told() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let (attempt, mails) = (begins(&browser).await, server.mails("ada").await.len());
    let prepared = browser.asks_to_sign_in(&attempt, "passkey").await.ok();
    assert_eq!(prepared["verification_method"], "passkey");
    let asked = &prepared["options"]["publicKey"];
    assert_eq!(
        (&asked["rp"]["id"], &asked["user"]["name"]),
        (&json!("localhost"), &json!("ada@example.com"))
    );
    let session = sends(&browser, &attempt, device.create(&prepared, &HONEST)).await.ok();
    assert_eq!(session["active_signin"]["user"]["has_passkeys"], true);
    assert_eq!(browser.passkeys().await.len(), 1);
    let proved = "select count(*) from sign_ins where deployment_id = $1 and second_factor_at is not null
        and proofs = 'pwd hwk mfa'";
    assert_eq!(server.count(proved).await, 1);
    let recorded = "select count(*) from audit where deployment_id = $1 and event = 'account_changed'
        and reason = 'passkey_added'";
    assert_eq!(server.count(recorded).await, 1);
    let told = server.mails("ada").await;
    assert_eq!(told.len(), mails + 1);
    assert!(told.last().unwrap().mail.text.contains("passkey"), "{}", told.last().unwrap().mail.text);
    // From now on it is asked for, and signs in by itself.
    let another = server.browser();
    let session = another.sign_in("ada", PASSWORD).await.ok();
    assert_eq!(session["signin_attempts"][0]["current_step"], "verify_second_factor");
    another.signs_in_with(&mut device).await;
    assert_eq!(another.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn f01_only_the_attempt_that_asked_for_a_passkey_takes_it_once_and_in_time() {
    let (server, mut device) = ready().await;
    let (browser, other) = (server.browser(), server.browser());
    let (attempt, others) = (begins(&browser).await, begins(&other).await);
    let gone = refused(400, "passkey_request_expired");
    let foreign = other.asks_to_sign_in(&others, "passkey").await.ok();
    assert_eq!(sends(&browser, &attempt, device.create(&foreign, &HONEST)).await.refused(), gone);
    let late = browser.asks_to_sign_in(&attempt, "passkey").await.ok();
    server.advance(300_000);
    assert_eq!(sends(&browser, &attempt, device.create(&late, &HONEST)).await.refused(), gone);
    let wrong = refused(400, "invalid_passkey");
    let prepared = browser.asks_to_sign_in(&attempt, "passkey").await.ok();
    let unverified = Lie { flags: VERIFIED, ..HONEST };
    assert_eq!(sends(&browser, &attempt, device.create(&prepared, &unverified)).await.refused(), wrong);
    assert_eq!(sends(&browser, &attempt, json!({ "id": "AAAA" })).await.refused(), wrong);
    // What was refused is used up, and nothing was made of it.
    assert_eq!(sends(&browser, &attempt, device.create(&prepared, &HONEST)).await.refused(), gone);
    assert_eq!(browser.accounts().await, [""; 0]);
    let prepared = browser.asks_to_sign_in(&attempt, "passkey").await.ok();
    let made = device.create(&prepared, &HONEST);
    sends(&browser, &attempt, made.clone()).await.ok();
    assert_eq!(sends(&browser, &attempt, made.clone()).await.status, 400);
    // Whoever waited to make one waits for what nobody asks any more.
    assert_eq!(sends(&other, &others, made).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
}

#[tokio::test]
async fn f02_a_passkey_made_on_another_page_lets_nobody_in_and_is_recorded() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    let prepared = browser.asks_to_sign_in(&attempt, "passkey").await.ok();
    let lie = Lie { origin: Some("https://evil.example"), ..HONEST };
    let made = server.device().create(&prepared, &lie);
    assert_eq!(sends(&browser, &attempt, made).await.refused(), refused(400, "invalid_passkey"));
    assert_eq!(browser.accounts().await, [""; 0]);
    let recorded = Operator(&server).get("/audit?event=code_refused").await.ok();
    let recorded = recorded["items"].as_array().unwrap().clone();
    assert_eq!(recorded.len(), 1, "{recorded:?}");
    assert_eq!(
        (&recorded[0]["reason"], &recorded[0]["result"]),
        (&json!("invalid_passkey"), &json!("refused"))
    );
    // The page that asked is answered still.
    sends(&browser, &attempt, device.create(&prepared, &HONEST)).await.ok();
}

#[tokio::test]
async fn a_passkey_is_made_where_the_deployment_has_them_and_no_other_factor_is_tried_in_its_place() {
    let (server, _) = ready().await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    let mut typed =
        json!({ "attempt_identifier": attempt, "identifier_type": "signin", "verification_code": "123456" });
    typed["method"] = json!("backup_code");
    let required = refused(400, "VERIFICATION_STRATEGY_REQUIRED");
    assert_eq!(browser.post("/auth/attempt-verification", typed).await.refused(), required);
    let server = server.restart_with(|config| config.deployments[0].auth.passkey.enabled = false).await;
    let browser = browser.copied_to(&server);
    assert_eq!(browser.asks_to_sign_in(&attempt, "passkey").await.refused(), required);
    assert_eq!(sends(&browser, &attempt, json!({})).await.refused(), refused(403, "passkeys_disabled"));
}

#[tokio::test]
async fn an_authenticator_that_is_set_up_on_the_way_in_is_told_to_the_owner() {
    let (server, _) = ready().await;
    let browser = server.browser();
    let (attempt, mails) = (begins(&browser).await, server.mails("ada").await.len());
    let shown = browser.asks_to_sign_in(&attempt, "authenticator").await.ok();
    let secret = shown["totp_secret"].as_str().unwrap().to_owned();
    let authenticator = crate::support::Authenticator { id: String::new(), secret };
    let codes = authenticator.two_codes(server.app.world.clock.now_ms())["codes"].clone();
    let body = json!({ "attempt_identifier": attempt, "identifier_type": "signin", "codes": codes });
    browser.post("/auth/attempt-verification", body).await.ok();
    let told = server.mails("ada").await;
    assert_eq!(told.len(), mails + 1);
    assert!(told.last().unwrap().mail.text.contains("authenticator"), "{}", told.last().unwrap().mail.text);
}
