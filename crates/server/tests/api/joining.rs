//! Becoming a member, whoever lets somebody in: caps, roles, and the workspace that new members are put into.

use crate::organizations::{ADMIN, MEMBER, acme};
use crate::support::{Browser, Keyrack};
use keyrack_server::config::Deployment;
use keyrack_server::organization::join::Joined;
use reqwest::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn total(browser: &Browser, path: &str) -> i64 {
    browser.get(&format!("{path}/members")).await.ok()["meta"]["total"].as_i64().unwrap()
}

#[tokio::test]
async fn whoever_joins_gets_the_roles_that_there_are_or_the_members() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    for (name, roles, has) in [
        ("cyd", vec![ADMIN, "rol_org_gone", "rol_wsp_admin"], vec![ADMIN]),
        ("dan", vec!["rol_00000000000000000000000000"], vec![MEMBER]),
        ("eve", vec![], vec![MEMBER]),
    ] {
        let user = server.signed_up(name).await.user_id().await;
        server.join(&acme, &user, &roles).await;
        let page = ada.get(&format!("{path}/members?search={name}@")).await.ok();
        let ids: Vec<&str> =
            page["data"][0]["roles"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
        assert_eq!(ids, has, "{name}");
    }
    // Again changes nothing.
    assert_eq!(server.tries_to_join(&acme, &bob.user_id().await, &[ADMIN]).await, Joined::Before);
    let bobs = bob.get("/me/organization-memberships").await.ok();
    assert_eq!(bobs[0]["roles"][0]["id"], MEMBER);
    assert_eq!(total(&ada, &path).await, 5);
    let joined = "select count(*) from audit where deployment_id = $1 and event = 'member_joined'";
    assert_eq!(server.count(joined).await, 4);
}

#[tokio::test]
async fn a_place_has_no_more_members_than_the_deployment_allows() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.max_members = 2;
        deployment.workspaces.max_members = 1;
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    let (cyd, dan) = (server.signed_up("cyd").await, server.signed_up("dan").await);
    let (bobs, cyds, dans) = (bob.user_id().await, cyd.user_id().await, dan.user_id().await);
    assert_eq!(server.tries_to_join(&acme, &cyds, &[]).await, Joined::Full);
    assert_eq!(server.tries_to_join(&place, &bobs, &[]).await, Joined::Full);
    assert_eq!(server.tries_to_join(&acme, &bobs, &[]).await, Joined::Before);
    let path = format!("/organizations/{acme}");
    for round in 0..50 {
        let mut gone = 0;
        for whoever in [&bobs, &cyds, &dans] {
            let remove = ada.request(Method::DELETE, &format!("{path}/members/{whoever}"));
            gone += i32::from(ada.send(remove).await.status == 200);
        }
        assert_eq!(gone, 1, "round {round}");
        let (one, two) =
            tokio::join!(server.tries_to_join(&acme, &cyds, &[]), server.tries_to_join(&acme, &dans, &[]));
        let mut both = [one, two];
        both.sort_by_key(|joined| *joined == Joined::Full);
        assert_eq!(both, [Joined::Now, Joined::Full], "round {round}");
        assert_eq!(total(&ada, &path).await, 2, "round {round}");
    }
}

#[tokio::test]
async fn a_user_is_in_no_more_organizations_than_the_deployment_allows() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.organizations.max_per_user = 1).await;
    let (_ada, bob, acme) = acme(&server).await;
    let cyd = server.signed_up("cyd").await;
    let other = cyd.founds("Other").await;
    let bobs = bob.user_id().await;
    assert_eq!(server.tries_to_join(&other, &bobs, &[]).await, Joined::TooMany);
    assert_eq!(server.tries_to_join(&acme, &bobs, &[]).await, Joined::Before);
    bob.post(&format!("/organizations/{acme}/leave"), json!({})).await.ok();
    assert_eq!(server.tries_to_join(&other, &bobs, &[]).await, Joined::Now);
    let one_more = bob.post("/organizations", json!({ "name": "Bob's" })).await;
    assert_eq!(one_more.refused(), refused(400, "too_many_organizations"));
}

#[tokio::test]
async fn new_members_are_put_into_the_workspace_that_the_organization_names() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.workspaces.max_members = 2).await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}/update");
    let place = ada.founds_in(&acme, "Place").await;
    let says = async |id: &str| ada.post(&path, json!({ "auto_assigned_workspace_id": id })).await;
    let elsewhere = server.signed_up("cyd").await;
    let foreign = elsewhere.founds("Other").await;
    let foreign = elsewhere.founds_in(&foreign, "Theirs").await;
    for wrong in ["wsp_x", &foreign, &acme] {
        assert_eq!(says(wrong).await.refused(), refused(404, "workspace_not_found"), "{wrong}");
    }
    assert_eq!(says(&place).await.ok()["auto_assigned_workspace_id"], place);
    // Who is there already is put nowhere, and what is not said stays.
    assert_eq!(ada.post(&path, json!({})).await.ok()["auto_assigned_workspace_id"], place);
    assert_eq!(bob.get("/me/workspace-memberships").await.ok(), json!([]));
    let dan = server.signed_up("dan").await;
    server.join(&acme, &dan.user_id().await, &[ADMIN]).await;
    let dans = dan.get("/me/workspace-memberships").await.ok();
    assert_eq!(
        (&dans[0]["workspace_id"], &dans[0]["roles"][0]["id"]),
        (&json!(place), &json!("rol_wsp_member"))
    );
    // It is full now, and the organization is not.
    let eve = server.signed_up("eve").await;
    server.join(&acme, &eve.user_id().await, &[]).await;
    assert_eq!(eve.get("/me/workspace-memberships").await.ok(), json!([]));
    for none in ["0", ""] {
        says(&place).await.ok();
        assert_eq!(says(none).await.ok()["auto_assigned_workspace_id"], "");
    }
    says(&place).await.ok();
    ada.post(&format!("/workspaces/{place}/delete"), json!({})).await.ok();
    let shown = ada.get(&format!("/organizations/{acme}")).await.ok();
    assert_eq!(shown["auto_assigned_workspace_id"], Value::String(String::new()));
    let fay = server.signed_up("fay").await;
    server.join(&acme, &fay.user_id().await, &[]).await;
}
