//! Proving again who one is by a passkey.

use crate::support::authenticator::{Authenticator, HONEST, Lie, VERIFIED};
use crate::support::{Browser, Keyrack, Reply, nested, refused};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

/// A server, ada's browser, and a device with her passkey.
async fn ready() -> (Keyrack, Browser, Authenticator) {
    let server = Keyrack::with_passkeys().await;
    let mut device = server.device();
    let ada = server.signed_up("ada").await;
    ada.makes_passkey(&mut device).await;
    (server, ada, device)
}

async fn tries_to_ask(browser: &Browser) -> Reply {
    browser.post("/session/reauthenticate/prepare", json!({ "method": "passkey" })).await
}

async fn proves(browser: &Browser, credential: Value) -> Reply {
    let body = json!({ "method": "passkey", "credential": credential });
    browser.post("/session/reauthenticate", body).await
}

#[tokio::test]
async fn a_passkey_proves_it_again_and_counts_as_a_second_factor() {
    let (server, ada, mut device) = ready().await;
    server.advance(11 * MINUTE);
    let stale = ada.post("/me/passkeys/register/begin", json!({})).await;
    assert_eq!(stale.refused(), refused(403, "reauthentication_required"));
    let methods = stale.json()["errors"][0]["meta"]["methods"].clone();
    assert_eq!(methods, json!(["password", "email_otp", "passkey"]));
    let asked = tries_to_ask(&ada).await.ok();
    assert_eq!(
        (&asked["method"], &asked["otp_sent"], &asked["masked_address"]),
        (&json!("passkey"), &json!(false), &Value::Null)
    );
    let allowed = &asked["options"]["publicKey"]["allowCredentials"];
    assert_eq!((allowed.as_array().unwrap().len(), &allowed[0]["id"]), (1, &json!(device.id())));
    let (old, before) = (ada.copied(), ada.credential());
    proves(&ada, nested(&device.get(&asked, &HONEST))).await.ok();
    assert_ne!(ada.credential(), before, "it has another key");
    ada.asks_for_passkey().await;
    assert_eq!(old.accounts().await, [""; 0], "whoever copied the old one is out");
    let proved = "select count(*) from sign_ins where deployment_id = $1 and second_factor_at is not null
        and proofs like '% hwk mfa'";
    assert_eq!(server.count(proved).await, 1);
    let recorded =
        "select count(*) from audit where deployment_id = $1 and event = 'proved_again' and reason = 'hwk'";
    assert_eq!(server.count(recorded).await, 1);
}

#[tokio::test]
async fn f01_a_sign_in_takes_what_it_asked_itself_once_and_for_five_minutes() {
    let (server, ada, mut device) = ready().await;
    let elsewhere = server.browser();
    elsewhere.signs_in_with(&mut device).await;
    let gone = refused(400, "passkey_request_expired");
    // Asked by another sign-in of the same account; asked to sign in; asked before it was asked anew.
    let foreign = tries_to_ask(&elsewhere).await.ok();
    assert_eq!(proves(&ada, nested(&device.get(&foreign, &HONEST))).await.refused(), gone);
    let signing_in = ada.begins_with_passkey().await;
    assert_eq!(proves(&ada, nested(&device.get(&signing_in, &HONEST))).await.refused(), gone);
    let old = tries_to_ask(&ada).await.ok();
    let new = tries_to_ask(&ada).await.ok();
    assert_eq!(proves(&ada, nested(&device.get(&old, &HONEST))).await.refused(), gone);
    // What it asked signs nobody in.
    assert_eq!(server.browser().enters_with(device.get(&new, &HONEST)).await.status, 400);
    server.advance(5 * MINUTE);
    assert_eq!(proves(&ada, nested(&device.get(&new, &HONEST))).await.refused(), gone);
    let fresh = tries_to_ask(&ada).await.ok();
    let signed = nested(&device.get(&fresh, &HONEST));
    proves(&ada, signed.clone()).await.ok();
    assert_eq!(proves(&ada, signed.clone()).await.refused(), gone);
    assert_eq!(proves(&elsewhere, signed).await.refused(), gone);
    // It may have been refused elsewhere, which spoils nothing there.
    proves(&elsewhere, nested(&device.get(&tries_to_ask(&elsewhere).await.ok(), &HONEST))).await.ok();
}

#[tokio::test]
async fn f03_nothing_is_proved_by_another_accounts_passkey_or_by_nobody_unverified() {
    let (server, ada, mut device) = ready().await;
    let mut bobs = server.device();
    let bob = server.signed_up("bob").await;
    bob.makes_passkey(&mut bobs).await;
    let wrong = refused(400, "invalid_passkey");
    let asked = tries_to_ask(&ada).await.ok();
    assert_eq!(proves(&ada, nested(&bobs.get(&asked, &HONEST))).await.refused(), wrong);
    let asked = tries_to_ask(&ada).await.ok();
    let unverified = Lie { flags: VERIFIED, ..HONEST };
    assert_eq!(proves(&ada, nested(&device.get(&asked, &unverified))).await.refused(), wrong);
    for nothing in [json!({}), json!({ "id": "AAAA" }), json!({ "id": 1, "response": [] })] {
        assert_eq!(proves(&ada, nothing).await.refused(), wrong);
    }
    let missing = ada.post("/session/reauthenticate", json!({ "method": "passkey" })).await;
    assert_eq!(missing.refused(), refused(400, "REQUIRED_FIELD"));
    // Whoever has none is asked for none, and is not told of them.
    let cyd = server.signed_up("cyd").await;
    assert_eq!(tries_to_ask(&cyd).await.refused(), refused(400, "unsupported_strategy"));
    let refusals = "select count(*) from audit where deployment_id = $1 and event = 'proof_refused'";
    assert_eq!(server.count(refusals).await, 5);
}

#[tokio::test]
async fn where_passkeys_were_turned_off_none_is_named_or_asked() {
    let (server, ada, _) = ready().await;
    let server = server.restart_with(|config| config.deployments[0].auth.passkey.enabled = false).await;
    let ada = ada.copied_to(&server);
    server.advance(11 * MINUTE);
    let id = ada.passkeys().await[0]["id"].as_str().unwrap().to_owned();
    let stale = ada.post(&format!("/me/passkeys/{id}/delete"), json!({})).await;
    let methods = stale.json()["errors"][0]["meta"]["methods"].clone();
    assert_eq!(methods, json!(["password", "email_otp"]));
    assert_eq!(tries_to_ask(&ada).await.refused(), refused(400, "unsupported_strategy"));
    assert_eq!(proves(&ada, json!({})).await.refused(), refused(400, "unsupported_strategy"));
}
