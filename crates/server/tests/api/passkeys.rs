//! Passkeys: making, naming and removing them.

use crate::support::authenticator::{BACKED_UP, ELIGIBLE, HONEST, Lie};
use crate::support::{Keyrack, named};
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_options_ask_for_a_key_that_the_device_finds_by_itself_and_that_makes_sure_who_is_there() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let options = ada.asks_for_passkey().await;
    let asked = &options["options"]["publicKey"];
    assert_eq!(asked["rp"], json!({ "id": "localhost", "name": "Keyrack" }));
    assert_eq!(asked["user"]["name"], "ada@example.com");
    assert_eq!(
        asked["authenticatorSelection"],
        json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" })
    );
    assert_eq!((&asked["attestation"], &asked["timeout"]), (&json!("none"), &json!(300_000)));
    assert_eq!(asked["excludeCredentials"], json!([]));
    let algorithms: Vec<i64> = asked["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["alg"].as_i64().unwrap())
        .collect();
    assert_eq!(algorithms, [-7, -35, -257]);
    let length = |text: &Value| text.as_str().unwrap().len();
    assert_eq!((length(&asked["challenge"]), length(&asked["user"]["id"])), (43, 43));
}

#[tokio::test]
async fn a_device_knows_a_user_by_random_bytes_that_stay_the_same() {
    let server = Keyrack::with_passkeys().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let handle = |options: &Value| options["options"]["publicKey"]["user"]["id"].as_str().unwrap().to_owned();
    let (first, again) = (handle(&ada.asks_for_passkey().await), handle(&ada.asks_for_passkey().await));
    assert_eq!(first, again);
    assert_ne!(first, handle(&bob.asks_for_passkey().await));
    let user = ada.user_id().await;
    assert!(!first.contains(&user) && !user.contains(&first));
}

#[tokio::test]
async fn a_passkey_is_kept_listed_renamed_and_removed() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let revision = ada.session().await["revision"].as_i64().unwrap();
    assert_eq!(ada.session().await["active_signin"]["user"]["has_passkeys"], false);
    let (mut phone, mut key) = (server.device(), server.device());
    phone.flags |= ELIGIBLE | BACKED_UP;
    let options = ada.asks_for_passkey().await;
    let made =
        ada.post("/me/passkeys/register/finish?name=My%20phone", phone.create(&options, &HONEST)).await.ok();
    assert_eq!((&made["name"], &made["device_type"]), (&json!("My phone"), &json!("multi_device")));
    assert_eq!((&made["backed_up"], &made["last_used_at"]), (&json!(true), &Value::Null));
    let session = ada.session().await;
    assert_eq!(session["active_signin"]["user"]["has_passkeys"], true);
    assert!(session["revision"].as_i64().unwrap() > revision);
    let second = ada.makes_passkey(&mut key).await;
    assert_eq!((&second["device_type"], &second["backed_up"]), (&json!("single_device"), &json!(false)));
    assert_eq!(second["passkey"]["id"], second["id"]);
    let ids =
        |all: &[Value]| all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let all = ada.passkeys().await;
    assert_eq!(ids(&all), ids(&[made.clone(), second.clone()]));
    // A device that holds one is told to make no second.
    let excluded = ada.asks_for_passkey().await["options"]["publicKey"]["excludeCredentials"].clone();
    assert_eq!(
        excluded[0],
        json!({ "type": "public-key", "id": phone.id(), "transports": ["hybrid", "internal"] })
    );
    assert_eq!(excluded[1]["id"], key.id());
    let path = format!("/me/passkeys/{}", made["id"].as_str().unwrap());
    let by_method = ada.request(Method::PATCH, &path).json(&json!({ "name": "Older phone" }));
    assert_eq!(ada.send(by_method).await.ok()["name"], "Older phone");
    let renamed = ada.post(&path, json!({ "name": " Old phone " })).await.ok();
    assert_eq!(renamed["name"], "Old phone");
    assert_eq!(ada.passkeys().await[0]["name"], "Old phone");
    assert_eq!(ada.post(&format!("{path}/delete"), json!({})).await.ok()["id"], made["id"]);
    assert_eq!(ids(&ada.passkeys().await), ids(std::slice::from_ref(&second)));
    assert_eq!(ada.post(&format!("{path}/delete"), json!({})).await.refused().1, "passkey_not_found");
    let path = format!("/me/passkeys/{}", second["id"].as_str().unwrap());
    ada.send(ada.request(Method::DELETE, &path)).await.ok();
    assert_eq!(ada.session().await["active_signin"]["user"]["has_passkeys"], false);
}

#[tokio::test]
async fn a_new_passkey_is_told_on_all_devices_of_its_owner() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let elsewhere = server.signed_in("ada").await;
    let before = elsewhere.session().await;
    let passkey = ada.makes_passkey(&mut server.device()).await;
    let after = elsewhere.session().await;
    assert_eq!(after["active_signin"]["user"]["has_passkeys"], true);
    assert!(after["revision"].as_i64() > before["revision"].as_i64());
    let path = format!("/me/passkeys/{}/delete", passkey["id"].as_str().unwrap());
    ada.post(&path, json!({})).await.ok();
    assert_eq!(elsewhere.session().await["active_signin"]["user"]["has_passkeys"], false);
}

