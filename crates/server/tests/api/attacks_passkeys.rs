//! Area F, the ceremony: challenges, whose passkey it is, who adds one (WebAuthn level 3, 7.1 and 7.2).

use crate::support::authenticator::{Authenticator, HONEST, Lie, VERIFIED};
use crate::support::{Browser, Keyrack};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn wrong() -> (u16, String) {
    (401, "INVALID_CREDENTIALS".to_owned())
}

fn expired() -> (u16, String) {
    (400, "passkey_request_expired".to_owned())
}

fn invalid() -> (u16, String) {
    (400, "invalid_passkey".to_owned())
}

/// A server, somebody signed in there, and a device with that person's passkey.
pub async fn ready() -> (Keyrack, Browser, Authenticator) {
    let server = Keyrack::with_passkeys().await;
    let mut device = server.device();
    let ada = server.signed_up("ada").await;
    ada.makes_passkey(&mut device).await;
    (server, ada, device)
}

/// That a lie gets nobody in, and keeps nobody out who says what is.
pub async fn gets_nobody_in(server: &Keyrack, device: &mut Authenticator, lie: &Lie, what: &str) {
    let browser = server.browser();
    let options = browser.begins_with_passkey().await;
    let lied = browser.enters_with(device.get(&options, lie)).await;
    assert_eq!(lied.refused(), wrong(), "{what}");
    assert_eq!(browser.session().await["active_signin"], Value::Null, "{what}");
}

#[tokio::test]
async fn f01_what_a_passkey_signed_works_once() {
    let (server, ada, mut device) = ready().await;
    let browser = server.browser();
    let options = browser.begins_with_passkey().await;
    let signed = device.get(&options, &HONEST);
    browser.enters_with(signed.clone()).await.ok();
    browser.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(browser.enters_with(signed.clone()).await.refused(), expired());
    let other = server.browser();
    other.begins_with_passkey().await;
    assert_eq!(other.enters_with(signed).await.refused(), expired());
    // What is answered wrongly is used up, too.
    let options = other.begins_with_passkey().await;
    assert_eq!(other.enters_with(device.pretending().get(&options, &HONEST)).await.refused(), wrong());
    assert_eq!(other.enters_with(device.get(&options, &HONEST)).await.refused(), expired());
    // And so with a new one.
    let options = ada.asks_for_passkey().await;
    let made = server.device().create(&options, &HONEST);
    ada.keeps_passkey(made.clone()).await.ok();
    assert_eq!(ada.keeps_passkey(made).await.refused(), expired());
    assert_eq!(ada.keeps_passkey(server.device().create(&options, &HONEST)).await.refused(), expired());
    let options = ada.asks_for_passkey().await;
    let unverified = server.device().create(&options, &Lie { flags: VERIFIED, ..HONEST });
    assert_eq!(ada.keeps_passkey(unverified).await.refused(), invalid());
    assert_eq!(ada.keeps_passkey(server.device().create(&options, &HONEST)).await.refused(), expired());
    assert_eq!(ada.passkeys().await.len(), 2);
}

#[tokio::test]
async fn f01_what_one_session_was_asked_no_other_answers() {
    let (server, ada, mut device) = ready().await;
    let (mine, other) = (server.browser(), server.browser());
    let options = mine.begins_with_passkey().await;
    other.begins_with_passkey().await;
    let signed = device.get(&options, &HONEST);
    assert_eq!(other.enters_with(signed.clone()).await.refused(), expired());
    assert_eq!(server.browser().enters_with(signed.clone()).await.refused(), expired());
    // It was not even looked at there: here it is still good.
    mine.enters_with(signed).await.ok();
    // A new passkey belongs to the sign-in that asked, not to its user or its session.
    let elsewhere = server.browser();
    elsewhere.signs_in_with(&mut device).await;
    let options = ada.asks_for_passkey().await;
    let made = server.device().create(&options, &HONEST);
    assert_eq!(elsewhere.keeps_passkey(made.clone()).await.refused(), expired());
    ada.signs_up(&server, "bob").await;
    assert_eq!(ada.keeps_passkey(made).await.refused(), expired());
}

#[tokio::test]
async fn f01_a_challenge_is_good_for_five_minutes() {
    let (server, ada, mut device) = ready().await;
    for (after, is_good) in [(5 * MINUTE - 1, true), (5 * MINUTE, false)] {
        let browser = server.browser();
        // Something else keeps the session alive.
        browser.begins_sign_up(&format!("eve{after}")).await;
        let options = browser.begins_with_passkey().await;
        let new = ada.asks_for_passkey().await;
        server.advance(after);
        let entered = browser.enters_with(device.get(&options, &HONEST)).await;
        let kept = ada.keeps_passkey(server.device().create(&new, &HONEST)).await;
        if is_good {
            entered.ok();
            kept.ok();
        } else {
            assert_eq!((entered.refused(), kept.refused()), (expired(), expired()));
        }
    }
}

