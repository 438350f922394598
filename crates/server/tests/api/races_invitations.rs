//! Invitations as races (area O): two at once, fifty rounds each.

use crate::attacks_invitations::{members, tries};
use crate::organizations::{ADMIN, acme};
use crate::support::{Keyrack, Operator, invitation_form};
use keyrack_server::config::Deployment;
use keyrack_server::id::{EmailAddressId, UserId};
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn o03_two_who_accept_at_once_are_one_member() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let place = ada.founds_in(&acme, "Place").await;
    let bob = server.signed_up("bob").await;
    let phone = server.signed_in("bob").await;
    let bobs = bob.user_id().await;
    for round in 0..50 {
        let body = json!({ "workspace_id": place, "role_id": ADMIN });
        ada.invites(&acme, "bob", body).await;
        let token = server.token("bob").await;
        let (one, two) = tokio::join!(bob.accepts(&token), phone.accepts(&token));
        let mut already =
            [one["already_member"].as_bool().unwrap(), two["already_member"].as_bool().unwrap()];
        already.sort_unstable();
        assert_eq!(already, [false, true], "round {round}: {one} {two}");
        for path in [format!("/organizations/{acme}"), format!("/workspaces/{place}")] {
            let page = ada.get(&format!("{path}/members?search=bob")).await.ok();
            assert_eq!(page["meta"]["total"], 1, "round {round}");
            let all = ada.get(&format!("{path}/members")).await.ok();
            assert_eq!(all["meta"]["total"], 2, "round {round}");
        }
        ada.post(&format!("/organizations/{acme}/members/{bobs}/remove"), json!({})).await.ok();
        server.advance(15 * MINUTE);
    }
    let used = "select count(*) from invitations where deployment_id = $1 and accepted_by is not null";
    assert_eq!(server.count(used).await, 50);
}

#[tokio::test]
async fn o03_what_is_withdrawn_and_accepted_at_once_is_one_of_the_two() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let bob = server.signed_up("bob").await;
    let bobs = bob.user_id().await;
    let (mut accepted, path) = (0, format!("/organizations/{acme}"));
    for round in 0..50 {
        let invitation = ada.invites(&acme, "bob", json!({})).await;
        let token = server.token("bob").await;
        let discard = format!("{path}/invitations/{}/discard", invitation["id"].as_str().unwrap());
        let (withdrawn, said) = tokio::join!(ada.post(&discard, json!({})), bob.accepts(&token));
        let is_in = said["organization"].is_object();
        assert_eq!(withdrawn.status == 200, !is_in, "round {round}: {} {said}", withdrawn.text);
        assert_eq!(members(&ada, &acme).await, 1 + i64::from(is_in), "round {round}");
        if is_in {
            accepted += 1;
            ada.post(&format!("{path}/members/{bobs}/remove"), json!({})).await.ok();
        }
        server.advance(15 * MINUTE);
    }
    assert!(accepted <= 50);
}

#[tokio::test]
async fn o03_two_who_invite_one_address_at_once_send_one_invitation() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let bobs = ada.membership(&path, "bob").await;
    ada.post(&format!("{path}/members/{bobs}/roles/{ADMIN}/add"), json!({})).await.ok();
    for round in 0..50 {
        let form = invitation_form(&format!("guest{round}"), json!({}));
        let invite = format!("{path}/invitations");
        let (one, two) = tokio::join!(ada.post(&invite, form.clone()), bob.post(&invite, form));
        let mut status = [one.status, two.status];
        status.sort_unstable();
        assert_eq!(status, [200, 409], "round {round}: {} {}", one.text, two.text);
        assert_eq!(server.mails(&format!("guest{round}")).await.len(), 1);
        server.advance(MINUTE);
    }
    assert_eq!(ada.invitations(&acme).await.len(), 50);
}

#[tokio::test]
async fn two_who_take_the_last_place_are_one_member_more() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.organizations.max_members = 2).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let (bob, cyd) = (server.signed_up("bob").await, server.signed_up("cyd").await);
    for round in 0..50 {
        for guest in ["bob", "cyd"] {
            ada.invites(&acme, guest, json!({})).await;
        }
        let (bobs, cyds) = (server.token("bob").await, server.token("cyd").await);
        let (one, two) = tokio::join!(tries(&bob, &bobs), tries(&cyd, &cyds));
        let mut both = [one.as_str(), two.as_str()];
        both.sort_unstable();
        assert_eq!(both, ["INVITATION_ORGANIZATION_FULL", "in"], "round {round}");
        assert_eq!(members(&ada, &acme).await, 2);
        for who in [&bob, &cyd] {
            let _ = who.post(&format!("/organizations/{acme}/leave"), json!({})).await;
        }
        for open in ada.invitations(&acme).await {
            let id = open["id"].as_str().unwrap();
            ada.post(&format!("/organizations/{acme}/invitations/{id}/discard"), json!({})).await.ok();
        }
        server.advance(15 * MINUTE);
    }
}

/// Who has proved `name`@example.com, and could not sign in.
async fn has_proved(server: &Keyrack, name: &str, number: usize) -> String {
    let user = UserId::draw(&server.app.world).to_string();
    server.is_there(&user, number).await;
    let (deployment, of) = (server.app.sites[0].config.id.clone(), user.clone());
    let (id, email) = (EmailAddressId::draw(&server.app.world).to_string(), format!("{name}@example.com"));
    let proved = server.app.db.write(move |tx| {
        tx.execute(
            "insert into email_addresses
                 (id, deployment_id, user_id, email, is_primary, verified_at, created_at, updated_at)
             values ($1, $2, $3, $4, 1, 1, 0, 0)",
            keyrack_server::params![&id, &deployment, &of, &email],
        )
    });
    proved.await.unwrap();
    user
}

/// Of two that take locks in opposite orders the database ends one, after a second in which both wait.
#[tokio::test]
async fn o03_nobody_waits_for_each_other_who_ends_or_resends_an_invitation_and_deletes_who_is_invited() {
    let server = Keyrack::start().await;
    let (ada, operator) = (server.signed_up("ada").await, Operator(&server));
    let acme = ada.founds("Acme").await;
    let before = server.app.db.stats().retries.get();
    for round in 0..50 {
        let name = format!("bob{round}");
        let user = has_proved(&server, &name, round).await;
        let invited = ada.invites(&acme, &name, json!({})).await["id"].as_str().unwrap().to_owned();
        server.advance(MINUTE);
        let step = if round % 2 == 0 { "discard" } else { "resend" };
        let path = format!("/organizations/{acme}/invitations/{invited}/{step}");
        let account = format!("/users/{user}");
        let (changed, deleted) =
            tokio::join!(ada.post(&path, json!({})), operator.ask(Method::DELETE, &account, Value::Null));
        deleted.ok();
        assert!([200, 404].contains(&changed.status), "round {round}: {}", changed.text);
    }
    assert_eq!(server.app.db.stats().retries.get(), before);
    assert_eq!(ada.invitations(&acme).await.len(), 0);
}
