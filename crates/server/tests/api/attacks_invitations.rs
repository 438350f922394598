//! Attacks on invitations: whoever has a token, and whoever sends one (area J, and what else concerns them).

use crate::organizations::{ADMIN, MEMBER, acme};
use crate::support::{Browser, Keyrack, Operator, invitation_form};
use keyrack_server::config::Deployment;
use keyrack_server::config::teams::Role;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Managers, who may invite, and not to everything.
fn managers(deployment: &mut Deployment) {
    let roles = &mut deployment.organizations.roles;
    roles.own = true;
    roles.everywhere.push(Role {
        key: "manager".to_owned(),
        name: "Manager".to_owned(),
        permissions: vec!["organization:manage".to_owned()],
    });
}

pub async fn members(of: &Browser, organization: &str) -> i64 {
    of.get(&format!("/organizations/{organization}/members")).await.ok()["meta"]["total"].as_i64().unwrap()
}

/// What a try to accept comes to: the refusal's code, or `in`.
pub async fn tries(who: &Browser, token: &str) -> String {
    let said = who.accepts(token).await;
    match said["error_code"].as_str() {
        Some(code) => code.to_owned(),
        None if said["organization"].is_object() => "in".to_owned(),
        None => "requires_signin".to_owned(),
    }
}

#[tokio::test]
async fn j04_only_the_proved_address_accepts_whoever_has_the_token() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    ada.invites(&acme, "cyd", json!({})).await;
    let token = server.token("cyd").await;
    // Somebody else, also one whose address is almost it, and whoever invited.
    let near = server.browser();
    near.signs_up(&server, "cyd.x").await;
    for who in [&bob, &ada, &near] {
        assert_eq!(tries(who, &token).await, "INVITATION_EMAIL_MISMATCH");
    }
    // The same address, not proved: a sign-up that waits for its code.
    let unproved = server.browser();
    let attempt = unproved.begins_sign_up("cyd").await;
    assert_eq!(tries(&unproved, &token).await, "INVITATION_REQUIRES_SIGNUP");
    // And an address that hangs at an account without having been proved.
    let (deployment, user) = (server.app.sites[0].config.id.clone(), bob.user_id().await);
    let id = keyrack_server::id::EmailAddressId::draw(&server.app.world).to_string();
    let added = server.app.db.write(move |tx| {
        tx.execute(
            "insert into email_addresses (id, deployment_id, user_id, email, is_primary, created_at, updated_at)
             values ($1, $2, $3, 'cyd@example.com', 0, 0, 0)",
            keyrack_server::params![&id, &deployment, &user],
        )
    });
    added.await.unwrap();
    assert_eq!(tries(&server.signed_in("bob").await, &token).await, "INVITATION_EMAIL_MISMATCH");
    assert_eq!(members(&ada, &acme).await, 2);
    // Once it is proved it is accepted.
    unproved.asks_for_code(&attempt).await.ok();
    unproved.enters_code(&attempt, &server.code("cyd").await).await.ok();
    assert_eq!(tries(&unproved, &token).await, "in");
}

