//! Attacks on organizations, their members and roles (area J), and ids of others.

use crate::organizations::{ADMIN, MEMBER, acme};
use crate::support::Keyrack;
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn j01_a_removed_member_gets_no_token_of_the_organization_and_none_of_its_answers() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    bob.switches_organization(&acme).await;
    assert_eq!(bob.claims().await["organization"], acme);
    let path = format!("/organizations/{acme}");
    ada.post(&format!("{path}/members/{}/remove", bob.user_id().await), json!({})).await.ok();
    assert_eq!(bob.claims().await["organization"], Value::Null);
    for reply in [
        bob.get(&format!("{path}/members")).await,
        bob.get(&format!("{path}/roles")).await,
        bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await,
        bob.post(&format!("{path}/leave"), json!({})).await,
        bob.post("/session/switch-organization", json!({ "organization_id": acme })).await,
    ] {
        assert_eq!(reply.refused(), refused(404, "organization_not_found"));
    }
}

#[tokio::test]
async fn j02_a_role_that_is_taken_or_removed_allows_nothing_at_the_next_mint_and_call() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let bobs = ada.membership(&path, "bob").await;
    bob.switches_organization(&acme).await;
    let admin = format!("{path}/members/{bobs}/roles/{ADMIN}");
    ada.post(&format!("{admin}/add"), json!({})).await.ok();
    bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await.ok();
    ada.post(&format!("{admin}/remove"), json!({})).await.ok();
    assert_eq!(bob.claims().await["organization_permissions"], json!(["organization:member"]));
    let denied = bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
}

#[tokio::test]
async fn j06_nobody_promotes_themselves_or_moves_what_they_do_not_have() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        let roles = &mut deployment.organizations.roles;
        roles.own = true;
        roles.everywhere.push(keyrack_server::config::teams::Role {
            key: "manager".to_owned(),
            name: "Manager".to_owned(),
            permissions: vec!["organization:manage".to_owned(), "organization:member".to_owned()],
        });
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let (adas, bobs) = (ada.membership(&path, "ada").await, ada.membership(&path, "bob").await);
    ada.post(&format!("{path}/members/{bobs}/roles/rol_org_manager/add"), json!({})).await.ok();
    let exceeds = refused(403, "role_exceeds_yours");
    for attack in [
        format!("{path}/members/{bobs}/roles/{ADMIN}/add"),
        format!("{path}/members/{adas}/roles/{ADMIN}/add"),
        format!("{path}/members/{adas}/roles/{ADMIN}/remove"),
        format!("{path}/members/{adas}/remove"),
    ] {
        assert_eq!(bob.post(&attack, json!({})).await.refused(), exceeds, "{attack}");
    }
    let more = json!({ "name": "More", "permissions": ["organization:admin"] });
    assert_eq!(
        bob.post(&format!("{path}/roles"), more.clone()).await.refused(),
        refused(403, "permission_denied")
    );
    // A role of another organization is none here.
    let cyd = server.signed_up("cyd").await;
    let other = cyd.founds("Other").await;
    let role = cyd.post(&format!("/organizations/{other}/roles"), more).await.ok();
    let give = format!("{path}/members/{bobs}/roles/{}/add", role["id"].as_str().unwrap());
    for browser in [&bob, &ada, &cyd] {
        let refusal = browser.post(&give, json!({})).await.refused();
        assert!(
            refusal == refused(404, "role_not_found") || refusal == refused(404, "organization_not_found")
        );
    }
    // What a manager has, a manager gives and takes.
    let dan = server.signed_up("dan").await;
    server.join(&acme, &dan.user_id().await, &[MEMBER]).await;
    let dans = ada.membership(&path, "dan").await;
    bob.post(&format!("{path}/members/{dans}/roles/rol_org_manager/add"), json!({})).await.ok();
    bob.post(&format!("{path}/members/{dans}/remove"), json!({})).await.ok();
}

#[tokio::test]
async fn j08_nothing_is_set_that_no_operation_takes() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let more = json!({
        "name": "Acme", "id": "org_mine", "member_count": 99, "created_at": 0, "deployment_id": "other",
        "public_metadata": { "a": 1 }, "private_metadata": { "a": 1 }, "requires_second_factor": 1, "gate": 7,
        "image_url": "https://x.example", "roles": ["x"], "allowed_addresses": ["10.0.0.1"],
    });
    let made = ada.post("/organizations", more.clone()).await.ok()["organization"].clone();
    let id = made["id"].as_str().unwrap();
    assert_ne!(id, "org_mine");
    let changed = ada.post(&format!("/organizations/{id}/update"), more).await.ok();
    for organization in [&made, &changed] {
        assert_eq!(
            (&organization["member_count"], &organization["public_metadata"]),
            (&json!(1), &json!({}))
        );
        assert_eq!((&organization["enforce_mfa"], &organization["image_url"]), (&json!(false), &json!("")));
        assert_eq!(organization["whitelisted_ips"], json!([]));
    }
}