#[tokio::test]
async fn f01_a_challenge_serves_what_it_was_made_for() {
    let (server, ada, mut device) = ready().await;
    let registration = ada.asks_for_passkey().await;
    let challenge = registration["options"]["publicKey"]["challenge"].clone();
    let request = |challenge: &Value| json!({ "options": { "publicKey": { "challenge": challenge, "rpId": "localhost" } } });
    let browser = server.browser();
    browser.begins_with_passkey().await;
    assert_eq!(browser.enters_with(device.get(&request(&challenge), &HONEST)).await.refused(), expired());
    let again = ada.copied();
    again.begins_with_passkey().await;
    assert_eq!(again.enters_with(device.get(&request(&challenge), &HONEST)).await.refused(), expired());
    let signing_in = ada.copied().begins_with_passkey().await;
    let mut options = ada.asks_for_passkey().await;
    options["options"]["publicKey"]["challenge"] = signing_in["options"]["publicKey"]["challenge"].clone();
    assert_eq!(ada.keeps_passkey(server.device().create(&options, &HONEST)).await.refused(), expired());
    // Not asked at all, empty, or half of it.
    for made_up in [json!(""), json!("AAAA"), json!(&challenge.as_str().unwrap()[..20])] {
        let reply = browser.enters_with(device.get(&request(&made_up), &HONEST)).await;
        assert_eq!(reply.refused(), expired(), "{made_up}");
    }
}

#[tokio::test]
async fn f01_no_two_challenges_share_eight_bytes() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let server = Keyrack::with_passkeys().await;
    let browser = server.browser();
    let mut pieces = std::collections::HashSet::new();
    for _ in 0..50 {
        let options = browser.begins_with_passkey().await;
        let challenge = options["options"]["publicKey"]["challenge"].as_str().unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(challenge).unwrap();
        assert_eq!(bytes.len(), 32);
        assert!(bytes.chunks(8).all(|piece| pieces.insert(piece.to_vec())));
    }
}

#[tokio::test]
async fn f01_a_passkey_proves_its_own_account_and_no_other() {
    let (server, ada, mut device) = ready().await;
    let bob = server.signed_up("bob").await;
    let mut bobs = server.device();
    bob.makes_passkey(&mut bobs).await;
    // The handle says whose it is, and must be there: nobody was known before.
    for spoil in [
        (|sent| drop(sent.as_object_mut().unwrap().remove("userHandle"))) as fn(&mut Value),
        |sent| sent["userHandle"] = json!("AAAA"),
        |sent| sent["userHandle"] = json!(""),
    ] {
        gets_nobody_in(&server, &mut device, &Lie { sent: spoil, ..HONEST }, "a wrong handle").await;
    }
    let browser = server.browser();
    let options = browser.begins_with_passkey().await;
    let mut signed = device.get(&options, &HONEST);
    signed["userHandle"] = json!(bobs.handle());
    assert_eq!(browser.enters_with(signed).await.refused(), wrong());
    // Another's id over one's own signature, and what names nobody.
    for id in [bobs.id(), "AAAAAAAAAAAAAAAAAAAAAA".to_owned()] {
        let options = browser.begins_with_passkey().await;
        let mut signed = device.get(&options, &HONEST);
        (signed["id"], signed["rawId"]) = (json!(id), json!(id));
        assert_eq!(browser.enters_with(signed).await.refused(), wrong(), "{id}");
    }
    // Somebody who is named in the body is nobody.
    let options = browser.begins_with_passkey().await;
    let mut signed = device.get(&options, &HONEST);
    signed["user_id"] = json!(bob.user_id().await);
    let session = browser.enters_with(signed).await.ok();
    assert_eq!(session["active_signin"]["user_id"], ada.user_id().await);
}

#[tokio::test]
async fn f01_a_passkey_that_was_removed_is_one_that_nobody_has() {
    let (server, ada, mut device) = ready().await;
    let id = ada.passkeys().await[0]["id"].as_str().unwrap().to_owned();
    let browser = server.browser();
    let options = browser.begins_with_passkey().await;
    ada.post(&format!("/me/passkeys/{id}/delete"), json!({})).await.ok();
    let removed = browser.enters_with(device.get(&options, &HONEST)).await;
    let options = browser.begins_with_passkey().await;
    let unknown = browser
        .enters_with(server.device().get(
            &options,
            &Lie {
                sent: |sent| {
                    (sent["id"], sent["rawId"], sent["userHandle"]) =
                        (json!("AAAA"), json!("AAAA"), json!("AAAA"));
                },
                ..HONEST
            },
        ))
        .await;
    assert_eq!((removed.refused(), removed.text.clone()), (wrong(), unknown.text));
}

#[tokio::test]
async fn f02_a_passkey_of_another_deployment_signs_nobody_in() {
    let (_elsewhere, _, mut device) = ready().await;
    let server = Keyrack::with_passkeys().await;
    // Where both are on this machine, the browser would even offer it.
    device.origin = server.device().origin;
    gets_nobody_in(&server, &mut device, &HONEST, "of another deployment").await;
}

#[tokio::test]
async fn a01_a_credential_from_before_a_sign_in_with_a_passkey_opens_nothing_of_it() {
    let (server, _, mut device) = ready().await;
    let attacker = server.browser();
    // Also when the attacker began, and even asked for the passkey.
    let asked = attacker.begins_with_passkey().await;
    let victim = attacker.copied();
    victim.enters_with(device.get(&asked, &HONEST)).await.ok();
    let options = victim.begins_with_passkey().await;
    assert_eq!(victim.accounts().await, ["ada*"]);
    assert_ne!(attacker.credential(), victim.credential());
    assert_eq!(attacker.get("/session/token").await.refused(), (401, "signed_out".to_owned()));
    assert_eq!(attacker.session().await["signins"], json!([]));
    // What the victim asks is not the attacker's to answer.
    let mut own = server.device();
    server.signed_up("eve").await.makes_passkey(&mut own).await;
    assert_eq!(attacker.enters_with(own.get(&options, &HONEST)).await.refused(), expired());
}
