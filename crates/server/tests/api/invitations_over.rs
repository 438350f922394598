//! An invitation that is over for whatever reason: what told of it is put away in the inbox of whoever was told.

use crate::organizations::{MEMBER, acme};
use crate::support::{Browser, Keyrack, Operator, SECOND, within};
use keyrack_server::sweep;
use reqwest::Method;
use serde_json::{Value, json};
use std::slice::from_ref;

const DAY: i64 = 24 * 60 * 60_000;
const INVITED: &str = "invitation_received";

/// The invitations that an inbox speaks of and that are not put away.
async fn told(who: &Browser) -> Vec<String> {
    let inbox = who.inbox("is_archived=false").await.into_iter();
    let of = |one: Value| one["metadata"]["invitation_id"].as_str().unwrap().to_owned();
    inbox.filter(|one| one["kind"] == INVITED).map(of).collect()
}

fn id(invitation: &Value) -> String {
    invitation["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_leaves_or_is_removed_is_told_no_more_that_they_are_invited() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let (user, other) = (bob.user_id().await, ada.founds("Other").await);
    let stays = id(&ada.invites(&other, "bob", json!({})).await);
    let place = ada.founds_in(&acme, "Place").await;
    let members = format!("/organizations/{acme}/members");
    let ways = [
        (&bob, format!("/organizations/{acme}/leave")),
        (&ada, format!("{members}/{user}/remove")),
        (&bob, format!("/organizations/{acme}/leave")),
    ];
    for (who, path) in ways {
        let invited = id(&ada.invites(&acme, "bob", json!({ "workspace_id": place })).await);
        assert_eq!(told(&bob).await, [invited, stays.clone()], "{path}");
        let mut stream = bob.follows().await;
        who.post(&path, json!({})).await.ok();
        assert_eq!(told(&bob).await, from_ref(&stays), "{path}");
        // The tab hears of it.
        within(SECOND, stream.inbox()).await.expect("a second has passed");
        server.join(&acme, &user, &[MEMBER]).await;
    }
    // Whoever leaves a workspace only is invited to the organization's others.
    let more = ada.founds_in(&acme, "More").await;
    server.join(&place, &user, &["rol_wsp_member"]).await;
    let invited = id(&ada.invites(&acme, "bob", json!({ "workspace_id": more })).await);
    bob.post(&format!("/workspaces/{place}/leave"), json!({})).await.ok();
    assert_eq!(told(&bob).await, [invited, stays]);
}

#[tokio::test]
async fn nobody_is_told_of_an_invitation_to_what_is_gone() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (bob, cyd) = (server.signed_up("bob").await, server.signed_up("cyd").await);
    let (acme, other) = (ada.founds("Acme").await, ada.founds("Other").await);
    let (place, more) = (ada.founds_in(&other, "Place").await, ada.founds_in(&other, "More").await);
    for name in ["bob", "cyd"] {
        ada.invites(&acme, name, json!({})).await;
    }
    ada.invites(&other, "bob", json!({ "workspace_id": place })).await;
    let stays = id(&ada.invites(&other, "cyd", json!({ "workspace_id": more })).await);
    assert_eq!((told(&bob).await.len(), told(&cyd).await.len()), (2, 2));
    let mut stream = cyd.follows().await;
    Operator(&server).ask(Method::DELETE, &format!("/organizations/{acme}"), Value::Null).await.ok();
    ada.post(&format!("/workspaces/{place}/delete"), json!({})).await.ok();
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!((told(&bob).await, told(&cyd).await), (Vec::new(), vec![stays]));
    assert_eq!((bob.unread("").await, cyd.unread("").await), (0, 1));
    within(SECOND, stream.inbox()).await.expect("a second has passed");
}

#[tokio::test]
async fn nobody_is_told_of_an_invitation_that_has_expired_and_everybody_of_one_that_was_sent_anew() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let acme = ada.founds("Acme").await;
    let invited = id(&ada.invites(&acme, "bob", json!({})).await);
    server.advance(10 * DAY - 1);
    sweep::run_once(&server.app).await.unwrap();
    let bob = server.signed_in("bob").await;
    assert_eq!(told(&bob).await, from_ref(&invited));
    server.advance(1);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(told(&bob).await, Vec::<String>::new());
    let ada = server.signed_in("ada").await;
    ada.post(&format!("/organizations/{acme}/invitations/{invited}/resend"), json!({})).await.ok();
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(told(&bob).await, [invited]);
}
