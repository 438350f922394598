//! Organizations as their members use them.

use crate::support::{Browser, Keyrack};
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::{Value, json};

pub const ADMIN: &str = "rol_org_admin";
pub const MEMBER: &str = "rol_org_member";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Ada administrates an organization in which bob is a member; their browsers and its id.
pub async fn acme(server: &Keyrack) -> (Browser, Browser, String) {
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    server.join(&acme, &bob.user_id().await, &[MEMBER]).await;
    (ada, bob, acme)
}

pub fn names(page: &Value) -> Vec<String> {
    let name = |member: &Value| member["user"]["first_name"].as_str().unwrap().to_owned();
    page["data"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn whoever_makes_one_administrates_it_and_stands_in_it() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let before = ada.session().await["revision"].as_i64().unwrap();
    let body = json!({ "name": "  Acme ", "description": "We make\neverything." });
    let made = ada.post("/organizations", body).await.ok();
    let (organization, membership) = (&made["organization"], &made["membership"]);
    assert_eq!(
        (organization["name"].as_str(), organization["member_count"].as_i64()),
        (Some("Acme"), Some(1))
    );
    assert_eq!(organization["description"], "We make\neverything.");
    assert_eq!(membership["roles"][0]["id"], ADMIN);
    assert_eq!(membership["organization"], *organization);
    let session = ada.session().await;
    assert!(session["revision"].as_i64().unwrap() > before);
    assert_eq!(ada.stands().await, [membership["id"].clone(), Value::Null]);
    assert_eq!(ada.get("/me/organization-memberships").await.ok(), json!([membership]));
    let audit = "select count(*) from audit where deployment_id = $1 and event = 'organization_created'";
    assert_eq!(server.count(audit).await, 1);
}

#[tokio::test]
async fn what_it_says_is_changed_by_those_who_manage_it() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}/update");
    let changed = ada.post(&path, json!({ "name": "Acme & Sons", "description": "x" })).await.ok();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Acme & Sons"), &json!("x")));
    let changed = ada.post(&path, json!({ "description": "" })).await.ok();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Acme & Sons"), &json!("")));
    assert_eq!(
        bob.post(&path, json!({ "name": "Bob's" })).await.refused(),
        refused(403, "permission_denied")
    );
    for (body, code) in [
        (json!({ "name": "a\u{0}" }), "invalid_name"),
        (json!({ "name": " " }), "REQUIRED_FIELD"),
        (json!({ "description": "\u{202e}" }), "invalid_description"),
        (json!({ "name": ["x"] }), "BAD_REQUEST_BODY"),
    ] {
        assert_eq!(ada.post(&path, body).await.refused(), refused(400, code));
    }
    assert_eq!(ada.get("/me/organization-memberships").await.ok()[0]["organization"]["name"], "Acme & Sons");
}

#[tokio::test]
async fn members_are_listed_by_pages_and_cursors_and_found_by_name_and_address() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}/members");
    let page = bob.get(&path).await.ok();
    assert_eq!(names(&page), ["ada", "bob"]);
    assert_eq!(page["data"][0]["user"], page["data"][0]["public_user_data"]);
    assert_eq!(page["data"][1]["user"]["primary_email_address"]["email"], "bob@example.com");
    assert_eq!(page["data"][1]["roles"][0]["name"], "Member");
    server.crowd(&acme, 45).await;
    let meta = |page: &Value| (page["meta"]["total"].as_i64().unwrap(), page["meta"]["has_more"] == true);
    let first = ada.get(&format!("{path}?limit=20")).await.ok();
    assert_eq!(meta(&first), (47, true));
    let second = ada.get(&format!("{path}?limit=20&page=2")).await.ok();
    let cursor = first["meta"]["next_cursor"].as_str().unwrap();
    let by_cursor = ada.get(&format!("{path}?limit=20&cursor={cursor}")).await.ok();
    assert_eq!(second["data"], by_cursor["data"]);
    let last = ada.get(&format!("{path}?limit=20&page=3")).await.ok();
    assert_eq!((meta(&last), last["data"].as_array().unwrap().len()), ((47, false), 7));
    assert_eq!(last["meta"]["next_cursor"], Value::Null);
    for (search, found) in [
        ("ADA", vec!["ada"]),
        ("bob@exam", vec!["bob"]),
        ("first000007", vec!["First000007"]),
        ("first000007%20last", vec!["First000007"]),
        ("last000009", vec!["First000009"]),
        ("%25", vec![]),
        ("nobody", vec![]),
    ] {
        let page = ada.get(&format!("{path}?search={search}")).await.ok();
        assert_eq!(
            (names(&page), meta(&page).0),
            (found.iter().map(ToString::to_string).collect(), found.len() as i64),
            "{search}"
        );
    }
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let page = ada.get(&format!("{path}?search=first&limit=7{next}")).await.ok();
        assert_eq!(meta(&page).0, 45);
        all.extend(names(&page));
        let Some(cursor) = page["meta"]["next_cursor"].as_str() else { break };
        next = format!("&cursor={}", cursor.replace(' ', "%20"));
    }
    assert_eq!(all, (0..45).map(|n| format!("First{n:06}")).collect::<Vec<_>>());
    for wrong in ["page=0", "page=101", "limit=0", "limit=101", "limit=x", "cursor=x", "page=-1"] {
        let reply = ada.get(&format!("{path}?{wrong}")).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{wrong}");
    }
}

