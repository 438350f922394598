//! Workspaces as the members of an organization use them.

use crate::organizations::{ADMIN, acme};
use crate::support::Keyrack;
use keyrack_server::config::Deployment;
use serde_json::{Value, json};

const ADMINISTRATOR: &str = "rol_wsp_admin";
const WORKER: &str = "rol_wsp_member";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn who_manages_the_organization_makes_them_and_others_where_the_deployment_says_so() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.workspaces.max_per_organization = 2;
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let body = json!({ "organization_id": acme, "name": "Place", "description": "x" });
    assert_eq!(bob.post("/workspaces", body.clone()).await.refused(), refused(403, "permission_denied"));
    let made = ada.post("/workspaces", body.clone()).await.ok();
    assert_eq!(
        (&made["workspace"]["organization_id"], &made["workspace"]["member_count"]),
        (&json!(acme), &json!(1))
    );
    assert_eq!(made["membership"]["roles"][0]["id"], ADMINISTRATOR);
    assert_eq!(made["membership"]["organization"]["id"], acme);
    assert_eq!(ada.get("/me/workspace-memberships").await.ok(), json!([made["membership"]]));
    let server = server.restart_with(|config| config.deployments[0].workspaces.members_create = true).await;
    bob.post("/workspaces", body.clone()).await.ok();
    assert_eq!(ada.post("/workspaces", body).await.refused(), refused(400, "too_many_workspaces"));
    for (body, status, code) in [
        (json!({ "organization_id": "org_x", "name": "x" }), 404, "organization_not_found"),
        (json!({ "organization_id": acme }), 400, "REQUIRED_FIELD"),
        (json!({ "name": "x" }), 400, "REQUIRED_FIELD"),
    ] {
        assert_eq!(ada.post("/workspaces", body).await.refused(), refused(status, code));
    }
    let _server = server.restart_with(|config| config.deployments[0].workspaces.enabled = false).await;
    let off = ada.post("/workspaces", json!({ "organization_id": acme, "name": "x" })).await;
    assert_eq!(off.refused(), refused(403, "workspaces_disabled"));
    assert_eq!(ada.get("/me/workspace-memberships").await.ok(), json!([]));
}

#[tokio::test]
async fn a_workspace_is_its_members_and_the_organizations_administrators() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.workspaces.members_create = true;
        deployment.workspaces.roles.own = true;
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let cyd = server.signed_up("cyd").await;
    server.join(&acme, &cyd.user_id().await, &["rol_org_member"]).await;
    let place = bob.founds_in(&acme, "Bob's").await;
    let path = format!("/workspaces/{place}");
    // Cyd is in the organization, and the workspace is none of hers.
    for reply in [
        cyd.get(&format!("{path}/members")).await,
        cyd.get(&format!("{path}/roles")).await,
        cyd.post(&format!("{path}/update"), json!({})).await,
        cyd.post(&format!("{path}/leave"), json!({})).await,
        cyd.post("/session/switch-workspace", json!({ "workspace_id": place })).await,
    ] {
        assert_eq!(reply.refused(), refused(404, "workspace_not_found"));
    }
    // Ada is no member of it, but administrates the organization.
    assert_eq!(ada.get(&format!("{path}/members")).await.ok()["meta"]["total"], 1);
    ada.post(&format!("{path}/update"), json!({ "name": "Ours" })).await.ok();
    assert_eq!(
        ada.post(&format!("{path}/leave"), json!({})).await.refused(),
        refused(404, "membership_not_found")
    );
    let stands = ada.post("/session/switch-workspace", json!({ "workspace_id": place })).await;
    assert_eq!(stands.refused(), refused(404, "workspace_not_found"));
    server.join(&place, &cyd.user_id().await, &[WORKER]).await;
    let cyds = bob.membership(&path, "cyd").await;
    let given = ada.post(&format!("{path}/members/{cyds}/roles/{ADMINISTRATOR}/add"), json!({})).await.ok();
    assert_eq!(given["workspace_id"], place);
    // An organization's role is none of a workspace's.
    let foreign = ada.post(&format!("{path}/members/{cyds}/roles/{ADMIN}/add"), json!({})).await;
    assert_eq!(foreign.refused(), refused(404, "role_not_found"));
    cyd.post(&format!("{path}/members/{}/remove", bob.user_id().await), json!({})).await.ok();
    assert_eq!(bob.stands().await[1], Value::Null);
    assert_eq!(bob.get(&format!("{path}/members")).await.refused(), refused(404, "workspace_not_found"));
    assert_eq!(
        cyd.post(&format!("{path}/leave"), json!({})).await.refused(),
        refused(409, "last_administrator")
    );
    let guest = json!({ "name": "Guest", "permissions": ["workspace:member"] });
    let role = cyd.post(&format!("{path}/roles"), guest).await.ok();
    assert_eq!((&role["workspace_id"], &role["permissions"]), (&json!(place), &json!(["workspace:member"])));
    let id = role["id"].as_str().unwrap();
    assert_eq!(cyd.get(&format!("{path}/roles")).await.ok()[2], role);
    cyd.post(&format!("{path}/members/{cyds}/roles/{id}/add"), json!({})).await.ok();
    let taken = cyd.post(&format!("{path}/members/{cyds}/roles/{id}/remove"), json!({})).await.ok();
    assert_eq!(taken["roles"].as_array().unwrap().len(), 2);
    cyd.post(&format!("{path}/roles/{id}/delete"), json!({})).await.ok();
    ada.post(&format!("{path}/delete"), json!({})).await.ok();
    assert_eq!(cyd.get(&format!("{path}/members")).await.refused(), refused(404, "workspace_not_found"));
}

#[tokio::test]
async fn whoever_is_removed_from_the_organization_is_in_none_of_its_workspaces() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    server.join(&place, &bob.user_id().await, &[ADMINISTRATOR]).await;
    bob.switches_workspace(&place).await;
    let path = format!("/organizations/{acme}/members/{}/remove", bob.user_id().await);
    ada.post(&path, json!({})).await.ok();
    assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
    assert_eq!(ada.get(&format!("/workspaces/{place}/members")).await.ok()["meta"]["total"], 1);
    assert_eq!(bob.get("/me/workspace-memberships").await.ok(), json!([]));
}

#[tokio::test]
async fn a_deleted_workspace_leaves_its_members_in_the_organization() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.workspaces.deletion = true).await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    server.join(&place, &bob.user_id().await, &[WORKER]).await;
    bob.switches_workspace(&place).await;
    let stood = bob.stands().await;
    let denied = bob.post(&format!("/workspaces/{place}/delete"), json!({})).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
    ada.post(&format!("/workspaces/{place}/delete"), json!({})).await.ok();
    assert_eq!(bob.stands().await, [stood[0].clone(), Value::Null]);
    let claims = bob.claims().await;
    assert_eq!((&claims["organization"], claims.get("workspace")), (&json!(acme), None));
    let server = server.restart_with(|config| config.deployments[0].workspaces.deletion = false).await;
    let other = ada.founds_in(&acme, "Other").await;
    let never = ada.post(&format!("/workspaces/{other}/delete"), json!({})).await;
    assert_eq!(never.refused(), refused(403, "deletion_not_allowed"));
    drop(server);
}
