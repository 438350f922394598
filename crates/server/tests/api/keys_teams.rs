//! Keys of organizations and workspaces, each seen at work.

use crate::support::{Browser, Keyrack};
use serde_json::{Value, json};

/// A key, what a file says with it, where it is seen, and what is seen there.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

macro_rules! cases {
    ($($key:literal { $($name:literal = $value:literal),* } $place:literal is $seen:literal)*) => {
        /// The keys that have a case here.
        pub const KEYS: &[&str] = &[$($key),*];
        const CASES: &[Case] = &[$(($key, &[$(($name, $value)),*], $place, $seen)),*];
    };
}

cases! {
    "deployment.organizations.enabled" { "deployment.organizations.enabled" = "false", "deployment.workspaces.enabled" = "false" }
        "/made" is "\"organizations_disabled\""
    "deployment.organizations.users_create" { "deployment.organizations.users_create" = "false" }
        "/made" is "\"creation_not_allowed\""
    "deployment.organizations.max_per_user" { "deployment.organizations.max_per_user" = "1" }
        "/made_again" is "\"too_many_organizations\""
    "deployment.organizations.max_created_per_user" { "deployment.organizations.max_created_per_user" = "1" }
        "/made_again" is "\"too_many_organizations\""
    "deployment.organizations.max_members" { "deployment.organizations.max_members" = "7" }
        "/b2b/max_allowed_org_members" is "7"
    "deployment.organizations.deletion" { "deployment.organizations.deletion" = "false" }
        "/organizations/deleted" is "\"deletion_not_allowed\""
    "deployment.organizations.restrict_addresses" { "deployment.organizations.restrict_addresses" = "false" }
        "/organizations/restricted" is "\"restriction_not_allowed\""
    "deployment.organizations.own_roles" { "deployment.organizations.own_roles" = "true" }
        "/organizations/own_role" is "\"ok\""
    "deployment.organizations.permissions" { "deployment.organizations.permissions" = "[\"billing:read\"]" }
        "/claims/organization_permissions/0" is "\"billing:read\""
    "deployment.organizations.archived_permissions" {
        "deployment.organizations.archived_permissions" = "[\"billing:old\"]",
        "deployment.organizations.roles.admin.permissions" = "[\"organization:admin\", \"billing:old\"]",
        "deployment.organizations.roles.member.name" = "\"Member\""
    } "/claims/organization_permissions/0" is "\"billing:old\""
    "deployment.organizations.creator_role" {
        "deployment.organizations.creator_role" = "\"owner\"",
        "deployment.organizations.roles.member.name" = "\"Member\"",
        "deployment.organizations.roles.owner.name" = "\"Owner\"",
        "deployment.organizations.roles.owner.permissions" = "[\"organization:admin\"]"
    } "/organizations/mine" is "\"rol_org_owner\""
    "deployment.organizations.member_role" { "deployment.organizations.member_role" = "\"admin\"" }
        "/b2b/default_org_member_role_id" is "\"rol_org_admin\""
    "deployment.organizations.roles.*.name" {
        "deployment.organizations.roles.admin.name" = "\"Chief\"",
        "deployment.organizations.roles.member.name" = "\"Member\""
    } "/organizations/roles/0/name" is "\"Chief\""
    "deployment.organizations.roles.*.permissions" {
        "deployment.organizations.roles.admin.permissions" = "[\"organization:admin\"]",
        "deployment.organizations.roles.member.name" = "\"Member\""
    } "/organizations/roles/0/permissions" is "[\"organization:admin\"]"
    "deployment.workspaces.enabled" { "deployment.workspaces.enabled" = "false" }
        "/made_in_it" is "\"workspaces_disabled\""
    "deployment.workspaces.members_create" { "deployment.workspaces.members_create" = "true" }
        "/made_by_member" is "\"ok\""
    "deployment.workspaces.max_per_organization" { "deployment.workspaces.max_per_organization" = "1" }
        "/made_in_it_again" is "\"too_many_workspaces\""
    "deployment.workspaces.max_members" { "deployment.workspaces.max_members" = "7" }
        "/b2b/max_allowed_workspace_members" is "7"
    "deployment.workspaces.deletion" { "deployment.workspaces.deletion" = "false" }
        "/workspaces/deleted" is "\"deletion_not_allowed\""
    "deployment.workspaces.restrict_addresses" { "deployment.workspaces.restrict_addresses" = "false" }
        "/workspaces/restricted" is "\"restriction_not_allowed\""
    "deployment.workspaces.own_roles" { "deployment.workspaces.own_roles" = "true" }
        "/workspaces/own_role" is "\"ok\""
    "deployment.workspaces.permissions" { "deployment.workspaces.permissions" = "[\"pages:edit\"]" }
        "/claims/workspace_permissions/0" is "\"pages:edit\""
    "deployment.workspaces.archived_permissions" {
        "deployment.workspaces.archived_permissions" = "[\"pages:old\"]",
        "deployment.workspaces.roles.admin.permissions" = "[\"workspace:admin\", \"pages:old\"]",
        "deployment.workspaces.roles.member.name" = "\"Member\""
    } "/claims/workspace_permissions/0" is "\"pages:old\""
    "deployment.workspaces.creator_role" {
        "deployment.workspaces.creator_role" = "\"owner\"",
        "deployment.workspaces.roles.member.name" = "\"Member\"",
        "deployment.workspaces.roles.owner.name" = "\"Owner\"",
        "deployment.workspaces.roles.owner.permissions" = "[\"workspace:admin\"]"
    } "/workspaces/mine" is "\"rol_wsp_owner\""
    "deployment.workspaces.member_role" { "deployment.workspaces.member_role" = "\"admin\"" }
        "/b2b/default_workspace_member_role_id" is "\"rol_wsp_admin\""
    "deployment.workspaces.roles.*.name" {
        "deployment.workspaces.roles.admin.name" = "\"Chief\"",
        "deployment.workspaces.roles.member.name" = "\"Member\""
    } "/workspaces/roles/0/name" is "\"Chief\""
    "deployment.workspaces.roles.*.permissions" {
        "deployment.workspaces.roles.admin.permissions" = "[\"workspace:admin\"]",
        "deployment.workspaces.roles.member.name" = "\"Member\""
    } "/workspaces/roles/0/permissions" is "[\"workspace:admin\"]"
}

