//! Where one is signed in, and signing out from there.

use crate::support::{Keyrack, PASSWORD};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a22_all_own_sign_ins_are_listed_with_device_address_and_time_and_nobody_elses() {
    let server = Keyrack::start().await;
    let (ada, _bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    server.advance(MINUTE);
    let phone = server.browser();
    let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile Safari/604.1";
    let body = json!({ "strategy": "plain_email", "email": "ada@example.com", "password": PASSWORD });
    let request =
        phone.request(reqwest::Method::POST, "/auth/signin").header("user-agent", agent).json(&body);
    phone.send(request).await.ok();
    let list = ada.get("/me/signins").await.ok();
    assert_eq!(ids(&list), [phone.sign_in_id().await, ada.sign_in_id().await]);
    let first = &list[0];
    assert_eq!((&first["browser"], &first["device"]), (&json!("Safari"), &json!("iPhone")));
    for (one, other) in
        [("ip_address", "ipAddress"), ("last_active_at", "lastActiveAt"), ("expires_at", "expiresAt")]
    {
        assert_eq!(first[one], first[other]);
    }
    assert_eq!(first["ip_address"], "127.0.0.1");
    let list = ada.post("/me/signins", json!({})).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 2);
    // Activity is exact here: minutes count, once they are written.
    server.advance(MINUTE);
    ada.session().await;
    for node in [&server.app] {
        keyrack_server::session::activity::flush(node).await.unwrap();
    }
    let list = phone.get("/me/signins").await.ok();
    assert_eq!(list.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a22_a_sign_in_that_is_ended_elsewhere_is_out_at_once_and_says_why() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let other = server.signed_in("ada").await;
    let id = other.sign_in_id().await;
    let ended = ada.post(&format!("/me/signins/{id}/signout"), json!({})).await.ok();
    assert_eq!(ended, json!({ "ended": 1 }));
    assert_eq!(other.get("/session/token").await.refused(), (401, "signed_out".to_owned()));
    assert_eq!(other.session().await["end_reason"], "signed_out_elsewhere");
    assert_eq!(ids(&ada.get("/me/signins").await.ok()), [ada.sign_in_id().await]);
    let again = ada.post(&format!("/me/signins/{id}/signout"), json!({})).await;
    assert_eq!(again.refused(), (404, "sign_in_not_found".to_owned()));
    // One's own is a plain sign-out.
    let own = ada.sign_in_id().await;
    ada.post(&format!("/me/signins/{own}/signout"), json!({})).await.ok();
    assert_eq!(ada.session().await["end_reason"], "signed_out");
}

#[tokio::test]
async fn a22_others_sign_ins_look_like_none_and_elsewhere_asks_for_a_fresh_proof() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let other = server.signed_in("ada").await;
    let (bobs, others) = (bob.sign_in_id().await, other.sign_in_id().await);
    server.advance(10 * MINUTE + 1);
    for id in [bobs.as_str(), "sin_00000000000000000000000000", "x"] {
        let reply = ada.post(&format!("/me/signins/{id}/signout"), json!({})).await;
        assert_eq!(reply.refused(), (404, "sign_in_not_found".to_owned()));
    }
    for path in [format!("/me/signins/{others}/signout"), "/me/signins/signout-others".to_owned()] {
        let reply = ada.post(&path, json!({})).await;
        assert_eq!(reply.refused(), (403, "reauthentication_required".to_owned()), "{path}");
    }
    assert_eq!(other.accounts().await, ["ada*"]);
    let sql = "select count(*) from audit where deployment_id = $1 and event = 'foreign_sign_in_named'";
    assert_eq!(server.count(sql).await, 3);
}

#[tokio::test]
async fn a22_all_others_are_signed_out_and_only_the_own_stays() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    ada.signs_up(&server, "bob").await;
    let bob = ada.sign_in_of("bob").await;
    ada.post("/session/switch-sign-in", json!({ "sign_in_id": ada.sign_in_of("ada").await })).await.ok();
    let others = [server.signed_in("ada").await, server.signed_in("ada").await];
    let ended = ada.post("/me/signins/signout-others", json!({})).await.ok();
    assert_eq!(ended["ended"], 2);
    for other in &others {
        assert_eq!(other.session().await["end_reason"], "signed_out_elsewhere");
    }
    assert_eq!(ada.accounts().await, ["ada*", "bob"]);
    assert_eq!(ada.sign_in_of("bob").await, bob);
}
