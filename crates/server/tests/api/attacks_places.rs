//! Attacks of those who may do something in a place, on what they may not do there (area J).

use crate::organizations::{MEMBER, acme};
use crate::support::{Keyrack, invitation_form};
use keyrack_server::config::Deployment;
use keyrack_server::config::teams::Role;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn managers(deployment: &mut Deployment) {
    deployment.organizations.roles.everywhere.push(Role {
        key: "manager".to_owned(),
        name: "Manager".to_owned(),
        permissions: vec!["organization:manage".to_owned()],
    });
}

/// Whoever says that new members come into a workspace could else come into it as a new member.
#[tokio::test]
async fn j06_nobody_lets_new_members_into_a_workspace_that_they_do_not_manage() {
    let server = Keyrack::start_with(managers).await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let bobs = ada.membership(&path, "bob").await;
    ada.post(&format!("{path}/members/{bobs}/roles/rol_org_manager/add"), json!({})).await.ok();
    let secret = ada.founds_in(&acme, "Secret").await;
    let usual = async || ada.get(&path).await.ok()["auto_assigned_workspace_id"].clone();
    let lets = |id: &str| json!({ "name": "Bob's", "auto_assigned_workspace_id": id });
    let nobodys = bob.post(&format!("{path}/update"), lets("wsp_00000000000000000000000000")).await;
    let reply = bob.post(&format!("{path}/update"), lets(&secret)).await;
    assert_eq!((reply.status, &reply.text), (404, &nobodys.text));
    let inside = server.join(&secret, &bob.user_id().await, &["rol_wsp_member"]).await;
    let reply = bob.post(&format!("{path}/update"), lets(&secret)).await;
    assert_eq!(reply.refused(), refused(403, "permission_denied"));
    assert_eq!((usual().await, &ada.get(&path).await.ok()["name"]), (json!(""), &json!("Acme")));
    // Whoever manages both may, and whoever manages the organization may say that it is none.
    let admin = format!("/workspaces/{secret}/members/{inside}/roles/rol_wsp_admin");
    ada.post(&format!("{admin}/add"), json!({})).await.ok();
    bob.post(&format!("{path}/update"), lets(&secret)).await.ok();
    assert_eq!(usual().await, json!(secret));
    ada.post(&format!("{admin}/remove"), json!({})).await.ok();
    bob.post(&format!("{path}/update"), json!({ "auto_assigned_workspace_id": "0" })).await.ok();
    assert_eq!(usual().await, json!(""));
}

/// Whoever may not see an invitation is told the same of it as of one that there is not.
#[tokio::test]
async fn j04_nobody_learns_from_an_id_that_there_is_an_invitation_which_they_may_not_see() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.workspaces.members_create = true).await;
    let (ada, bob, acme) = acme(&server).await;
    let (adas, bobs) = (ada.founds_in(&acme, "Ada's").await, bob.founds_in(&acme, "Bob's").await);
    server.join(&adas, &bob.user_id().await, &["rol_wsp_member"]).await;
    let hers = ada.founds_in(&acme, "Hers").await;
    let mut hidden = Vec::new();
    for (name, body) in [
        ("cyd", json!({})),
        ("dan", json!({ "workspace_id": adas })),
        ("eve", json!({ "workspace_id": hers })),
    ] {
        hidden.push(ada.invites(&acme, name, body).await["id"].as_str().unwrap().to_owned());
    }
    for step in ["resend", "discard"] {
        let answer = async |id: &str| {
            let path = format!("/organizations/{acme}/invitations/{id}/{step}");
            let reply = bob.post(&path, json!({})).await;
            (reply.status, reply.text)
        };
        let nobodys = answer("inv_00000000000000000000000000").await;
        for id in &hidden {
            assert_eq!(answer(id).await, nobodys, "{step}");
        }
    }
    assert_eq!(ada.invitations(&acme).await.len(), 3);
    // What is in the workspace that he manages he sees.
    server.join(&acme, &server.signed_up("fay").await.user_id().await, &[MEMBER]).await;
    let his = bob.invites(&acme, "fay", json!({ "workspace_id": bobs })).await;
    let path = format!("/organizations/{acme}/invitations/{}/discard", his["id"].as_str().unwrap());
    bob.post(&path, json!({})).await.ok();
}

