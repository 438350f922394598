//! A passkey as a second factor: after a password, for the attempt that asked.

use crate::support::authenticator::{Authenticator, HONEST, Lie, VERIFIED};
use crate::support::{Browser, Keyrack, PASSWORD, nested};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

/// A server, and a device with ada's passkey, which is her second factor.
async fn ready() -> (Keyrack, Authenticator) {
    let server = Keyrack::with_passkeys().await;
    let mut device = server.device();
    server.signed_up("ada").await.makes_passkey(&mut device).await;
    (server, device)
}

/// Types ada's password; gives the attempt that waits.
async fn begins(browser: &Browser) -> Value {
    let session = browser.sign_in("ada", PASSWORD).await.ok();
    assert_eq!(session["active_signin"], Value::Null);
    session["signin_attempts"].as_array().unwrap().last().unwrap().clone()
}

async fn asks(browser: &Browser, attempt: &Value) -> Value {
    let body =
        json!({ "attempt_identifier": attempt["id"], "identifier_type": "signin", "strategy": "passkey" });
    browser.post("/auth/prepare-verification", body).await.ok()
}

async fn proves(browser: &Browser, attempt: &Value, credential: Value) -> crate::support::Reply {
    let body = json!({ "attempt_identifier": attempt["id"], "identifier_type": "signin", "method": "passkey",
        "credential": credential });
    browser.post("/auth/attempt-verification", body).await
}

fn wrong() -> (u16, String) {
    (400, "INVALID_CODE".to_owned())
}

#[tokio::test]
async fn a_passkey_is_asked_for_after_the_password_and_finishes_the_sign_in() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    assert_eq!(attempt["current_step"], "verify_second_factor");
    assert_eq!(attempt["available_2fa_methods"], json!(["passkey"]));
    let prepared = asks(&browser, &attempt).await;
    assert_eq!(prepared["verification_method"], "passkey");
    // Whose it is was proved: the device need not guess.
    let allowed = &prepared["options"]["publicKey"]["allowCredentials"];
    assert_eq!(
        allowed,
        &json!([{ "type": "public-key", "id": device.id(), "transports": ["hybrid", "internal"] }])
    );
    let session = proves(&browser, &attempt, nested(&device.get(&prepared, &HONEST))).await.ok();
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    let proofs = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'pwd hwk mfa'
        and second_factor_at is not null";
    // The sign-in that made the passkey has proved it, too.
    assert_eq!(server.count(proofs).await, 2);
}

#[tokio::test]
async fn what_it_gave_may_be_sent_as_the_code() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    let prepared = asks(&browser, &attempt).await;
    let text = nested(&device.get(&prepared, &HONEST)).to_string();
    let body = json!({ "attempt_identifier": attempt["id"], "identifier_type": "signin", "method": "passkey",
        "verification_code": text });
    browser.post("/auth/attempt-verification", body).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn f01_an_attempt_takes_what_it_asked_itself_once_and_for_five_minutes() {
    let (server, mut device) = ready().await;
    let (browser, other) = (server.browser(), server.browser());
    let (attempt, others) = (begins(&browser).await, begins(&other).await);
    // Never asked; asked by another attempt; asked to sign in; asked before it was asked anew.
    let foreign = asks(&other, &others).await;
    assert_eq!(proves(&browser, &attempt, nested(&device.get(&foreign, &HONEST))).await.refused(), wrong());
    let signing_in = browser.begins_with_passkey().await;
    assert_eq!(
        proves(&browser, &attempt, nested(&device.get(&signing_in, &HONEST))).await.refused(),
        wrong()
    );
    let old = asks(&browser, &attempt).await;
    let new = asks(&browser, &attempt).await;
    assert_eq!(proves(&browser, &attempt, nested(&device.get(&old, &HONEST))).await.refused(), wrong());
    // What an attempt asked does not sign in by itself either.
    assert_eq!(browser.enters_with(device.get(&new, &HONEST)).await.refused().1, "passkey_request_expired");
    server.advance(5 * MINUTE);
    assert_eq!(proves(&browser, &attempt, nested(&device.get(&new, &HONEST))).await.refused(), wrong());
    let fresh = asks(&browser, &attempt).await;
    let signed = nested(&device.get(&fresh, &HONEST));
    proves(&browser, &attempt, signed.clone()).await.ok();
    assert_eq!(proves(&browser, &attempt, signed.clone()).await.refused().0, 400);
    assert_eq!(proves(&other, &others, signed).await.refused(), wrong());
}

#[tokio::test]
async fn f03_a_second_factor_is_no_other_accounts_and_nobody_unverified() {
    let (server, mut device) = ready().await;
    let mut bobs = server.device();
    server.signed_up("bob").await.makes_passkey(&mut bobs).await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    let prepared = asks(&browser, &attempt).await;
    assert_eq!(proves(&browser, &attempt, nested(&bobs.get(&prepared, &HONEST))).await.refused(), wrong());
    let prepared = asks(&browser, &attempt).await;
    let unverified = Lie { flags: VERIFIED, ..HONEST };
    assert_eq!(
        proves(&browser, &attempt, nested(&device.get(&prepared, &unverified))).await.refused(),
        wrong()
    );
    for nothing in [json!({}), json!({ "id": "AAAA" }), json!({ "id": 1, "response": [] })] {
        assert_eq!(proves(&browser, &attempt, nothing).await.refused(), wrong());
    }
    let prepared = asks(&browser, &attempt).await;
    proves(&browser, &attempt, nested(&device.get(&prepared, &HONEST))).await.ok();
}

#[tokio::test]
async fn a_passkey_that_was_removed_meanwhile_is_asked_of_nobody() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let attempt = begins(&browser).await;
    let prepared = asks(&browser, &attempt).await;
    let ada = server.browser();
    ada.signs_in_with(&mut device).await;
    let id = ada.passkeys().await[0]["id"].as_str().unwrap().to_owned();
    ada.post(&format!("/me/passkeys/{id}/delete"), json!({})).await.ok();
    let late = proves(&browser, &attempt, nested(&device.get(&prepared, &HONEST))).await;
    assert_eq!(late.refused().0, 400);
    assert_eq!(browser.session().await["active_signin"], Value::Null);
}