#[tokio::test]
async fn j12_who_acts_is_the_credentials_user_whatever_the_body_says() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let ada_is = ada.user_id().await;
    let body = json!({ "name": "Bob's", "user_id": ada_is, "owner_id": ada_is, "actor": ada_is, "on_behalf_of": ada_is });
    let made = bob.post("/organizations", body.clone()).await.ok();
    assert_eq!(made["membership"]["user_id"], bob.user_id().await);
    let denied = bob.post(&format!("/organizations/{acme}/update"), body).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
}

#[tokio::test]
async fn j13_whoever_is_disabled_acts_nowhere_and_whoever_is_deleted_is_a_member_nowhere() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    bob.switches_organization(&acme).await;
    let operator = crate::support::Operator(&server);
    let path = format!("/organizations/{acme}");
    operator.post("/users/bob@example.com/disable").await.ok();
    for reply in [
        bob.get(&format!("{path}/members")).await,
        bob.post(&format!("{path}/leave"), json!({})).await,
        bob.post("/session/switch-organization", json!({ "organization_id": acme })).await,
        bob.post("/organizations", json!({ "name": "Bob's" })).await,
    ] {
        assert_eq!(reply.refused(), refused(401, "signed_out"));
    }
    assert_eq!(ada.get(&format!("{path}/members")).await.ok()["meta"]["total"], 2);
    operator.ask(Method::DELETE, "/users/bob@example.com", Value::Null).await.ok();
    let page = ada.get(&format!("{path}/members")).await.ok();
    assert_eq!((page["meta"]["total"].as_i64(), page["data"].as_array().unwrap().len()), (Some(1), 1));
    let left = "select count(*) from member_words where deployment_id = $1 and word like 'bob%'";
    assert_eq!(server.count(left).await, 0);
}

#[tokio::test]
async fn two_administrators_who_remove_each_other_leave_one() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let (adas, bobs) = (ada.user_id().await, bob.user_id().await);
    let bob_is = ada.membership(&path, "bob").await;
    ada.post(&format!("{path}/members/{bob_is}/roles/{ADMIN}/add"), json!({})).await.ok();
    for round in 0..50 {
        let (his, hers) = (format!("{path}/members/{adas}/remove"), format!("{path}/members/{bobs}/remove"));
        let (removed_ada, removed_bob) = tokio::join!(bob.post(&his, json!({})), ada.post(&hers, json!({})));
        let (winner, loser, gone) = match (removed_ada.status, removed_bob.status) {
            (200, 404) => (&bob, removed_bob, &adas),
            (404, 200) => (&ada, removed_ada, &bobs),
            other => panic!("round {round}: {other:?} {} {}", removed_ada.text, removed_bob.text),
        };
        assert_eq!(loser.refused(), refused(404, "organization_not_found"));
        assert_eq!(
            winner.post(&format!("{path}/leave"), json!({})).await.refused(),
            refused(409, "last_administrator")
        );
        server.join(&acme, gone, &[ADMIN]).await;
    }
    assert_eq!(ada.get(&format!("{path}/members")).await.ok()["meta"]["total"], 2);
}

#[tokio::test]
async fn two_administrators_who_leave_or_step_down_at_once_leave_one() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let (bobs, bob_is) = (ada.membership(&path, "bob").await, bob.user_id().await);
    let adas = ada.membership(&path, "ada").await;
    ada.post(&format!("{path}/members/{bobs}/roles/{ADMIN}/add"), json!({})).await.ok();
    for round in 0..50 {
        let (leave, down) = (format!("{path}/leave"), format!("{path}/members/{adas}/roles/{ADMIN}/remove"));
        let (left, stepped_down) = tokio::join!(bob.post(&leave, json!({})), ada.post(&down, json!({})));
        match (left.status, stepped_down.status) {
            (200, 409) => {
                server.join(&acme, &bob_is, &[ADMIN]).await;
            }
            (409, 200) => {
                bob.post(&format!("{path}/members/{adas}/roles/{ADMIN}/add"), json!({})).await.ok();
            }
            other => panic!("round {round}: {other:?} {} {}", left.text, stepped_down.text),
        }
    }
}

#[tokio::test]
async fn two_who_make_the_last_organization_or_workspace_that_there_may_be_make_one() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.max_created_per_user = 1;
        deployment.workspaces.max_per_organization = 1;
    })
    .await;
    for round in 0..25 {
        let ada = server.signed_up(&format!("ada{round}")).await;
        let tab = ada.copied();
        let body = json!({ "name": "Acme" });
        let (one, two) =
            tokio::join!(ada.post("/organizations", body.clone()), tab.post("/organizations", body));
        let mut both = [one, two];
        both.sort_by_key(|reply| reply.status);
        let organization = both[0].ok()["organization"]["id"].clone();
        assert_eq!(both[1].refused(), refused(400, "too_many_organizations"), "round {round}");
        let body = json!({ "name": "Place", "organization_id": organization });
        let (one, two) = tokio::join!(ada.post("/workspaces", body.clone()), tab.post("/workspaces", body));
        let mut both = [one, two];
        both.sort_by_key(|reply| reply.status);
        both[0].ok();
        assert_eq!(both[1].refused(), refused(400, "too_many_workspaces"), "round {round}");
    }
}
