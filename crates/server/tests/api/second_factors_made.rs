//! What a second factor changes for the sign-ins of its account: the one that made it has proved it, the others have not,
//! and a place that asks for one looks at that.

use crate::organizations::acme;
use crate::restrictions::eligibility;
use crate::support::{Browser, Keyrack, PASSWORD, Reply, STEP_MS, refused};
use serde_json::json;

const PROVED: &str = "select count(*) from sign_ins where deployment_id = $1 and second_factor_at is not null
    and proofs like '% mfa'";

async fn enters(browser: &Browser, organization: &str) -> Reply {
    browser.post("/session/switch-organization", json!({ "organization_id": organization })).await
}

#[tokio::test]
async fn a_sign_in_that_makes_a_second_factor_has_proved_it_and_gets_a_new_key() {
    for what in ["authenticator", "passkey"] {
        let server = Keyrack::with_passkeys().await;
        let ada = server.signed_up("ada").await;
        let other = server.signed_in("ada").await;
        let (old, before) = (ada.copied(), ada.credential());
        if what == "passkey" {
            ada.makes_passkey(&mut server.device()).await;
        } else {
            ada.adds_authenticator(&server).await;
        }
        assert_ne!(ada.credential(), before, "{what}");
        assert_eq!(server.count(PROVED).await, 1, "{what}: the other sign-in has proved nothing");
        // The answer may have been lost: until the new key is used the old one works.
        assert_eq!(old.accounts().await, ["ada*"], "{what}");
        assert_eq!(ada.accounts().await, ["ada*"]);
        assert_eq!(old.accounts().await, [""; 0], "{what}: whoever copied the old key is out");
        assert_eq!(other.accounts().await, ["ada*"]);
    }
}

#[tokio::test]
async fn e09_what_a_place_asks_is_what_the_sign_in_proved() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    ada.adds_authenticator(&server).await;
    let elsewhere = server.signed_in("bob").await;
    let path = format!("/organizations/{acme}");
    ada.post(&format!("{path}/update"), json!({ "enforce_mfa": true })).await.ok();
    let requires = refused(403, "organization_requires_mfa");
    for browser in [&bob, &elsewhere] {
        assert_eq!(enters(browser, &acme).await.refused(), requires);
    }
    let authenticator = bob.adds_authenticator(&server).await;
    enters(&bob, &acme).await.ok();
    assert_eq!(bob.claims().await["organization"], acme);
    bob.get(&format!("{path}/members")).await.ok();
    assert_eq!(eligibility(&bob, "organization").await["type"], "none");
    // Whoever signed in elsewhere with the password alone is no nearer by that.
    assert_eq!(enters(&elsewhere, &acme).await.refused(), requires);
    assert_eq!(elsewhere.get(&format!("{path}/members")).await.refused(), requires);
    assert_eq!(eligibility(&elsewhere, "organization").await["type"], "mfa_required");
    // Until it proves the factor, and then with the key that it got for it only.
    server.advance(2 * STEP_MS);
    let now = server.app.world.clock.now_ms();
    let (copy, code) = (elsewhere.copied(), authenticator.code(now));
    let proof = json!({ "method": "authenticator", "verification_code": code });
    elsewhere.post("/session/reauthenticate", proof).await.ok();
    assert_eq!(enters(&copy, &acme).await.refused(), requires);
    assert_eq!(copy.get(&format!("{path}/members")).await.refused(), requires);
    enters(&elsewhere, &acme).await.ok();
    elsewhere.get(&format!("{path}/members")).await.ok();
    assert_eq!(copy.accounts().await, [""; 0]);
    // A new sign-in proves it on the way in, and begins where its user was.
    server.advance(2 * STEP_MS);
    let fresh = server.browser();
    let session = fresh.sign_in("bob", PASSWORD).await.ok();
    let attempt = session["signin_attempts"][0]["id"].as_str().unwrap();
    fresh.types(attempt, &authenticator.code(server.app.world.clock.now_ms())).await.ok();
    assert_eq!(fresh.claims().await["organization"], acme);
}