#[tokio::test]
async fn somebody_who_is_renamed_is_found_by_the_new_name_only() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let user = keyrack_server::id::UserId::stored(bob.user_id().await);
    let deployment = server.app.sites[0].config.id.clone();
    let renamed = server.app.db.write(move |tx| {
        tx.execute(
            "update users set first_name = 'Robert' where id = $1",
            keyrack_server::params![user.as_str()],
        )?;
        keyrack_server::membership::words::renew(tx, &deployment, &user)
    });
    renamed.await.unwrap();
    let list = format!("/organizations/{acme}/members?search=");
    assert_eq!(names(&ada.get(&format!("{list}robert")).await.ok()), ["Robert"]);
    assert_eq!(names(&ada.get(&format!("{list}bob%20t")).await.ok()), Vec::<String>::new());
}

#[tokio::test]
async fn roles_are_given_and_taken_and_the_last_administrator_stays() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let (adas, bobs) = (ada.membership(&path, "ada").await, ada.membership(&path, "bob").await);
    let roles = bob.get(&format!("{path}/roles")).await.ok();
    assert_eq!(roles.as_array().unwrap().len(), 2);
    assert_eq!(roles[0]["is_deployment_level"], true);
    let take_own = format!("{path}/members/{adas}/roles/{ADMIN}/remove");
    let last = refused(409, "last_administrator");
    assert_eq!(ada.post(&take_own, json!({})).await.refused(), last);
    assert_eq!(ada.post(&format!("{path}/leave"), json!({})).await.refused(), last);
    assert_eq!(ada.post(&format!("{path}/members/{adas}/remove"), json!({})).await.refused(), last);
    let give = format!("{path}/members/{bobs}/roles/{ADMIN}/add");
    assert_eq!(bob.post(&give, json!({})).await.refused(), refused(403, "permission_denied"));
    let given = ada.post(&give, json!({})).await.ok();
    assert_eq!(given["roles"].as_array().unwrap().len(), 2);
    // Again changes nothing.
    assert_eq!(ada.post(&give, json!({})).await.ok()["roles"], given["roles"]);
    assert_eq!(ada.post(&take_own, json!({})).await.ok()["roles"], json!([]));
    assert_eq!(
        ada.post(&format!("{path}/update"), json!({})).await.refused(),
        refused(403, "permission_denied")
    );
    for (member, role, code) in
        [("mem_x", ADMIN, "membership_not_found"), (adas.as_str(), "rol_x", "role_not_found")]
    {
        let path = format!("{path}/members/{member}/roles/{role}/add");
        assert_eq!(bob.post(&path, json!({})).await.refused(), refused(404, code));
    }
}