#[tokio::test]
async fn j04_it_works_once_in_time_and_not_after_it_was_withdrawn_or_its_member_removed() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let path = format!("/organizations/{acme}");
    ada.invites(&acme, "bob", json!({ "role_id": ADMIN })).await;
    let token = server.token("bob").await;
    assert_eq!(tries(&bob, &token).await, "in");
    // Twice gives nothing more: not the role that was taken, not the membership that was ended.
    let bobs = ada.membership(&path, "bob").await;
    ada.post(&format!("{path}/members/{bobs}/roles/{ADMIN}/remove"), json!({})).await.ok();
    assert_eq!(bob.accepts(&token).await["already_member"], true);
    let denied = bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
    ada.post(&format!("{path}/members/{bobs}/remove"), json!({})).await.ok();
    assert_eq!(tries(&bob, &token).await, "INVITATION_INVALID");
    // Nor does one that was still open when its member, who had come in another way, was removed.
    ada.invites(&acme, "bob", json!({})).await;
    server.join(&acme, &bob.user_id().await, &[MEMBER]).await;
    ada.post(&format!("{path}/members/{}/remove", bob.user_id().await), json!({})).await.ok();
    assert_eq!(tries(&bob, &server.token("bob").await).await, "INVITATION_INVALID");
    assert_eq!(ada.invitations(&acme).await, Vec::<Value>::new());
    // Until the last moment.
    let server_ends = |by: i64| server.advance(by);
    ada.invites(&acme, "bob", json!({})).await;
    let token = server.token("bob").await;
    server_ends(10 * DAY);
    let bob = server.signed_in("bob").await;
    let late = bob.accepts(&token).await;
    assert_eq!(late["error_code"], "INVITATION_EXPIRED");
    assert_eq!(late["invited_email"], "bob@example.com");
    let ada = server.signed_in("ada").await;
    let invitation = ada.invites(&acme, "bob", json!({})).await;
    let token = server.token("bob").await;
    server_ends(10 * DAY - 1);
    assert_eq!(tries(&server.signed_in("bob").await, &token).await, "in", "{invitation}");
}

#[tokio::test]
async fn j04_nothing_in_a_token_can_be_exchanged_and_none_is_guessed() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (acme, other) = (ada.founds("Acme").await, ada.founds("Other").await);
    let mine = ada.invites(&acme, "bob", json!({})).await;
    let bobs = server.token("bob").await;
    ada.invites(&other, "cyd", json!({ "role_id": ADMIN })).await;
    let cyds = server.token("cyd").await;
    let flipped = |at: usize| {
        let mut bytes = bobs.clone().into_bytes();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        String::from_utf8(bytes).unwrap()
    };
    let id = mine["id"].as_str().unwrap();
    let mut wrong = vec![
        format!("{}{}", &cyds[..30], &bobs[30..]),
        format!("{}{}", &bobs[..30], &cyds[30..]),
        id.to_owned(),
        format!("org.{}{}", &id[4..], "0".repeat(64)),
        bobs[..bobs.len() - 1].to_owned(),
        bobs.to_uppercase(),
        "undefined".repeat(20),
        "'; drop table invitations; --".to_owned(),
    ];
    wrong.extend((4..bobs.len()).step_by(7).map(flipped));
    for token in wrong {
        assert_eq!(tries(&bob, &token).await, "INVITATION_INVALID", "{token}");
        let told = bob.validates(&token).await;
        assert_eq!(
            (&told["valid"], &told["email"], &told["organization"]),
            (&json!(false), &Value::Null, &Value::Null)
        );
    }
    // What is sent beside it is not looked at, and none of the tries has cost it anything.
    let more = json!({
        "token": bobs, "organization_id": other, "role_id": ADMIN, "email": "eve@example.com", "user_id": "usr_x",
    });
    let accepted = bob.post("/organizations/invitations/accept", more).await.ok();
    assert_eq!(accepted["organization"]["id"], json!(acme));
    let page = bob.get(&format!("/organizations/{acme}/members?search=bob")).await.ok();
    assert_eq!(page["data"][0]["roles"].as_array().unwrap().len(), 1);
    assert_eq!(page["data"][0]["roles"][0]["id"], MEMBER);
}

