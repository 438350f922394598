//! Roles of a place's own, changed, and permissions that the catalogue had.

use crate::organizations::acme;
use crate::support::{Browser, Keyrack};
use keyrack_server::config::{Config, Deployment};
use reqwest::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Own roles, and `billing:read` in the catalogue, or archived, or neither; administrators have what there is.
fn catalogue(deployment: &mut Deployment, permissions: &[&str], archived: &[&str]) {
    use keyrack_server::config::teams::{Kind, Roles};
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let all = [&Kind::Organization.built_in(), permissions].concat();
    let roles = Roles::of(Kind::Organization, own(&all), own(archived));
    deployment.organizations.roles = Roles { own: true, ..roles };
}

async fn may(browser: &Browser) -> Value {
    browser.claims().await["organization_permissions"].clone()
}

#[tokio::test]
async fn j02_an_own_role_that_is_changed_allows_at_the_next_mint_and_call_what_it_says_now() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        catalogue(deployment, &["billing:read"], &[]);
        deployment.workspaces.roles.own = true;
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let manages = json!({ "name": "Manager", "permissions": ["organization:manage", "billing:read"] });
    let role = ada.post(&format!("{path}/roles"), manages).await.ok();
    let own = format!("{path}/roles/{}", role["id"].as_str().unwrap());
    let bobs = ada.membership(&path, "bob").await;
    ada.post(&format!("{path}/members/{bobs}/roles/{}/add", role["id"].as_str().unwrap()), json!({}))
        .await
        .ok();
    bob.switches_organization(&acme).await;
    bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await.ok();
    server.advance(1_000);
    let less = json!({ "permissions": ["billing:read"] });
    let changed = ada.post(&format!("{own}/update"), less.clone()).await.ok();
    assert_eq!((&changed["name"], &changed["permissions"]), (&json!("Manager"), &json!(["billing:read"])));
    assert!(changed["updated_at"].as_str() > changed["created_at"].as_str());
    assert_eq!(may(&bob).await, json!(["billing:read", "organization:member"]));
    let denied = refused(403, "permission_denied");
    assert_eq!(bob.post(&format!("{path}/update"), json!({ "name": "x" })).await.refused(), denied);
    let none = ada.send(ada.request(Method::PATCH, &own).json(&json!({ "permissions": [] }))).await.ok();
    assert_eq!(none["permissions"], json!([]));
    assert_eq!(may(&bob).await, json!(["organization:member"]));
    // Nobody but an administrator, nothing that is in no list, and no role of all organizations.
    assert_eq!(bob.post(&format!("{own}/update"), less.clone()).await.refused(), denied);
    let everywhere = format!("{path}/roles/rol_org_member/update");
    assert_eq!(ada.post(&everywhere, less).await.refused(), denied);
    for (body, status, code) in [
        (json!({ "permissions": ["no:such"] }), 400, "unknown_permission"),
        (json!({ "name": "a\u{0}" }), 400, "invalid_name"),
    ] {
        assert_eq!(ada.post(&format!("{own}/update"), body).await.refused(), refused(status, code));
    }
    let unknown = ada.post(&format!("{path}/roles/rol_x/update"), json!({})).await;
    assert_eq!(unknown.refused(), refused(404, "role_not_found"));
    let server = server.restart_with(|config| config.deployments[0].organizations.roles.own = false).await;
    let off = ada.post(&format!("{own}/update"), json!({ "name": "x" })).await;
    assert_eq!(off.refused(), refused(403, "own_roles_not_allowed"));
    drop(server);
}

#[tokio::test]
async fn j06_no_change_of_an_own_role_leaves_nobody_who_administrates_or_gives_what_its_maker_lacks() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        catalogue(deployment, &["billing:read"], &[]);
        deployment.organizations.roles.everywhere[0].permissions.retain(|one| one != "billing:read");
    })
    .await;
    let (ada, _bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let adas = ada.membership(&path, "ada").await;
    let chief = json!({ "name": "Chief", "permissions": ["organization:admin"] });
    let role = ada.post(&format!("{path}/roles"), chief).await.ok()["id"].as_str().unwrap().to_owned();
    ada.post(&format!("{path}/members/{adas}/roles/{role}/add"), json!({})).await.ok();
    ada.post(&format!("{path}/members/{adas}/roles/rol_org_admin/remove"), json!({})).await.ok();
    let last = refused(409, "last_administrator");
    let update = format!("{path}/roles/{role}/update");
    assert_eq!(ada.post(&update, json!({ "permissions": [] })).await.refused(), last);
    assert_eq!(ada.post(&format!("{path}/roles/{role}/remove"), json!({})).await.refused(), last);
    let more = json!({ "permissions": ["organization:admin", "billing:read"] });
    assert_eq!(ada.post(&update, more).await.refused(), refused(403, "role_exceeds_yours"));
    ada.post(&update, json!({ "name": "Captain", "permissions": ["organization:admin"] })).await.ok();
}

