//! What bounds invitations: places that are full, pages of a list, what ends them.

use crate::organizations::acme;
use crate::restrictions::{HOME, OFFICE, acme_of_an_office, behind_a_proxy, eligibility};
use crate::support::{Keyrack, Operator, invitation_form};
use keyrack_server::config::Deployment;
use keyrack_server::id::InvitationId;
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn they_are_listed_in_parts_the_newest_first() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let place = ada.founds_in(&acme, "Place").await;
    let mut made = Vec::new();
    for n in 0..7 {
        let body = if n % 2 == 0 { json!({ "workspace_id": place }) } else { json!({}) };
        made.insert(0, ada.invites(&acme, &format!("guest{n}"), body).await);
    }
    assert_eq!(ada.invitations(&acme).await, made);
    let path = format!("/organizations/{acme}/invitations");
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = ada.get(&format!("{path}?limit=3{cursor}")).await.ok();
        let part = part.as_array().unwrap();
        all.extend(part.clone());
        if part.len() < 3 {
            break;
        }
        cursor = format!("&cursor={}", part[2]["id"].as_str().unwrap());
    }
    assert_eq!(all, made);
    let of_place = ada.get(&format!("{path}?workspace_id={place}&limit=100")).await.ok();
    let expected: Vec<&Value> = made.iter().filter(|one| one["workspace"]["id"] == json!(place)).collect();
    assert_eq!(of_place.as_array().unwrap().iter().collect::<Vec<_>>(), expected);
    for wrong in ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=org_00000000000000000000000000"] {
        let reply = ada.get(&format!("{path}?{wrong}")).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{wrong}");
    }
}

#[tokio::test]
async fn an_organization_has_a_thousand_open_ones_and_no_more() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let one = ada.invites(&acme, "guest", json!({})).await["id"].as_str().unwrap().to_owned();
    let ids: Vec<InvitationId> = (1..1_000).map(|_| InvitationId::draw(&server.app.world)).collect();
    // Few at a time: on a machine that is busy many take longer than a change is waited for.
    for some in ids.chunks(50) {
        let (one, some) = (one.clone(), some.to_vec());
        let filled = server.app.db.write(move |tx| {
            for id in &some {
                tx.execute(
                    "insert into invitations (id, deployment_id, organization_id, workspace_id, email, role_id,
                         workspace_role_id, inviter_id, created_at, updated_at, expires_at)
                     select $2, deployment_id, organization_id, workspace_id, $2 || '@example.com', role_id,
                         workspace_role_id, inviter_id, created_at, updated_at, expires_at
                     from invitations where id = $1",
                    keyrack_server::params![&one, id.as_str()],
                )?;
            }
            Ok(())
        });
        filled.await.unwrap();
    }
    let path = format!("/organizations/{acme}/invitations");
    let newest = ada.get(&path).await.ok()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        ada.post(&path, invitation_form("late", json!({}))).await.refused(),
        refused(400, "too_many_invitations")
    );
    ada.post(&format!("{path}/{newest}/discard"), json!({})).await.ok();
    ada.post(&path, invitation_form("late", json!({}))).await.ok();
}

