//! What is told in an inbox of invitations, and of joining by a domain.

use crate::domains::asking;
use crate::organizations::acme;
use crate::support::{Browser, Keyrack, NameServer, SECOND, within};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// What a browser's account is told of invitations and has not put away, or has.
async fn invited(browser: &Browser, is_archived: bool) -> Vec<Value> {
    let mut inbox = browser.inbox(&format!("is_archived={is_archived}")).await;
    inbox.retain(|one| one["kind"] == "invitation_received");
    inbox
}

/// How much is told of invitations: open, and put away. What is put away counts as read.
async fn told(browser: &Browser) -> (usize, usize) {
    let away = invited(browser, true).await;
    assert!(away.iter().all(|one| one["is_read"] == true), "{away:?}");
    (invited(browser, false).await.len(), away.len())
}

/// Of all inboxes of the deployment.
async fn written(server: &Keyrack) -> i64 {
    server.count("select count(*) from notifications where deployment_id = $1").await
}

fn path(organization: &str, invitation: &Value, what: &str) -> String {
    format!("/organizations/{organization}/invitations/{}/{what}", invitation["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_invitation_is_told_at_once_to_who_has_proved_the_address_and_to_nobody_else() {
    let server = Keyrack::start().await;
    let (ada, bob, cyd) =
        (server.signed_up("ada").await, server.signed_up("bob").await, server.signed_up("cyd").await);
    let acme = ada.founds("Acme").await;
    let mut stream = bob.follows().await;
    let invitation = ada.invites(&acme, "bob", json!({})).await;
    within(SECOND, stream.inbox()).await.expect("a second has passed");
    let [one] = bob.inbox("").await.try_into().unwrap();
    assert_eq!((&one["kind"], &one["severity"]), (&json!("invitation_received"), &json!("info")));
    // It belongs to the user: nobody is in the place yet.
    assert_eq!((&one["organization_id"], &one["workspace_id"]), (&Value::Null, &Value::Null));
    assert_eq!((&one["is_read"], &one["title"]), (&json!(false), &json!("Invitation to Acme")));
    assert_eq!(
        one["metadata"],
        json!({ "invitation_id": invitation["id"], "organization_id": acme, "organization_name": "Acme" })
    );
    assert!(!one.to_string().contains(&server.token("bob").await), "the token is in the mail alone");
    // An address that is nobody's, or that nobody has proved.
    ada.invites(&acme, "nobody", json!({})).await;
    let unproved =
        "update email_addresses set verified_at = null where deployment_id = $1 and email like 'cyd@%'";
    let deployment = server.app.sites[0].config.id.clone();
    let unprove = server.app.db.write(move |tx| tx.execute(unproved, keyrack_server::params![&deployment]));
    assert_eq!(unprove.await.unwrap(), 1);
    ada.invites(&acme, "cyd", json!({})).await;
    assert_eq!(written(&server).await, 1);
    assert_eq!((ada.inbox("").await, cyd.inbox("").await), (vec![], Vec::<Value>::new()));
}

#[tokio::test]
async fn the_workspace_is_named_where_an_invitation_is_to_one_and_accepting_puts_it_away() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let lab = ada.founds_in(&acme, "Lab").await;
    let invitation = ada.invites(&acme, "bob", json!({ "workspace_id": lab })).await;
    let [one] = invited(&bob, false).await.try_into().unwrap();
    assert_eq!(one["title"], "Invitation to Lab");
    let facts = json!({
        "invitation_id": invitation["id"], "organization_id": acme, "organization_name": "Acme", "workspace_id": lab,
        "workspace_name": "Lab",
    });
    assert_eq!(one["metadata"], facts);
    bob.accepts(&server.token("bob").await).await;
    assert_eq!(bob.stands().await.map(|one| one.is_string()), [true, true]);
    assert_eq!(told(&bob).await, (0, 1));
    // Nobody is told what they did themselves.
    assert_eq!(bob.kinds("").await, ["invitation_received"]);
    assert_eq!(written(&server).await, 1);
}

#[tokio::test]
async fn of_an_invitation_the_last_mail_is_told_until_it_is_withdrawn() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let invitation = ada.invites(&acme, "bob", json!({})).await;
    // What is refused is not told.
    ada.post(&path(&acme, &invitation, "resend"), json!({})).await.refused();
    assert_eq!(told(&bob).await, (1, 0));
    server.advance(MINUTE);
    ada.post(&path(&acme, &invitation, "resend"), json!({})).await.ok();
    assert_eq!((told(&bob).await, bob.unread("").await), ((1, 1), 1));
    ada.post(&path(&acme, &invitation, "discard"), json!({})).await.ok();
    assert_eq!((told(&bob).await, bob.unread("").await), ((0, 2), 0));
    let again = ada.invites(&acme, "bob", json!({})).await;
    assert_eq!(told(&bob).await, (1, 2));
    // One that has expired is replaced by the next.
    server.advance(10 * DAY);
    let (ada, bob) = (server.signed_in("ada").await, server.signed_in("bob").await);
    let [expired] = invited(&bob, false).await.try_into().unwrap();
    assert_eq!(expired["metadata"]["invitation_id"], again["id"]);
    let last = ada.invites(&acme, "bob", json!({})).await;
    let [open] = invited(&bob, false).await.try_into().unwrap();
    assert_eq!(open["metadata"]["invitation_id"], last["id"]);
    assert_eq!(told(&bob).await, (1, 3));
}