#[tokio::test]
async fn roles_of_ones_own_allow_what_the_catalogue_has_and_go_from_everybody() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        let roles = &mut deployment.organizations.roles;
        roles.own = true;
        roles.permissions.push("billing:read".to_owned());
        roles.everywhere[0].permissions.push("billing:read".to_owned());
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let body = json!({ "name": "Accountant", "permissions": ["billing:read"] });
    let denied = bob.post(&format!("{path}/roles"), body.clone()).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
    let role = ada.post(&format!("{path}/roles"), body).await.ok();
    assert_eq!((&role["organization_id"], &role["is_deployment_level"]), (&json!(acme), &json!(false)));
    // Older clients number the entries of a list.
    let form = ada
        .request(Method::POST, &format!("{path}/roles"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=Two&permissions%5B0%5D=billing:read&permissions%5B1%5D=organization:member");
    let two = ada.send(form).await.ok();
    assert_eq!(two["permissions"], json!(["billing:read", "organization:member"]));
    let wrong = json!({ "name": "x", "permissions": ["no:such"] });
    assert_eq!(ada.post(&format!("{path}/roles"), wrong).await.refused(), refused(400, "unknown_permission"));
    let bobs = ada.membership(&path, "bob").await;
    let id = role["id"].as_str().unwrap();
    ada.post(&format!("{path}/members/{bobs}/roles/{id}/add"), json!({})).await.ok();
    bob.switches_organization(&acme).await;
    let both = json!(["billing:read", "organization:member"]);
    assert_eq!(bob.claims().await["organization_permissions"], both);
    ada.post(&format!("{path}/roles/{id}/remove"), json!({})).await.ok();
    assert_eq!(bob.claims().await["organization_permissions"], json!(["organization:member"]));
    let again = ada.post(&format!("{path}/roles/{id}/remove"), json!({})).await;
    assert_eq!(again.refused(), refused(404, "role_not_found"));
    let everywhere = ada.post(&format!("{path}/roles/{ADMIN}/remove"), json!({})).await;
    assert_eq!(everywhere.refused(), refused(403, "permission_denied"));
    for n in 0..49 {
        ada.post(&format!("{path}/roles"), json!({ "name": format!("R{n}") })).await.ok();
    }
    let one_more = ada.post(&format!("{path}/roles"), json!({ "name": "R" })).await;
    assert_eq!(one_more.refused(), refused(400, "too_many_roles"));
}

#[tokio::test]
async fn the_deployment_says_who_may_make_how_many_and_whether_they_are_deleted() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.max_created_per_user = 2;
        deployment.organizations.deletion = false;
    })
    .await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.founds("Two").await;
    let third = ada.post("/organizations", json!({ "name": "Three" })).await;
    assert_eq!(third.refused(), refused(400, "too_many_organizations"));
    let delete = ada.post(&format!("/organizations/{acme}/delete"), json!({})).await;
    assert_eq!(delete.refused(), refused(403, "deletion_not_allowed"));
    let role = ada.post(&format!("/organizations/{acme}/roles"), json!({ "name": "x" })).await;
    assert_eq!(role.refused(), refused(403, "own_roles_not_allowed"));

    let server = server.restart_with(|config| config.deployments[0].organizations.users_create = false).await;
    let nobody = ada.post("/organizations", json!({ "name": "Three" })).await;
    assert_eq!(nobody.refused(), refused(403, "creation_not_allowed"));
    assert_ne!(ada.stands().await[0], Value::Null);
    let _server = server
        .restart_with(|config| {
            config.deployments[0].organizations.enabled = false;
            config.deployments[0].workspaces.enabled = false;
        })
        .await;
    assert_eq!(ada.stands().await, [Value::Null, Value::Null]);
    assert_eq!(ada.claims().await["organization"], Value::Null);
    assert_eq!(ada.get("/me/organization-memberships").await.ok(), json!([]));
    for path in ["/organizations", &format!("/organizations/{acme}/update")] {
        let reply = ada.post(path, json!({ "name": "x" })).await;
        assert_eq!(reply.refused(), refused(403, "organizations_disabled"));
    }
    let switch = ada.post("/session/switch-organization", json!({ "organization_id": acme })).await;
    assert_eq!(switch.refused(), refused(403, "organizations_disabled"));
}

#[tokio::test]
async fn nobody_acts_without_a_sign_in() {
    let server = Keyrack::start().await;
    let (ada, _, acme) = acme(&server).await;
    let stranger = server.browser();
    for path in [
        "/organizations".to_owned(),
        format!("/organizations/{acme}/update"),
        format!("/organizations/{acme}/delete"),
        "/session/switch-organization".to_owned(),
        "/session/switch-workspace".to_owned(),
        "/workspaces".to_owned(),
    ] {
        assert_eq!(stranger.post(&path, json!({})).await.refused(), refused(401, "signed_out"), "{path}");
    }
    for path in [
        "/me/organization-memberships",
        "/me/workspace-memberships",
        &format!("/organizations/{acme}/members"),
    ] {
        assert_eq!(stranger.get(path).await.refused(), refused(401, "signed_out"), "{path}");
    }
    ada.post("/session/sign-out", json!({})).await.ok();
    let reply = ada.post(&format!("/organizations/{acme}/update"), json!({})).await;
    assert_eq!(reply.refused(), refused(401, "signed_out"));
}
