//! What nobody asks for by mistake, and is refused, is recorded (N07).

use crate::organizations::acme;
use crate::support::{Keyrack, Operator};
use reqwest::Method;
use serde_json::{Value, json};

async fn refusals(server: &Keyrack) -> Vec<Value> {
    Operator(server).get("/audit?event=act_refused&limit=200").await.ok()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn n07_a_member_who_takes_what_is_not_theirs_is_recorded_with_who_and_where() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let adas = ada.membership(&path, "ada").await;
    assert_eq!(refusals(&server).await.len(), 0);
    for (call, body) in [
        ("update", json!({ "name": "Mine" })),
        ("delete", json!({})),
        (format!("members/{adas}/remove").as_str(), json!({})),
        (format!("members/{adas}/roles/rol_org_admin/remove").as_str(), json!({})),
    ] {
        let said = bob.post(&format!("{path}/{call}"), body).await;
        assert_eq!(said.status, 403, "{call}: {}", said.text);
    }
    let all = refusals(&server).await;
    let (user, session, sign_in) =
        (bob.user_id().await, bob.session().await["id"].clone(), bob.sign_in_id().await);
    assert_eq!(all.len(), 4, "{all:?}");
    for record in &all {
        assert_eq!(
            (&record["user_id"], &record["session_id"], &record["sign_in_id"], &record["result"]),
            (&json!(user), &session, &json!(sign_in), &json!("refused"))
        );
        assert!(["permission_denied", "role_exceeds_yours"].contains(&record["reason"].as_str().unwrap()));
    }
    // What Ada may do leaves none.
    ada.post(&format!("{path}/update"), json!({ "name": "Ours" })).await.ok();
    assert_eq!(refusals(&server).await.len(), 4);
}

#[tokio::test]
async fn n07_a_page_of_somebody_else_that_changes_something_is_recorded_a_few_times_an_hour() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let evil = async || {
        let request =
            crate::support::client().request(Method::POST, format!("{}/session/sign-out", server.base));
        browser.send(request.header("origin", "https://evil.example").json(&json!({}))).await.status
    };
    for _ in 0..25 {
        assert_eq!(evil().await, 403);
    }
    let all = refusals(&server).await;
    assert_eq!(all.len(), 20);
    assert_eq!((&all[0]["reason"], &all[0]["actor"]), (&json!("origin_not_allowed"), &json!("stranger")));
    server.advance(3_600_000);
    assert_eq!(evil().await, 403);
    assert_eq!(refusals(&server).await.len(), 21);
}