#[tokio::test]
async fn j06_nobody_invites_to_more_than_they_have_and_none_but_managers_invite() {
    let server = Keyrack::start_with(managers).await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let invite = format!("{path}/invitations");
    let bobs = ada.membership(&path, "bob").await;
    assert_eq!(
        bob.post(&invite, invitation_form("cyd", json!({}))).await.refused(),
        refused(403, "permission_denied")
    );
    assert_eq!(bob.get(&invite).await.refused(), refused(403, "permission_denied"));
    ada.post(&format!("{path}/members/{bobs}/roles/rol_org_manager/add"), json!({})).await.ok();
    let more = bob.post(&invite, invitation_form("cyd", json!({ "role_id": ADMIN }))).await;
    assert_eq!(more.refused(), refused(403, "role_exceeds_yours"));
    // What an administrator has sent a manager does not take over by sending it anew.
    let admins = ada.invites(&acme, "cyd", json!({ "role_id": ADMIN })).await;
    server.advance(MINUTE);
    let one = format!("{invite}/{}", admins["id"].as_str().unwrap());
    assert_eq!(
        bob.post(&format!("{one}/resend"), json!({})).await.refused(),
        refused(403, "role_exceeds_yours")
    );
    // A role of another organization is none, nor is one of the other kind.
    let other = ada.founds("Other").await;
    let role = json!({ "name": "Own", "permissions": ["organization:member"] });
    let role = ada.post(&format!("/organizations/{other}/roles"), role).await.ok()["id"].clone();
    for role in [role, json!("rol_wsp_admin"), json!("rol_org_none"), json!("x")] {
        let reply = ada.post(&invite, invitation_form("dan", json!({ "role_id": role }))).await;
        assert_eq!(reply.refused(), refused(404, "role_not_found"), "{role}");
    }
    let place = ada.founds_in(&other, "Place").await;
    let reply = ada.post(&invite, invitation_form("dan", json!({ "workspace_id": place }))).await;
    assert_eq!(reply.refused(), refused(404, "workspace_not_found"));
    // What a manager has, a manager gives; the usual role belongs to the deployment.
    bob.invites(&acme, "dan", json!({ "role_id": "rol_org_manager" })).await;
    bob.invites(&acme, "eve", json!({ "role_id": MEMBER })).await;
    assert_eq!(server.mails("cyd").await.len(), 1);
}

#[tokio::test]
async fn j06_what_the_inviter_may_not_give_any_more_is_not_given() {
    let server = Keyrack::start_with(managers).await;
    let (ada, bob, acme) = acme(&server).await;
    let cyd = server.signed_up("cyd").await;
    let path = format!("/organizations/{acme}");
    let bobs = ada.membership(&path, "bob").await;
    let admin = format!("{path}/members/{bobs}/roles/{ADMIN}");
    ada.post(&format!("{admin}/add"), json!({})).await.ok();
    let invitation = bob.invites(&acme, "cyd", json!({ "role_id": ADMIN })).await;
    let token = server.token("cyd").await;
    ada.post(&format!("{admin}/remove"), json!({})).await.ok();
    assert_eq!(tries(&cyd, &token).await, "INVITATION_INVALID");
    assert_eq!(cyd.validates(&token).await["valid"], false);
    ada.post(&format!("{admin}/add"), json!({})).await.ok();
    assert_eq!(cyd.validates(&token).await["valid"], true);
    let operator = Operator(&server);
    operator.post("/users/bob@example.com/disable").await.ok();
    assert_eq!(tries(&cyd, &token).await, "INVITATION_INVALID");
    ada.post(&format!("{path}/members/{bobs}/remove"), json!({})).await.ok();
    operator.post("/users/bob@example.com/enable").await.ok();
    assert_eq!(tries(&cyd, &token).await, "INVITATION_INVALID");
    // It shows, and an administrator makes it their own.
    assert_eq!(ada.invitations(&acme).await[0]["inviter"], Value::Null);
    server.advance(MINUTE);
    ada.post(&format!("{path}/invitations/{}/resend", invitation["id"].as_str().unwrap()), json!({}))
        .await
        .ok();
    assert_eq!(tries(&cyd, &server.token("cyd").await).await, "in");
    cyd.post(&format!("{path}/update"), json!({ "name": "Cyd's" })).await.ok();
}

