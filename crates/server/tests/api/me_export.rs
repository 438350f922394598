//! `GET /me/export`: what it has, and what of others it has not.

use crate::numbers::also_has;
use crate::support::Keyrack;
use serde_json::{Value, json};

const NUMBER: &str = "+14155552671";

fn words<'a>(of: &'a Value, field: &str) -> Vec<&'a str> {
    of.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everything_that_is_kept_of_a_user_is_in_one_document_and_nothing_of_others() {
    let server = Keyrack::with_passkeys().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let ended = server.signed_in("ada").await;
    ended.post("/session/sign-out", json!({})).await.ok();
    let organization = ada.founds("Analytics").await;
    ada.invites(&organization, "carol", json!({})).await;
    ada.also_has(&server, "lovelace").await;
    also_has(&server, &ada, NUMBER).await;
    ada.adds_number("+14155552672").await;
    let passkey = ada.makes_passkey(&mut server.device()).await;
    bob.makes_passkey(&mut server.device()).await;
    bob.founds("Bobs").await;
    let export = ada.get("/me/export").await;
    assert_eq!(export.header("content-disposition"), Some("attachment; filename=\"account.json\""));
    let all = export.ok();
    assert_eq!(all["user"], ada.get("/me").await.ok());
    let numbers = &all["user"]["phone_numbers"];
    assert_eq!(words(numbers, "phone_number"), ["4155552671", "4155552672"]);
    assert_eq!((&numbers[0]["verified"], &numbers[1]["verified"]), (&json!(true), &json!(false)));
    assert_eq!(all["passkeys"], json!(ada.passkeys().await));
    assert_eq!(words(&all["passkeys"], "id"), [passkey["id"].as_str().unwrap()]);
    for known in ["name", "created_at", "last_used_at"] {
        assert!(all["passkeys"][0].get(known).is_some(), "{known}: {}", all["passkeys"]);
    }
    assert_eq!(all["language"], "en");
    let inbox = ada.get("/notifications").await.ok();
    assert!(!words(&all["notifications"], "id").is_empty());
    assert_eq!(words(&all["notifications"], "id"), words(&inbox["notifications"], "id"));
    let sign_ins = all["sign_ins"].as_array().unwrap();
    assert_eq!(sign_ins.len(), 2);
    assert_eq!(sign_ins[1]["end_reason"], "signed_out");
    assert_eq!(sign_ins[0]["proofs"][0], "pwd");
    assert_eq!(all["live_sign_ins"], json!([ada.sign_in_id().await]));
    assert_eq!(all["organization_memberships"][0]["organization_id"], organization);
    assert_eq!(all["invitations"][0]["email"], "carol@example.com");
    let events = words(&all["events"], "event");
    for event in ["signed_up", "signed_in", "sign_in_ended", "account_changed"] {
        assert!(events.contains(&event), "{events:?}");
    }
    for foreign in ["bob", "Bobs", "password_hash", "argon2"] {
        assert!(!export.text.contains(foreign), "{foreign}");
    }
    server.advance(600_001);
    assert_eq!(ada.get("/me/export").await.refused().1, "reauthentication_required");
}

#[tokio::test]
async fn no_address_of_anybody_else_is_in_it_also_of_who_took_a_number_over_or_tried_the_password() {
    let server = Keyrack::start_configured(|config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let ada = server.browser().at("192.0.2.1");
    ada.signs_up(&server, "ada").await;
    also_has(&server, &ada, NUMBER).await;
    server.browser().at("192.0.2.3").sign_in("ada", "some wrong password").await.refused();
    let bob = server.browser().at("192.0.2.2");
    bob.signs_up(&server, "bob").await;
    server.advance(60_000);
    also_has(&server, &bob, NUMBER).await;
    // The operator's records have them, but for the one of the taking, which is about the number's old owner alone.
    let taken =
        "select count(*) from audit where deployment_id = $1 and reason = 'phone_taken' and ip_address = ''";
    let tried = "select count(*) from audit where deployment_id = $1 and ip_address = '192.0.2.3'";
    assert_eq!(server.count(taken).await, 1);
    assert!(server.count(tried).await > 0);
    let export = ada.get("/me/export").await;
    let all = export.ok();
    let reasons = words(&all["events"], "reason");
    assert!(reasons.contains(&"phone_taken") && reasons.contains(&"INVALID_CREDENTIALS"), "{reasons:?}");
    for foreign in ["192.0.2.2", "192.0.2.3"] {
        assert!(!export.text.contains(foreign), "{foreign}");
    }
    let own = all["events"].as_array().unwrap().iter().filter(|event| event["ip_address"] == "192.0.2.1");
    assert!(own.count() > 0);
}