/// `ok`, or the code of the refusal.
async fn said(browser: &Browser, path: &str, body: Value) -> Value {
    let reply = browser.post(path, body).await;
    if reply.status == 200 { json!("ok") } else { json!(reply.refused().1) }
}

/// What is seen of a place by whoever made it.
async fn seen_of(ada: &Browser, path: &str, mine: Value) -> Value {
    let roles = ada.get(&format!("{path}/roles")).await;
    let own_role = said(ada, &format!("{path}/roles"), json!({ "name": "Own" })).await;
    let restrict = json!({ "enable_ip_restriction": true, "whitelisted_ips": ["127.0.0.0/8"] });
    json!({
        "roles": roles.json()["data"],
        "own_role": own_role,
        "restricted": said(ada, &format!("{path}/update"), restrict).await,
        "mine": mine["roles"][0]["id"],
        "deleted": said(ada, &format!("{path}/delete"), json!({})).await,
    })
}

/// What is seen of a server whose file has these keys.
async fn seen(keys: &[(&str, &str)]) -> Value {
    let on = [("deployment.organizations.enabled", "true"), ("deployment.workspaces.enabled", "true")];
    let on = on.into_iter().filter(|(key, _)| !keys.iter().any(|(set, _)| set == key));
    let all: Vec<(&str, &str)> = on.chain(keys.iter().copied()).collect();
    let server = Keyrack::from_file(&all).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let made = ada.post("/organizations", json!({ "name": "Acme" })).await;
    let b2b = ada.get("/deployment").await.ok()["b2b_settings"].clone();
    if made.status != 200 {
        return json!({ "made": made.refused().1, "b2b": b2b });
    }
    let id = made.ok()["organization"]["id"].as_str().unwrap().to_owned();
    server.join(&id, &bob.user_id().await, &["rol_org_member"]).await;
    let within = json!({ "name": "Place", "organization_id": id });
    let made_in_it = ada.post("/workspaces", within.clone()).await;
    let claims = ada.claims().await;
    let made_in_it_again = said(&ada, "/workspaces", within.clone()).await;
    let made_by_member = said(&bob, "/workspaces", within).await;
    let place = made_in_it.json()["data"].clone();
    let workspaces = match place["workspace"]["id"].as_str() {
        Some(id) => seen_of(&ada, &format!("/workspaces/{id}"), place["membership"].clone()).await,
        None => Value::Null,
    };
    let made_again = said(&ada, "/organizations", json!({ "name": "Two" })).await;
    let mine = made.ok()["membership"].clone();
    json!({
        "made": "ok", "b2b": b2b, "claims": claims, "made_again": made_again,
        "made_in_it": if place.is_null() { json!(made_in_it.refused().1) } else { json!("ok") },
        "made_in_it_again": made_in_it_again, "made_by_member": made_by_member, "workspaces": workspaces,
        "organizations": seen_of(&ada, &format!("/organizations/{id}"), mine).await,
    })
}

#[tokio::test]
async fn every_key_of_organizations_and_workspaces_is_seen_at_work() {
    let silent = seen(&[]).await;
    for (key, keys, place, expected) in CASES {
        let expected: Value = serde_json::from_str(expected).unwrap();
        let changed = seen(keys).await;
        assert_eq!(changed.pointer(place), Some(&expected), "{key}: {changed:#}");
        assert_ne!(silent.pointer(place), Some(&expected), "{key}: it is so without it");
    }
}

#[tokio::test]
async fn a_file_that_says_nothing_has_no_organizations() {
    let server = Keyrack::from_file(&[]).await;
    let ada = server.signed_up("ada").await;
    assert_eq!(said(&ada, "/organizations", json!({ "name": "Acme" })).await, "organizations_disabled");
    assert_eq!(ada.get("/deployment").await.ok()["b2b_settings"]["organizations_enabled"], false);
}