#[tokio::test]
async fn an_account_has_twenty_passkeys_at_most() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let mut device = server.device();
    ada.makes_passkey(&mut device).await;
    for _ in 1..19 {
        ada.makes_passkey(&mut server.device()).await;
    }
    let options = ada.asks_for_passkey().await;
    let other = server.browser();
    other.signs_in_with(&mut device).await;
    other.makes_passkey(&mut server.device()).await;
    // One that was begun while there was room.
    let late = ada.keeps_passkey(server.device().create(&options, &HONEST)).await;
    assert_eq!(late.refused(), (400, "too_many_passkeys".to_owned()));
    let again = ada.post("/me/passkeys/register/begin", json!({})).await;
    assert_eq!(again.refused(), (400, "too_many_passkeys".to_owned()));
    assert_eq!(ada.passkeys().await.len(), 20);
}

#[tokio::test]
async fn a_name_is_the_owners_words_and_by_default_the_browsers() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let options = ada.asks_for_passkey().await;
    let made = server.device().create(&options, &HONEST);
    let long = format!("/me/passkeys/register/finish?name={}", "x".repeat(101));
    assert_eq!(ada.post(&long, made.clone()).await.refused(), (400, "invalid_name".to_owned()));
    let agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/156.0.0.0 Safari/537.36";
    let request = ada.request(Method::POST, "/me/passkeys/register/finish").header("user-agent", agent);
    let kept = ada.send(request.json(&made)).await.ok();
    assert_eq!(kept["name"], "Chrome on Windows");
    let path = format!("/me/passkeys/{}", kept["id"].as_str().unwrap());
    for (name, code) in [("", "REQUIRED_FIELD"), ("  ", "REQUIRED_FIELD"), ("a\u{202e}b", "invalid_name")] {
        let renamed = ada.send(ada.request(Method::PATCH, &path).json(&json!({ "name": name }))).await;
        assert_eq!(renamed.refused(), (400, code.to_owned()), "{name:?}");
    }
}

#[tokio::test]
async fn passkeys_of_others_are_not_there() {
    let server = Keyrack::with_passkeys().await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let passkey = ada.makes_passkey(&mut server.device()).await;
    let id = passkey["id"].as_str().unwrap();
    for id in [id, "psk_00000000000000000000000000", "x"] {
        let path = format!("/me/passkeys/{id}");
        let renamed = eve.send(eve.request(Method::PATCH, &path).json(&json!({ "name": "Eve's" }))).await;
        assert_eq!(renamed.refused(), (404, "passkey_not_found".to_owned()), "{id}");
        let removed = eve.post(&format!("{path}/delete"), json!({})).await;
        assert_eq!(removed.refused(), (404, "passkey_not_found".to_owned()), "{id}");
    }
    assert_eq!(ada.passkeys().await, [passkey["passkey"].clone()]);
    assert_eq!(eve.passkeys().await, Vec::<Value>::new());
}

#[tokio::test]
async fn nobody_else_may_ask_or_look() {
    let server = Keyrack::with_passkeys().await;
    let stranger = server.browser();
    assert_eq!(stranger.get("/me/passkeys").await.refused(), (401, "signed_out".to_owned()));
    for path in ["/me/passkeys/register/begin", "/me/passkeys/x/delete"] {
        assert_eq!(stranger.post(path, json!({})).await.refused(), (401, "signed_out".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn where_there_are_no_passkeys_none_is_made() {
    let off: fn(&mut Deployment) = |deployment| {
        named(deployment);
        deployment.auth.passkey.enabled = false;
    };
    // An address is no name, and a browser binds none to it.
    let nameless: fn(&mut Deployment) = |deployment| deployment.auth.passkey.enabled = true;
    for change in [off, nameless] {
        let server = Keyrack::start_with(change).await;
        let ada = server.signed_up("ada").await;
        let refused = ada.post("/me/passkeys/register/begin", json!({})).await.refused();
        assert_eq!(refused, (403, "passkeys_disabled".to_owned()));
        let settings = ada.get("/deployment").await.ok()["auth_settings"].clone();
        assert_eq!(settings["passkey"]["enabled"], false);
        assert_eq!(settings["auth_factors_enabled"]["passkey"], false);
        assert_eq!(ada.passkeys().await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_form_of_an_older_client_is_read_too() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let options = ada.asks_for_passkey().await;
    let made = server.device().create(&options, &Lie { id_length: 1023, ..HONEST });
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let form: Vec<(String, String)> =
        made.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = ada.request(Method::POST, "/me/passkeys/register/finish");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    assert_eq!(ada.send(request).await.ok()["name"], "Passkey");
}

#[tokio::test]
async fn a_passkey_is_a_way_in_beside_the_password_and_the_last_one_stays() {
    let server = Keyrack::start_with(|deployment| {
        named(deployment);
        (deployment.auth.email_otp, deployment.auth.magic_link) = (false, false);
    })
    .await;
    let ada = server.signed_up("ada").await;
    let mut device = server.device();
    let id = ada.makes_passkey(&mut device).await["id"].as_str().unwrap().to_owned();
    let password = json!({ "current_password": crate::support::PASSWORD });
    ada.post("/me/remove-password", password).await.ok();
    let refused = ada.post(&format!("/me/passkeys/{id}/delete"), json!({})).await.refused();
    assert_eq!(refused, (400, "NO_ALTERNATIVE_AUTH_METHOD".to_owned()));
    let another = ada.makes_passkey(&mut server.device()).await["id"].as_str().unwrap().to_owned();
    ada.post(&format!("/me/passkeys/{another}/delete"), json!({})).await.ok();
    let elsewhere = server.browser();
    elsewhere.signs_in_with(&mut device).await;
    assert_eq!(elsewhere.accounts().await, ["ada*"]);
}
