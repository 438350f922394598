//! Whom an organization's proved domain makes a member, or lets become one.

use crate::domains::{asking, refused};
use crate::organizations::MEMBER;
use crate::support::NameServer;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn whoever_proves_an_address_in_it_joins_by_themselves_at_sign_up_and_at_sign_in() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, early) = (server.signed_up("ada").await, server.signed_up("early").await);
    let acme = ada.founds("Acme").await;
    ada.proves(&dns, &acme, "example.com", "automatic").await;
    let bob = server.signed_up("bob").await;
    assert_eq!(bob.member_of().await, ["Acme"]);
    let roles = &bob.get("/me/organization-memberships").await.ok()[0]["roles"];
    assert_eq!((roles[0]["id"].as_str(), roles[1].is_null()), (Some(MEMBER), true));
    let found = ada.get(&format!("/organizations/{acme}/members?search=bob")).await.ok();
    assert_eq!(found["meta"]["total"], 1);
    // Who was signed in before is shown it, and joins when they come back.
    assert_eq!((early.member_of().await, early.suggested().await), (vec![], vec!["Acme".to_owned()]));
    let again = server.signed_in("early").await;
    assert_eq!(again.member_of().await, ["Acme"]);
    assert_eq!(early.suggested().await, Vec::<String>::new());
    assert_eq!(server.signed_in("early").await.member_of().await, ["Acme"]);
    let joined = "select count(*) from audit where deployment_id = $1 and event = 'member_joined'";
    assert_eq!(server.count(joined).await, 2);
    assert_eq!(ada.get("/me/organization-memberships").await.ok()[0]["organization"]["member_count"], 3);
}

#[tokio::test]
async fn whoever_proves_one_more_address_in_it_joins_by_themselves_too() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    ada.proves(&dns, &acme, "example.com", "automatic").await;
    let added = bob.adds_address("robert").await;
    assert_eq!(bob.member_of().await, Vec::<String>::new(), "an address that is not proved opens nothing");
    bob.asks_for_address_code(&added).await;
    bob.verifies_address(&added, &server.code("robert").await).await.ok();
    assert_eq!(bob.member_of().await, ["Acme"]);
}

#[tokio::test]
async fn an_organization_is_suggested_and_joined_by_who_may() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let proved = ada.proves(&dns, &acme, "example.com", "suggestion").await;
    assert_eq!(ada.suggested().await, Vec::<String>::new(), "a member needs no suggestion");
    let bob = server.signed_up("bob").await;
    assert_eq!(bob.member_of().await, Vec::<String>::new());
    let suggestions = bob.get("/me/organization-suggestions").await.ok();
    assert_eq!(
        suggestions,
        json!([{ "organization_id": acme, "name": "Acme", "image_url": "", "domain": "example.com" }])
    );
    let path = format!("/organizations/{acme}/join");
    let joined = bob.post(&path, json!({})).await.ok();
    assert_eq!((&joined["organization_id"], &joined["roles"][0]["id"]), (&json!(acme), &json!(MEMBER)));
    assert_eq!(bob.post(&path, json!({})).await.ok()["id"], joined["id"]);
    assert_eq!(bob.suggested().await, Vec::<String>::new());
    bob.switches_organization(&acme).await;
    assert_eq!(bob.claims().await["organization"], acme);
    // What does nothing, or is gone, opens nothing.
    let one = format!("/organizations/{acme}/domains/{}", proved["id"].as_str().unwrap());
    let off = ada.post(&format!("{one}/update"), json!({ "join_mode": "none" })).await.ok();
    assert_eq!((&off["join_mode"], &off["verified"]), (&json!("none"), &json!(true)));
    let carl = server.signed_up("carl").await;
    assert_eq!(carl.suggested().await, Vec::<String>::new());
    assert_eq!(carl.post(&path, json!({})).await.refused(), refused(404, "organization_not_found"));
    ada.post(&format!("{one}/update"), json!({ "join_mode": "automatic" })).await.ok();
    assert_eq!(carl.suggested().await, ["Acme"]);
    ada.post(&format!("{one}/delete"), json!({})).await.ok();
    assert_eq!(carl.suggested().await, Vec::<String>::new());
    assert_eq!(server.signed_in("carl").await.member_of().await, Vec::<String>::new());
    assert_eq!(bob.member_of().await, ["Acme"]);
}

#[tokio::test]
async fn nobody_joins_what_is_full_or_more_than_one_may() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |deployment| {
        deployment.organizations.max_members = 2;
        deployment.organizations.max_per_user = 1;
    })
    .await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.proves(&dns, &acme, "example.com", "automatic").await;
    assert_eq!(server.signed_up("bob").await.member_of().await, ["Acme"]);
    // The sign-up goes on all the same.
    let carl = server.signed_up("carl").await;
    assert_eq!(carl.member_of().await, Vec::<String>::new());
    let path = format!("/organizations/{acme}/join");
    assert_eq!(carl.post(&path, json!({})).await.refused(), refused(409, "organization_full"));
    carl.founds("Carl's").await;
    assert_eq!(carl.post(&path, json!({})).await.refused(), refused(400, "too_many_organizations"));
    assert_eq!(server.signed_in("carl").await.member_of().await, ["Carl's"]);
}

#[tokio::test]
async fn whoever_left_is_not_brought_back_and_may_come_back() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.proves(&dns, &acme, "example.com", "automatic").await;
    let bob = server.signed_up("bob").await;
    bob.post(&format!("/organizations/{acme}/leave"), json!({})).await.ok();
    let bob = server.signed_in("bob").await;
    assert_eq!((bob.member_of().await, bob.suggested().await), (vec![], vec!["Acme".to_owned()]));
    bob.post(&format!("/organizations/{acme}/join"), json!({})).await.ok();
    assert_eq!(bob.member_of().await, ["Acme"]);
}

#[tokio::test]
async fn whoever_joins_is_put_where_new_members_are_put() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let hall = ada.founds_in(&acme, "Hall").await;
    let body = json!({ "auto_assigned_workspace_id": hall });
    ada.send(ada.request(Method::PATCH, &format!("/organizations/{acme}")).json(&body)).await.ok();
    ada.proves(&dns, &acme, "example.com", "automatic").await;
    let bob = server.signed_up("bob").await;
    let in_it = bob.get("/me/workspace-memberships").await.ok();
    assert_eq!((&in_it[0]["workspace"]["id"], &in_it[1]), (&json!(hall), &Value::Null));
    assert_eq!(bob.stands().await, [Value::Null, Value::Null], "joining moves nobody");
}