#[tokio::test]
async fn what_invited_to_a_place_that_is_gone_or_a_member_who_is_gone_is_put_away() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let cyd = server.signed_up("cyd").await;
    let [lab, den] = [ada.founds_in(&acme, "Lab").await, ada.founds_in(&acme, "Den").await];
    for (who, place) in [("bob", &lab), ("cyd", &den)] {
        ada.invites(&acme, who, json!({ "workspace_id": place })).await;
    }
    let other = ada.founds("Other").await;
    ada.invites(&other, "cyd", json!({})).await;
    assert_eq!((told(&bob).await, told(&cyd).await), ((1, 0), (2, 0)));
    ada.post(&format!("/organizations/{acme}/members/{}/remove", bob.user_id().await), json!({})).await.ok();
    assert_eq!((told(&bob).await, told(&cyd).await), ((0, 1), (2, 0)));
    let [open] = ada.invitations(&acme).await.try_into().unwrap();
    assert_eq!(open["email"], "cyd@example.com");
    for gone in [format!("/workspaces/{den}/delete"), format!("/organizations/{other}/delete")] {
        ada.post(&gone, json!({})).await.ok();
        keyrack_server::organization::settle::all(&server.app, &server.app.sites[0]).await.unwrap();
    }
    assert_eq!((told(&bob).await, told(&cyd).await), ((0, 1), (0, 2)));
}

#[tokio::test]
async fn who_joins_by_a_domain_alone_is_told_and_who_takes_up_a_suggestion_is_not() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, early) = (server.signed_up("ada").await, server.signed_up("early").await);
    let acme = ada.founds("Acme").await;
    let proved = ada.proves(&dns, &acme, "example.com", "automatic").await;
    let bob = server.signed_up("bob").await;
    let [added] = bob.inbox("").await.try_into().unwrap();
    assert_eq!((&added["kind"], &added["severity"]), (&json!("member_added"), &json!("success")));
    assert_eq!((&added["organization_id"], &added["title"]), (&json!(acme), &json!("You are in Acme now")));
    let back = server.signed_in("early").await;
    let of_place = format!("organization_ids={acme}");
    assert_eq!(back.kinds(&of_place).await, ["member_added"]);
    assert_eq!(server.signed_in("early").await.kinds(&of_place).await, ["member_added"], "told once");
    assert_eq!(early.kinds(&of_place).await, ["member_added"]);
    assert_eq!(ada.kinds("").await, Vec::<String>::new());

    let domain = format!("/organizations/{acme}/domains/{}/update", proved["id"].as_str().unwrap());
    ada.post(&domain, json!({ "join_mode": "suggestion" })).await.ok();
    let cyd = server.signed_up("cyd").await;
    cyd.post(&format!("/organizations/{acme}/join"), json!({})).await.ok();
    assert_eq!((cyd.member_of().await, cyd.kinds("").await), (vec!["Acme".to_owned()], Vec::<String>::new()));
}
