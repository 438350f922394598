//! Area F, what is believed: origins, hosts, who is there, counters (WebAuthn level 3, 7.1 and 7.2).

use crate::attacks_passkeys::{gets_nobody_in, ready};
use crate::support::authenticator::{Authenticator, BACKED_UP, ELIGIBLE, HONEST, Lie, PRESENT, VERIFIED};
use crate::support::{Browser, Keyrack, named};
use serde_json::{Value, json};

/// That a lie makes no passkey.
async fn makes_none(ada: &Browser, server: &Keyrack, lie: &Lie, what: &str) {
    let before = ada.passkeys().await;
    let options = ada.asks_for_passkey().await;
    let lied = ada.keeps_passkey(server.device().create(&options, lie)).await;
    assert_eq!(lied.refused(), (400, "invalid_passkey".to_owned()), "{what}");
    assert_eq!(ada.passkeys().await, before, "{what}");
}

#[tokio::test]
async fn f02_pages_of_other_origins_make_and_use_none() {
    let (server, ada, mut device) = ready().await;
    for origin in [
        "https://localhost",
        "http://localhost:1",
        "http://badlocalhost",
        "http://localhost.evil.net",
        "http://sub.localhost",
        "http://127.0.0.1",
        "http://user@localhost",
        "null",
        "",
        "android:apk-key-hash:AAAA",
    ] {
        let lie = Lie { origin: Some(origin), ..HONEST };
        gets_nobody_in(&server, &mut device, &lie, origin).await;
        makes_none(&ada, &server, &lie, origin).await;
    }
    // The right one with something behind it.
    for spoil in [
        (|client| client["origin"] = json!(format!("{}/", client["origin"].as_str().unwrap())))
            as fn(&mut Value),
        |client| client["origin"] = json!(client["origin"].as_str().unwrap().to_uppercase()),
        |client| client["origin"] = json!([client["origin"]]),
        |client| client["crossOrigin"] = json!(true),
        |client| client["topOrigin"] = json!("https://evil.net"),
    ] {
        let lie = Lie { client: spoil, ..HONEST };
        gets_nobody_in(&server, &mut device, &lie, "a spoilt origin").await;
        makes_none(&ada, &server, &lie, "a spoilt origin").await;
    }
}

#[tokio::test]
async fn f02_only_listed_origins_of_the_site_make_and_use_passkeys() {
    let server = Keyrack::start_with(|deployment| {
        named(deployment);
        deployment.allowed_origins.push("http://localhost:3000".to_owned());
    })
    .await;
    let ada = server.signed_up("ada").await;
    let mut device = Authenticator::new("http://localhost:3000");
    ada.makes_passkey(&mut device).await;
    server.browser().signs_in_with(&mut device).await;
    device.origin = "http://localhost:3001".to_owned();
    gets_nobody_in(&server, &mut device, &HONEST, "another port").await;
}

#[tokio::test]
async fn f02_a_passkey_of_another_host_is_worth_nothing() {
    let (server, ada, mut device) = ready().await;
    for rp_id in ["127.0.0.1", "evil.net", "badlocalhost", "sub.localhost", ""] {
        let lie = Lie { rp_id: Some(rp_id), ..HONEST };
        gets_nobody_in(&server, &mut device, &lie, rp_id).await;
        makes_none(&ada, &server, &lie, rp_id).await;
    }
}

#[tokio::test]
async fn f03_nobody_is_believed_to_be_there_who_was_not_seen() {
    let (server, ada, mut device) = ready().await;
    for (flags, what) in [
        (VERIFIED, "not verified"),
        (PRESENT, "not present"),
        (PRESENT | VERIFIED, "neither"),
        (BACKED_UP, "on several devices, which it may not be"),
    ] {
        let lie = Lie { flags, ..HONEST };
        gets_nobody_in(&server, &mut device, &lie, what).await;
        makes_none(&ada, &server, &lie, what).await;
    }
    // A passkey of one device is that of several all at once.
    gets_nobody_in(&server, &mut device, &Lie { flags: ELIGIBLE, ..HONEST }, "grown").await;
    server.browser().signs_in_with(&mut device).await;
}

#[tokio::test]
async fn f05_a_counter_that_goes_back_is_refused_and_recorded() {
    let (server, _, mut device) = ready().await;
    let mut copy = device.copied();
    server.browser().signs_in_with(&mut device).await;
    server.browser().signs_in_with(&mut device).await;
    // The copy has counted less: equal, and then lower.
    copy.counter = device.counter - 1;
    gets_nobody_in(&server, &mut copy, &HONEST, "an equal counter").await;
    copy.counter = 0;
    gets_nobody_in(&server, &mut copy, &HONEST, "a lower counter").await;
    (copy.counter, copy.counts) = (0, false);
    gets_nobody_in(&server, &mut copy, &HONEST, "no counter any more").await;
    let copied = "select count(*) from audit where deployment_id = $1 and event = 'passkey_copied' and result = 'refused'";
    assert_eq!(server.count(copied).await, 3);
    // Whoever is ahead goes on.
    server.browser().signs_in_with(&mut device).await;
}

#[tokio::test]
async fn f05_a_device_that_never_counts_is_no_copy() {
    let server = Keyrack::with_passkeys().await;
    let mut device = server.device();
    device.counts = false;
    server.signed_up("ada").await.makes_passkey(&mut device).await;
    for _ in 0..3 {
        server.browser().signs_in_with(&mut device).await;
    }
}

#[tokio::test]
async fn f07_a_passkey_is_added_and_removed_by_who_has_just_proved_to_be_there_and_its_owner_is_told() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let (mut device, mails) = (server.device(), server.mails("ada").await.len());
    let passkey = ada.makes_passkey(&mut device).await;
    assert_eq!(server.mails("ada").await.len(), mails + 1);
    let remove = format!("/me/passkeys/{}/delete", passkey["id"].as_str().unwrap());
    let options = ada.asks_for_passkey().await;
    server.advance(10 * 60_000 + 1);
    let made = server.device().create(&options, &HONEST);
    for (path, body) in [
        ("/me/passkeys/register/begin", json!({})),
        ("/me/passkeys/register/finish", made),
        (remove.as_str(), json!({})),
    ] {
        let stale = ada.post(path, body).await;
        assert_eq!(stale.refused(), (403, "reauthentication_required".to_owned()), "{path}");
    }
    assert_eq!(ada.passkeys().await.len(), 1);
    // Another sign-in's proof is not this one's.
    let elsewhere = server.browser();
    elsewhere.signs_in_with(&mut device).await;
    elsewhere.makes_passkey(&mut server.device()).await;
    assert_eq!(ada.post(&remove, json!({})).await.refused().1, "reauthentication_required");
    assert_eq!(server.mails("ada").await.len(), mails + 2);
    elsewhere.post(&remove, json!({})).await.ok();
    let told = server.mails("ada").await;
    assert_eq!(told.len(), mails + 3);
    assert!(told.last().unwrap().mail.text.contains("passkey"), "{}", told.last().unwrap().mail.text);
}