#[tokio::test]
async fn what_is_archived_stays_with_the_roles_that_have_it_and_what_is_gone_goes() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        catalogue(deployment, &["billing:read"], &[]);
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let accountant = json!({ "name": "Accountant", "permissions": ["billing:read"] });
    let role = ada.post(&format!("{path}/roles"), accountant.clone()).await.ok();
    let (id, bobs) = (role["id"].as_str().unwrap().to_owned(), ada.membership(&path, "bob").await);
    let moves = format!("{path}/members/{bobs}/roles/{id}");
    ada.post(&format!("{moves}/add"), json!({})).await.ok();
    bob.switches_organization(&acme).await;
    let archive = |config: &mut Config| catalogue(&mut config.deployments[0], &[], &["billing:read"]);
    let server = server.restart_with(archive).await;
    assert_eq!(may(&bob).await, json!(["billing:read", "organization:member"]));
    let unknown = refused(400, "unknown_permission");
    assert_eq!(ada.post(&format!("{path}/roles"), accountant).await.refused(), unknown);
    // Who administrates has it, too: the role is taken and given as before, and renamed.
    ada.post(&format!("{moves}/remove"), json!({})).await.ok();
    ada.post(&format!("{moves}/add"), json!({})).await.ok();
    let keeps = json!({ "name": "Bookkeeper", "permissions": ["billing:read"] });
    ada.post(&format!("{path}/roles/{id}/update"), keeps).await.ok();
    assert_eq!(may(&bob).await, json!(["billing:read", "organization:member"]));
    let gone = |config: &mut Config| catalogue(&mut config.deployments[0], &[], &[]);
    let server = server.restart_with(gone).await;
    assert_eq!(may(&bob).await, json!(["organization:member"]));
    let roles = ada.get(&format!("{path}/roles")).await.ok();
    assert_eq!(roles[2]["permissions"], json!([]));
    drop(server);
}

#[tokio::test]
async fn of_a_role_that_was_removed_nothing_is_left_with_anybody() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| catalogue(deployment, &[], &[])).await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let manages = json!({ "name": "Manager", "permissions": ["organization:manage"] });
    let role = ada.post(&format!("{path}/roles"), manages).await.ok()["id"].as_str().unwrap().to_owned();
    for n in 0..120 {
        let user = keyrack_server::id::UserId::draw(&server.app.world).to_string();
        server.is_there(&user, n).await;
        server.join(&acme, &user, &[&role]).await;
    }
    ada.post(&format!("{path}/members/{}/roles/{role}/add", bob.user_id().await), json!({})).await.ok();
    ada.post(&format!("{path}/roles/{role}/remove"), json!({})).await.ok();
    // At once for everybody, whether or not the rows are gone.
    let denied = bob.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
    assert_eq!(bob.get("/me/organization-memberships").await.ok()[0]["roles"].as_array().unwrap().len(), 1);
    keyrack_server::organization::settle::all(&server.app, &server.app.sites[0]).await.unwrap();
    let left =
        "select count(*) from membership_roles where deployment_id = $1 and role_id not like 'rol_org%'";
    assert_eq!(server.count(left).await, 0);
    for left in [
        "select count(*) from roles where deployment_id = $1",
        "select count(*) from organizations where deployment_id = $1 and unsettled = 1",
    ] {
        assert_eq!(server.count(left).await, 0, "{left}");
    }
}

/// Whoever administrates takes away what no administrator has; a role with it is nevertheless given by nobody.
#[tokio::test]
async fn nothing_is_beyond_an_administrators_reach() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        catalogue(deployment, &["billing:read"], &[]);
    })
    .await;
    let (ada, _bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let accountant = json!({ "name": "Accountant", "permissions": ["billing:read"] });
    let role = ada.post(&format!("{path}/roles"), accountant).await.ok()["id"].as_str().unwrap().to_owned();
    let bobs = ada.membership(&path, "bob").await;
    let moves = format!("{path}/members/{bobs}/roles/{role}");
    ada.post(&format!("{moves}/add"), json!({})).await.ok();
    let server = server
        .restart_with(|config| {
            let roles = &mut config.deployments[0].organizations.roles;
            roles.everywhere[0].permissions.retain(|one| one != "billing:read");
        })
        .await;
    ada.post(&format!("{moves}/remove"), json!({})).await.ok();
    let exceeds = refused(403, "role_exceeds_yours");
    assert_eq!(ada.post(&format!("{moves}/add"), json!({})).await.refused(), exceeds);
    let roles = ["rol_org_member", role.as_str()];
    let cyd = server.signed_up("cyd").await.user_id().await;
    server.join(&acme, &cyd, &roles).await;
    ada.post(&format!("{path}/members/{cyd}/remove"), json!({})).await.ok();
    ada.post(&format!("{path}/roles/{role}/remove"), json!({})).await.ok();
}
