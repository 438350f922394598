//! Attacks on organizations, their members and roles (area J), and ids of others.

use crate::organizations::{ADMIN, MEMBER, acme};
use crate::support::{Browser, Keyrack};
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
        bob.get(&path).await,
        bob.get(&format!("{path}/members")).await,
        bob.get(&format!("{path}/roles")).await,
        bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await,
        bob.send(bob.request(Method::PATCH, &path).json(&json!({ "name": "Bob's" }))).await,
        bob.send(bob.request(Method::DELETE, &path)).await,
        bob.post(&format!("{path}/leave"), json!({})).await,
        bob.post("/workspaces", json!({ "organization_id": acme, "name": "Bob's" })).await,
        bob.post("/session/switch-organization", json!({ "organization_id": acme })).await,
    ] {
        assert_eq!(reply.refused(), refused(404, "organization_not_found"));
    }
}

#[tokio::test]
async fn j01_whoever_is_removed_from_a_workspace_has_none_of_its_answers_and_stays_in_the_organization() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    server.join(&place, &bob.user_id().await, &["rol_wsp_member"]).await;
    bob.switches_workspace(&place).await;
    assert_eq!(bob.claims().await["workspace"], place);
    let path = format!("/workspaces/{place}");
    ada.post(&format!("{path}/members/{}/remove", bob.user_id().await), json!({})).await.ok();
    let claims = bob.claims().await;
    assert_eq!((&claims["organization"], &claims["workspace"]), (&json!(acme), &Value::Null));
    assert_eq!(claims["permissions"]["workspace"], json!([]));
    for reply in [
        bob.get(&path).await,
        bob.get(&format!("{path}/members")).await,
        bob.get(&format!("{path}/roles")).await,
        bob.send(bob.request(Method::PATCH, &path).json(&json!({ "name": "Bob's" }))).await,
        bob.post(&format!("{path}/leave"), json!({})).await,
        bob.post("/session/switch-workspace", json!({ "workspace_id": place })).await,
    ] {
        assert_eq!(reply.refused(), refused(404, "workspace_not_found"));
    }
}

#[tokio::test]
async fn j02_a_role_that_is_taken_or_removed_allows_nothing_at_the_next_mint_and_call() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.organizations.roles.own = true).await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let bobs = ada.membership(&path, "bob").await;
    bob.switches_organization(&acme).await;
    let admin = format!("{path}/members/{bobs}/roles/{ADMIN}");
    ada.post(&format!("{admin}/add"), json!({})).await.ok();
    bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await.ok();
    ada.post(&format!("{admin}/remove"), json!({})).await.ok();
    assert_eq!(bob.claims().await["organization_permissions"], json!(["organization:member"]));
    let denied = refused(403, "permission_denied");
    assert_eq!(bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await.refused(), denied);
    // A role of the organization's own that goes from everybody.
    let manages = json!({ "name": "Manager", "permissions": ["organization:manage"] });
    let role = ada.post(&format!("{path}/roles"), manages).await.ok()["id"].as_str().unwrap().to_owned();
    ada.post(&format!("{path}/members/{bobs}/roles/{role}/add"), json!({})).await.ok();
    assert_eq!(
        bob.claims().await["organization_permissions"],
        json!(["organization:manage", "organization:member"])
    );
    bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await.ok();
    ada.post(&format!("{path}/roles/{role}/remove"), json!({})).await.ok();
    assert_eq!(bob.claims().await["organization_permissions"], json!(["organization:member"]));
    assert_eq!(bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await.refused(), denied);
}

#[tokio::test]
async fn j06_no_update_of_a_membership_or_of_who_made_it_moves_a_role() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let (adas, bobs) = (ada.membership(&path, "ada").await, ada.membership(&path, "bob").await);
    let more = json!({
        "role": ADMIN, "role_id": ADMIN, "roles": [ADMIN], "permissions": ["organization:admin"],
        "user_id": bob.user_id().await, "organization_id": acme, "id": adas,
    });
    let update = async |browser: &Browser, path: String| {
        browser.send(browser.request(Method::PATCH, &path).json(&more)).await
    };
    let denied = refused(403, "permission_denied");
    for attack in [format!("{path}/members/{bobs}"), format!("{path}/members/{adas}"), path.clone()] {
        assert_eq!(update(&bob, attack.clone()).await.refused(), denied, "{attack}");
    }
    // Whoever may change it changes nothing of that either.
    let before = ada.get(&format!("{path}/members")).await.ok()["data"].clone();
    for (member, place) in [(&bobs, 1), (&adas, 0)] {
        assert_eq!(update(&ada, format!("{path}/members/{member}")).await.ok(), before[place]);
    }
    let given = json!({ "created_by": bob.user_id().await, "owner_id": bob.user_id().await });
    ada.send(ada.request(Method::PATCH, &path).json(&given)).await.ok();
    let after = ada.get(&format!("{path}/members")).await.ok()["data"].clone();
    assert_eq!(
        (&after[0]["roles"], &after[1]["roles"], after.as_array().unwrap().len()),
        (&before[0]["roles"], &before[1]["roles"], 2)
    );
    let makers = "select count(*) from organizations o join users u on u.id = o.created_by
                  where o.deployment_id = $1 and u.first_name = 'ada'";
    assert_eq!(server.count(makers).await, 1);
}

#[tokio::test]
async fn j08_a_role_and_a_membership_take_nothing_else() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.organizations.roles.own = true).await;
    let (ada, _bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let more = json!({
        "name": "Own", "id": ADMIN, "organization_id": Value::Null, "is_deployment_level": true, "own": false,
        "place_id": "org_other", "deployment_id": "other", "created_at": "1970-01-01T00:00:00.000Z",
    });
    let made = ada.post(&format!("{path}/roles"), more.clone()).await.ok();
    let own = format!("{path}/roles/{}", made["id"].as_str().unwrap());
    let changed = ada.send(ada.request(Method::PATCH, &own).json(&more)).await.ok();
    assert_eq!(changed, made);
    assert_ne!(made["id"], ADMIN);
    assert_eq!((&made["organization_id"], &made["is_deployment_level"]), (&json!(acme), &json!(false)));
    assert_eq!(made["permissions"], json!([]));
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
        "metadata": { "a": 1 }, "private_metadata": { "a": 1 }, "requires_second_factor": 1, "gate": 7, "version": 9,
        "picture_id": "pic_x", "deleted_at": 1, "unsettled": 1, "created_by": "usr_x", "organization_id": "org_mine",
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