/// A token that was used once brings nobody in again where the operator has switched the places off.
#[tokio::test]
async fn j04_a_used_token_leads_to_no_place_that_the_deployment_has_switched_off() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let place = ada.founds_in(&acme, "Place").await;
    ada.post(
        &format!("/organizations/{acme}/invitations"),
        invitation_form("bob", json!({ "workspace_id": place })),
    )
    .await
    .ok();
    let token = server.token("bob").await;
    bob.accepts(&token).await;
    assert!(bob.stands().await.iter().all(|membership| !membership.is_null()));
    let server = server.restart_with(|config| config.deployments[0].workspaces.enabled = false).await;
    let bob = bob.copied_to(&server);
    assert_eq!(bob.accepts(&token).await["workspace"], Value::Null);
    let [organization, workspace] = bob.stands().await;
    assert_eq!((organization.is_null(), workspace), (false, Value::Null));
    let server = server.restart_with(|config| config.deployments[0].organizations.enabled = false).await;
    let bob = bob.copied_to(&server);
    assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
    assert_eq!(bob.accepts(&token).await["error_code"], "INVITATION_INVALID");
    assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
    assert_eq!(bob.claims().await["organization"], Value::Null);
}

#[tokio::test]
async fn m11_no_page_limit_or_cursor_of_a_public_list_is_a_fault_or_shows_what_is_anothers() {
    let server = Keyrack::start().await;
    let (ada, _bob, acme) = acme(&server).await;
    let (eve, place) = (server.signed_up("eve").await, ada.founds_in(&acme, "Place").await);
    let hers = eve.founds("Eve's").await;
    eve.founds_in(&hers, "Eve's").await;
    for (who, organization) in [(&ada, &acme), (&eve, &hers)] {
        who.invites(organization, "guest", json!({})).await;
    }
    for user in [ada.user_id().await, eve.user_id().await] {
        server.tells(&user, None, 2).await;
    }
    let eves = eve.membership(&format!("/organizations/{hers}"), "eve").await;
    let invited = eve.invitations(&hers).await[0]["id"].as_str().unwrap().to_owned();
    let told = eve.inbox("").await[0]["id"].as_str().unwrap().to_owned();
    let numbers =
        ["0", "-1", "101", "1000000000", "ten", "%2B1", "0x1", "18446744073709551616", "1e1", "%201", "1.5"];
    let long = "0".repeat(4_000);
    let cursors = [
        &eves,
        &format!("{eves}0."),
        &format!("{eves}-1."),
        &format!("{eves}99999999999999999999."),
        &invited,
        &told,
        &long,
        "%00",
        "'",
        "%25",
        "..",
        "null",
        "mem_",
        "%ff",
    ];
    for (path, has_pages) in [
        (format!("/organizations/{acme}/members"), true),
        (format!("/workspaces/{place}/members"), true),
        (format!("/organizations/{acme}/invitations"), false),
        ("/notifications".to_owned(), false),
    ] {
        let names = if has_pages { &["limit", "page"][..] } else { &["limit"] };
        for number in numbers {
            for name in names {
                let reply = ada.get(&format!("{path}?{name}={number}")).await;
                let fits = number == "101" && *name == "page" && reply.status == 200;
                assert!(
                    fits || reply.refused() == refused(400, "invalid_parameter"),
                    "{path} {name}={number}"
                );
            }
        }
        for cursor in cursors {
            let reply = ada.get(&format!("{path}?cursor={cursor}")).await;
            assert!([200, 400].contains(&reply.status), "{path} {cursor}: {} {}", reply.status, reply.text);
            for foreign in [&eves, &invited, &told, &hers] {
                assert!(!reply.text.contains(foreign.as_str()), "{path} {cursor}: {}", reply.text);
            }
        }
    }
}