#[tokio::test]
async fn a_full_place_takes_nobody_and_the_invitation_stays() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.max_members = 3;
        deployment.workspaces.max_members = 1;
        deployment.organizations.max_per_user = 2;
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    let (cyd, dan) = (server.signed_up("cyd").await, server.signed_up("dan").await);
    for (guest, body) in [("cyd", json!({ "workspace_id": place })), ("dan", json!({}))] {
        ada.invites(&acme, guest, body).await;
    }
    let cyds = server.token("cyd").await;
    assert_eq!(cyd.accepts(&cyds).await["error_code"], "INVITATION_WORKSPACE_FULL");
    let rows = "select count(*) from memberships where deployment_id = $1";
    assert_eq!(server.count(rows).await, 3);
    dan.accepts(&server.token("dan").await).await["organization"].as_object().unwrap();
    ada.post(&format!("/workspaces/{place}/delete"), json!({})).await.ok();
    assert_eq!(cyd.accepts(&cyds).await["error_code"], "INVITATION_INVALID");
    ada.invites(&acme, "eve", json!({})).await;
    let eve = server.signed_up("eve").await;
    let eves = server.token("eve").await;
    assert_eq!(eve.accepts(&eves).await["error_code"], "INVITATION_ORGANIZATION_FULL");
    bob.post(&format!("/organizations/{acme}/leave"), json!({})).await.ok();
    for name in ["One", "Two"] {
        eve.founds(name).await;
    }
    assert_eq!(eve.accepts(&eves).await["error_code"], "INVITATION_TOO_MANY_ORGANIZATIONS");
    let one = eve.get("/me/organization-memberships").await.ok()[0]["organization_id"].clone();
    eve.post(&format!("/organizations/{}/delete", one.as_str().unwrap()), json!({})).await.ok();
    assert_eq!(eve.accepts(&eves).await["organization"]["id"], json!(acme));
}

#[tokio::test]
async fn whoever_does_not_meet_what_the_place_asks_becomes_a_member_who_does_not_stand_there() {
    let server = behind_a_proxy().await;
    let (ada, _, acme) = acme_of_an_office(&server).await;
    let cyd = server.signed_up("cyd").await;
    ada.invites(&acme, "cyd", json!({})).await;
    let path = format!("/organizations/{acme}/invitations");
    let away = ada.at(HOME).post(&path, invitation_form("dan", json!({}))).await;
    assert_eq!(away.refused(), refused(403, "address_not_allowed"));
    // The inviter need not be in the office when somebody accepts.
    let accepted = cyd.at(HOME).accepts(&server.token("cyd").await).await;
    assert_eq!(accepted["organization"]["id"], json!(acme));
    assert_eq!(cyd.at(HOME).stands().await, [Value::Null, Value::Null]);
    assert_eq!(eligibility(&cyd.at(HOME), "organization").await["type"], "ip_not_allowed");
    // Asked again from the office, as after a lost answer, it stands there.
    cyd.at(OFFICE).accepts(&server.token("cyd").await).await;
    assert_ne!(cyd.at(OFFICE).stands().await[0], Value::Null);
}

#[tokio::test]
async fn what_is_over_goes_with_the_place_and_with_the_account() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let (acme, other) = (ada.founds("Acme").await, ada.founds("Other").await);
    let place = ada.founds_in(&other, "Place").await;
    ada.invites(&acme, "bob", json!({})).await;
    ada.invites(&acme, "cyd", json!({})).await;
    ada.invites(&other, "cyd", json!({ "workspace_id": place })).await;
    let left = "select count(*) from invitations where deployment_id = $1";
    assert_eq!(server.count(left).await, 3);
    let operator = Operator(&server);
    operator.ask(Method::DELETE, "/users/bob@example.com", Value::Null).await.ok();
    assert_eq!(server.count(left).await, 2);
    ada.post(&format!("/organizations/{acme}/delete"), json!({})).await.ok();
    ada.post(&format!("/workspaces/{place}/delete"), json!({})).await.ok();
    keyrack_server::sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(left).await, 0);
}

#[tokio::test]
async fn a_restored_backup_brings_no_token_back() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let invitation = ada.invites(&acme, "bob", json!({})).await;
    let token = server.token("bob").await;
    // What a restore does to one-time secrets: one may have been used since.
    let (used, deployment) = (
        "update one_time_secrets set used_at = 1 where used_at is null and deployment_id = $1",
        server.app.sites[0].config.id.clone(),
    );
    server.app.db.write(move |tx| tx.execute(used, keyrack_server::params![&deployment])).await.unwrap();
    assert_eq!(bob.accepts(&token).await["error_code"], "INVITATION_INVALID");
    server.advance(MINUTE);
    let path = format!("/organizations/{acme}/invitations/{}/resend", invitation["id"].as_str().unwrap());
    ada.post(&path, json!({})).await.ok();
    assert_eq!(bob.accepts(&server.token("bob").await).await["organization"]["id"], json!(acme));
}