#[tokio::test]
async fn j06_a_role_that_is_gone_is_not_given_and_who_joins_is_a_member() {
    let server = Keyrack::start_with(managers).await;
    let (ada, cyd) = (server.signed_up("ada").await, server.signed_up("cyd").await);
    let acme = ada.founds("Acme").await;
    let path = format!("/organizations/{acme}");
    let role = json!({ "name": "Own", "permissions": ["organization:manage"] });
    let role = ada.post(&format!("{path}/roles"), role).await.ok()["id"].clone();
    ada.invites(&acme, "cyd", json!({ "role_id": role })).await;
    ada.post(&format!("{path}/roles/{}/remove", role.as_str().unwrap()), json!({})).await.ok();
    assert_eq!(ada.invitations(&acme).await[0]["initial_organization_role"], Value::Null);
    assert_eq!(tries(&cyd, &server.token("cyd").await).await, "in");
    let page = ada.get(&format!("{path}/members?search=cyd")).await.ok();
    assert_eq!(page["data"][0]["roles"][0]["id"], MEMBER);
}

#[tokio::test]
async fn j06_a_workspaces_manager_invites_members_of_the_organization_and_no_stranger() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.workspaces.members_create = true).await;
    let (ada, bob, acme) = acme(&server).await;
    let cyd = server.signed_up("cyd").await;
    server.join(&acme, &cyd.user_id().await, &[MEMBER]).await;
    let bobs_place = bob.founds_in(&acme, "Bob's").await;
    let adas_place = ada.founds_in(&acme, "Ada's").await;
    let path = format!("/organizations/{acme}/invitations");
    let body = json!({ "workspace_id": bobs_place });
    let stranger = bob.post(&path, invitation_form("dan", body.clone())).await;
    assert_eq!(stranger.refused(), refused(403, "permission_denied"));
    let elsewhere = bob.post(&path, invitation_form("cyd", json!({ "workspace_id": adas_place }))).await;
    assert_eq!(elsewhere.refused(), refused(404, "workspace_not_found"));
    let promoted = json!({ "workspace_id": bobs_place, "role_id": ADMIN });
    let promoted = bob.post(&path, invitation_form("cyd", promoted)).await;
    assert_eq!(promoted.refused(), refused(403, "permission_denied"));
    bob.invites(&acme, "cyd", body).await;
    let listed = bob.get(&format!("{path}?workspace_id={bobs_place}")).await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    for hidden in [path.clone(), format!("{path}?workspace_id={adas_place}")] {
        assert!(bob.get(&hidden).await.refused().0 >= 403, "{hidden}");
    }
    assert_eq!(tries(&cyd, &server.token("cyd").await).await, "in");
    // Whoever left the organization meanwhile is a stranger, whom he cannot bring back.
    bob.post(&format!("/workspaces/{bobs_place}/members/{}/remove", cyd.user_id().await), json!({}))
        .await
        .ok();
    bob.invites(&acme, "cyd", json!({ "workspace_id": bobs_place })).await;
    cyd.post(&format!("/organizations/{acme}/leave"), json!({})).await.ok();
    assert_eq!(tries(&cyd, &server.token("cyd").await).await, "INVITATION_INVALID");
}

#[tokio::test]
async fn j13_whoever_is_disabled_or_deleted_accepts_nothing() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({})).await;
    let token = server.token("bob").await;
    let operator = Operator(&server);
    operator.post("/users/bob@example.com/disable").await.ok();
    assert_eq!(tries(&bob, &token).await, "requires_signin");
    operator.post("/users/bob@example.com/enable").await.ok();
    let bob = server.signed_in("bob").await;
    operator.ask(reqwest::Method::DELETE, "/users/bob@example.com", Value::Null).await.ok();
    assert_eq!(tries(&bob, &token).await, "INVITATION_INVALID");
    // Whoever has the address next was not invited.
    let next = server.signed_up("bob").await;
    assert_eq!(tries(&next, &token).await, "INVITATION_INVALID");
    assert_eq!(members(&ada, &acme).await, 1);
}
