//! Attacks on inboxes (area J): others' notifications, and what stands in places that one has left.

use crate::organizations::{MEMBER, acme};
use crate::support::{Browser, Keyrack};
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Everything that there is to do with one notification.
async fn does_everything(browser: &Browser, id: &str) -> Vec<(u16, String)> {
    let mut said = Vec::new();
    for what in ["read", "unread", "archive", "star"] {
        let reply = browser.post(&format!("/notifications/{id}/{what}"), json!({})).await;
        said.push((reply.status, reply.text));
    }
    said
}

/// Nothing is there, whatever is asked for.
async fn is_gone(browser: &Browser, place: &str, ids: &[String]) {
    let (organizations, workspaces) = (format!("organization_ids={place}"), format!("workspace_ids={place}"));
    for query in ["", "channels=all", "is_read=false", "scope=current", &organizations, &workspaces] {
        let inbox = browser.inbox(&format!("limit=100&{query}")).await;
        let seen = |one: &Value| ids.iter().any(|id| one["id"] == **id);
        assert!(!inbox.iter().any(seen), "{query}: {inbox:?}");
    }
    assert_eq!(browser.unread(&organizations).await + browser.unread(&workspaces).await, 0);
    browser.reads_all("").await;
    for id in ids {
        let unknown = format!("ntf_{}", "0".repeat(26));
        assert_eq!(does_everything(browser, id).await, does_everything(browser, &unknown).await);
    }
}

fn ids(inbox: &[Value]) -> Vec<String> {
    inbox.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn j01_what_belongs_to_a_place_is_gone_with_the_membership_and_does_not_come_back() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let user = bob.user_id().await;
    let lab = ada.founds_in(&acme, "Lab").await;
    server.join(&lab, &user, &["rol_wsp_member"]).await;
    server.tells(&user, Some(&acme), 3).await;
    server.tells(&user, Some(&lab), 3).await;
    bob.switches_workspace(&lab).await;
    assert_eq!(bob.unread("").await, 6);
    let of_lab = ids(&bob.inbox("channels=workspace").await);
    ada.post(&format!("/workspaces/{lab}/members/{user}/remove"), json!({})).await.ok();
    is_gone(&bob, &lab, &of_lab).await;
    bob.reads_all("").await;
    server.tells(&user, Some(&acme), 1).await;
    let of_acme = ids(&bob.inbox(&format!("organization_ids={acme}")).await);
    assert_eq!(of_acme.len(), 4);
    ada.post(&format!("/organizations/{acme}/members/{user}/remove"), json!({})).await.ok();
    is_gone(&bob, &acme, &of_acme).await;
    server.join(&acme, &user, &[MEMBER]).await;
    is_gone(&bob, &acme, &of_acme).await;
    let kinds = "select count(*) from notifications where deployment_id = $1 and state = 'unread'
        and membership_id <> ''";
    assert!(server.count(kinds).await > 0, "nobody has read what nobody saw");
}

#[tokio::test]
async fn j01_what_belongs_to_a_place_is_gone_when_that_is_deleted() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let user = bob.user_id().await;
    let lab = ada.founds_in(&acme, "Lab").await;
    server.join(&lab, &user, &["rol_wsp_member"]).await;
    server.tells(&user, Some(&lab), 2).await;
    let of_lab = ids(&bob.inbox("").await);
    assert_eq!(of_lab.len(), 2);
    ada.post(&format!("/workspaces/{lab}/delete"), json!({})).await.ok();
    is_gone(&bob, &lab, &of_lab).await;
    server.tells(&user, Some(&acme), 2).await;
    let of_acme = ids(&bob.inbox("").await);
    assert_eq!(of_acme.len(), 2);
    ada.post(&format!("/organizations/{acme}/delete"), json!({})).await.ok();
    is_gone(&bob, &acme, &of_acme).await;
}

#[tokio::test]
async fn j12_nobody_sees_or_changes_an_inbox_of_somebody_else() {
    let server = Keyrack::start().await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (adas, eves) = (ada.user_id().await, eve.user_id().await);
    server.tells(&adas, None, 2).await;
    let before = ada.inbox("").await;
    let id = before[0]["id"].as_str().unwrap();
    let unknown = format!("ntf_{}", "0".repeat(26));
    assert_eq!(does_everything(&eve, id).await, does_everything(&eve, &unknown).await);
    let reply = eve.post(&format!("/notifications/{id}/read"), json!({ "user_id": adas })).await;
    assert_eq!(reply.refused(), refused(404, "notification_not_found"));
    for query in [format!("user_id={adas}"), format!("cursor={id}")] {
        assert_eq!(eve.inbox(&query).await, Vec::<Value>::new(), "{query}");
        assert_eq!((eve.unread(&query).await, eve.reads_all(&query).await), (0, 0), "{query}");
    }
    let scope = format!("/notifications?scope={}.-.-", ada.sign_in_id().await);
    assert_eq!(eve.get(&scope).await.refused(), refused(403, "scope_not_available"));
    let body = json!({ "user_id": adas, "on_behalf_of": adas });
    assert_eq!(eve.post("/notifications/archive-all-read", body).await.ok()["affected"], 0);
    assert_eq!(ada.inbox("").await, before);
    // In a browser with both it is the active one's.
    ada.also_signs_in("eve").await;
    assert_eq!(ada.inbox("").await.iter().filter(|one| one["user_id"] != *eves).count(), 0);
    assert_eq!(does_everything(&ada, id).await, does_everything(&ada, &unknown).await);
}
