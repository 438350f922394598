//! Signing in with a passkey.

use crate::support::authenticator::{Authenticator, BACKED_UP, ELIGIBLE, HONEST};
use crate::support::{Keyrack, Operator, named};
use reqwest::Method;
use serde_json::{Value, json};

/// A server, and a device with ada's passkey.
async fn ready() -> (Keyrack, Authenticator) {
    let server = Keyrack::with_passkeys().await;
    let mut device = server.device();
    server.signed_up("ada").await.makes_passkey(&mut device).await;
    (server, device)
}

#[tokio::test]
async fn who_asks_is_told_nothing_and_gets_a_session() {
    let server = Keyrack::with_passkeys().await;
    let browser = server.browser();
    let options = browser.begins_with_passkey().await;
    let asked = options["options"]["publicKey"].as_object().unwrap();
    let challenge = asked["challenge"].as_str().unwrap();
    assert_eq!(challenge.len(), 43);
    assert_eq!(
        Value::Object(asked.clone()),
        json!({ "challenge": challenge, "timeout": 300_000, "rpId": "localhost", "userVerification": "required",
            "allowCredentials": [] })
    );
    assert!(browser.credential().is_some());
    let session = browser.session().await;
    assert_ne!(session["id"], "");
    // Nothing of what was asked is shown: older clients would take it for an attempt of theirs.
    assert_eq!((&session["signin_attempts"], &session["signup_attempts"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_passkey_signs_in_by_itself_and_counts_as_two_factors() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let session = browser.signs_in_with(&mut device).await;
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap();
    assert_eq!((&attempt["method"], &attempt["completed"]), (&json!("passkey"), &json!(true)));
    assert_eq!(attempt["current_step"], "");
    let proofs = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'hwk mfa'
        and second_factor_at is not null and proved_at = second_factor_at";
    assert_eq!(server.count(proofs).await, 1);
    browser.get("/session/token").await.ok();
    assert_eq!(server.count("select count(*) from attempts where deployment_id = $1 and kind = 'passkey' and ended_at is null").await, 0);
}

#[tokio::test]
async fn a_passkey_that_devices_share_is_called_so() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let mut device = server.device();
    (device.flags, device.counts) = (device.flags | ELIGIBLE, false);
    ada.makes_passkey(&mut device).await;
    // It is copied to another device meanwhile: that may be, and is seen.
    device.flags |= BACKED_UP;
    server.browser().signs_in_with(&mut device).await;
    let proofs = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'swk mfa'";
    assert_eq!(server.count(proofs).await, 1);
    let shown = ada.passkeys().await.remove(0);
    assert_eq!((&shown["device_type"], &shown["backed_up"]), (&json!("multi_device"), &json!(true)));
    assert_ne!(shown["last_used_at"], Value::Null);
}

#[tokio::test]
async fn the_multipart_form_of_an_older_client_and_the_json_of_a_browser_are_read() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let form = |path: &str, fields: &Value| {
        let part = |(name, value): (&String, &Value)| {
            format!(
                "--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n",
                value.as_str().unwrap()
            )
        };
        let parts: String = fields.as_object().unwrap().iter().map(part).collect();
        let request =
            browser.request(Method::POST, path).header("content-type", "multipart/form-data; boundary=x");
        request.body(format!("{parts}--x--\r\n"))
    };
    let options = browser.send(form("/auth/passkey/login/begin", &json!({}))).await.ok();
    let signed = device.get(&options, &HONEST);
    browser.send(form("/auth/passkey/login/finish", &signed)).await.ok();
    let browser = server.browser();
    let flat = device.get(&browser.begins_with_passkey().await, &HONEST);
    let response: Value = ["clientDataJSON", "authenticatorData", "signature", "userHandle"]
        .into_iter()
        .map(|name| (name.to_owned(), flat[name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let nested = json!({ "id": flat["id"], "rawId": flat["id"], "type": "public-key", "response": response,
        "clientExtensionResults": {}, "authenticatorAttachment": "platform" });
    let session = browser.enters_with(nested).await.ok();
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
}

#[tokio::test]
async fn an_account_is_added_to_those_that_are_signed_in() {
    let (server, mut device) = ready().await;
    let bob = server.signed_up("bob").await;
    bob.signs_in_with(&mut device).await;
    assert_eq!(bob.accounts().await, ["bob", "ada*"]);
    let again = device.get(&bob.begins_with_passkey().await, &HONEST);
    assert_eq!(bob.enters_with(again).await.refused(), (400, "USER_ALREADY_SIGNED_IN".to_owned()));
    assert_eq!(bob.accounts().await, ["bob", "ada*"]);
}

#[tokio::test]
async fn several_tabs_may_ask_at_once_and_each_gets_in() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let first = browser.begins_with_passkey().await;
    let second = browser.begins_with_passkey().await;
    assert_ne!(first["options"]["publicKey"]["challenge"], second["options"]["publicKey"]["challenge"]);
    browser.enters_with(device.get(&first, &HONEST)).await.ok();
    let late = browser.enters_with(device.get(&second, &HONEST)).await;
    assert_eq!(late.refused(), (400, "USER_ALREADY_SIGNED_IN".to_owned()));
}

#[tokio::test]
async fn asking_again_and_again_pushes_nothing_else_out_of_the_session() {
    let server = Keyrack::with_passkeys().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    for _ in 0..10 {
        browser.begins_with_passkey().await;
    }
    let session = browser.session().await;
    assert_eq!(session["signup_attempts"][0]["id"], attempt);
    let open =
        "select count(*) from attempts where deployment_id = $1 and kind = 'passkey' and ended_at is null";
    assert_eq!(server.count(open).await, 6);
}

#[tokio::test]
async fn who_only_asked_leaves_nothing_behind() {
    let server = Keyrack::with_passkeys().await;
    let browser = server.browser();
    browser.begins_with_passkey().await;
    server.advance(300_000);
    assert_eq!(browser.session().await["id"], "");
    assert_eq!(
        server.count("select count(*) from sessions where deployment_id = $1 and ended_at is null").await,
        0
    );
}

#[tokio::test]
async fn one_address_may_ask_six_hundred_times_an_hour() {
    let server = Keyrack::with_passkeys_behind_a_proxy().await;
    let browser = server.browser().at("203.0.113.7");
    for _ in 0..600 {
        browser.hold(None);
        browser.begins_with_passkey().await;
    }
    let refused = browser.post("/auth/passkey/login/begin", json!({})).await;
    assert_eq!(refused.refused(), (429, "too_many_attempts".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("3600"));
    server.browser().at("203.0.113.8").begins_with_passkey().await;
    server.advance(3_600_000);
    browser.begins_with_passkey().await;
}

#[tokio::test]
async fn wrong_answers_of_one_address_make_it_wait() {
    let (server, device) = ready().await;
    let browser = server.browser();
    for _ in 0..31 {
        let options = browser.begins_with_passkey().await;
        let wrong = browser.enters_with(device.pretending().get(&options, &HONEST)).await;
        assert_eq!(wrong.refused(), (401, "INVALID_CREDENTIALS".to_owned()));
    }
    let options = browser.begins_with_passkey().await;
    let mut device = device;
    let wait = browser.enters_with(device.get(&options, &HONEST)).await;
    assert_eq!(wait.refused(), (429, "too_many_attempts".to_owned()));
    server.advance(15_000);
    // What was asked is not used up by having to wait.
    browser.enters_with(device.get(&options, &HONEST)).await.ok();
}

#[tokio::test]
async fn who_may_not_sign_in_is_told_after_the_proof_only() {
    let (server, mut device) = ready().await;
    let browser = server.browser();
    let options = browser.begins_with_passkey().await;
    Operator(&server).post("/users/ada@example.com/disable").await.ok();
    let wrong = browser.enters_with(device.pretending().get(&options, &HONEST)).await;
    assert_eq!(wrong.refused(), (401, "INVALID_CREDENTIALS".to_owned()));
    let options = browser.begins_with_passkey().await;
    let right = browser.enters_with(device.get(&options, &HONEST)).await;
    assert_eq!(right.refused(), (403, "USER_DISABLED".to_owned()));
    assert_eq!(browser.session().await["active_signin"], Value::Null);
}

#[tokio::test]
async fn a_full_session_asks_nobody() {
    let server = Keyrack::start_with(|deployment| {
        named(deployment);
        deployment.max_accounts_per_session = 1;
    })
    .await;
    let ada = server.signed_up("ada").await;
    let refused = ada.post("/auth/passkey/login/begin", json!({})).await.refused();
    assert_eq!(refused, (400, "too_many_accounts".to_owned()));
}

#[tokio::test]
async fn where_there_are_no_passkeys_nobody_is_asked() {
    let server = Keyrack::start_with(|deployment| deployment.auth.passkey.enabled = false).await;
    let browser = server.browser();
    for path in ["/auth/passkey/login/begin", "/auth/passkey/login/finish"] {
        let refused = browser.post(path, json!({ "id": "AAAA" })).await.refused();
        assert_eq!(refused, (403, "passkeys_disabled".to_owned()), "{path}");
    }
    assert_eq!(server.count("select count(*) from sessions where deployment_id = $1").await, 0);
}
