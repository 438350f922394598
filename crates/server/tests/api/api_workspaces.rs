//! `/admin/v1/workspaces`: workspaces and their members, as backends decide about them.

use crate::support::{Backend, Browser, Keyrack, Operator};
use reqwest::Method;
use serde_json::{Value, json};

const WORKSPACES: &str = "/admin/v1/workspaces";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Ada, who has founded Acme, Bob, who is in it, and a backend.
async fn scene(server: &Keyrack) -> (Browser, Browser, String, Backend) {
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let backend = server.backend(&["organizations:read", "organizations:write", "audit:read"]).await;
    let body = json!({ "user_id": bob.user_id().await });
    backend.post(&format!("/admin/v1/organizations/{acme}/members"), body).await.bare();
    (ada, bob, acme, backend)
}

#[tokio::test]
async fn a_workspace_is_made_changed_filled_emptied_and_deleted() {
    let server = Keyrack::start_with(|deployment| deployment.workspaces.members_create = false).await;
    let (ada, bob, acme, backend) = scene(&server).await;
    let (owner, user) = (ada.user_id().await, bob.user_id().await);
    let new = json!({
        "organization_id": acme, "name": "Mill", "owner_user_id": owner, "public_metadata": { "plan": "pro" },
    });
    let made = backend.post(WORKSPACES, new).await.bare();
    assert_eq!(
        (&made["organization_id"], &made["slug"], &made["members"]),
        (&json!(acme), &json!("mill"), &json!(1))
    );
    let path = format!("{WORKSPACES}/{}", text(&made["id"]));
    assert_eq!(backend.get(&path).await.bare(), made);
    for (query, there) in [
        (format!("organization_id={acme}"), true),
        (format!("user_id={owner}"), true),
        (format!("user_id={user}"), false),
        (format!("organization_id=org_{}", "0".repeat(26)), false),
    ] {
        let listed = backend.get(&format!("{WORKSPACES}?{query}")).await.bare();
        let expected = if there { json!([made]) } else { json!([]) };
        assert_eq!(listed["items"], expected, "{query}");
    }
    let changed = backend.patch(&path, json!({ "name": "Big mill", "description": "x" })).await.bare();
    assert_eq!(
        (&changed["name"], &changed["slug"], &changed["description"]),
        (&json!("Big mill"), &json!("mill"), &json!("x"))
    );
    assert_eq!(ada.get("/me/workspace-memberships").await.ok()[0]["workspace"]["name"], "Big mill");

    let members = format!("{path}/members");
    let added = backend.post(&members, json!({ "user_id": user })).await.bare();
    assert_eq!((&added["user"]["id"], &added["roles"].as_array().unwrap().len()), (&json!(user), &1));
    let one = format!("{members}/{user}");
    let given = backend.ask(Method::PUT, &format!("{one}/roles/admin"), json!({})).await.bare();
    assert_eq!(given["roles"].as_array().unwrap().len(), 2);
    let found = backend.get(&format!("{members}?search=bob")).await.bare();
    assert_eq!(
        (found["items"].as_array().unwrap().len(), &found["items"][0]["user"]["id"]),
        (1, &json!(user))
    );
    let page = backend.get(&format!("{members}?limit=1")).await.bare();
    let next = page["next_cursor"].as_str().unwrap();
    let rest = backend.look(&members, &[("limit", "1"), ("cursor", next)]).await.bare();
    assert_eq!((&rest["items"][0]["user"]["id"], &rest["next_cursor"]), (&json!(user), &Value::Null));
    backend.delete(&format!("{one}/roles/admin")).await.bare();

    // Whoever is put out acts there no more, and stays in the organization.
    bob.switches_organization(&acme).await;
    bob.switches_workspace(&text(&made["id"])).await;
    backend.ask(Method::DELETE, &one, json!({ "reason": "another team" })).await.bare();
    let stands = bob.stands().await;
    assert_eq!((stands[0].is_null(), stands[1].is_null()), (false, true), "{stands:?}");
    assert_eq!(backend.delete(&one).await.refused(), refused(404, "membership_not_found"));

    assert_eq!(backend.delete(&path).await.bare()["id"], made["id"]);
    assert_eq!(backend.get(&path).await.refused(), refused(404, "workspace_not_found"));
    assert_eq!(ada.get("/me/workspace-memberships").await.ok(), json!([]));
    for event in ["workspace_created", "workspace_changed", "workspace_deleted"] {
        let records = backend.get(&format!("/admin/v1/audit?event={event}")).await.bare();
        assert_eq!(records["items"].as_array().unwrap().len(), 1, "{event}");
        assert!(text(&records["items"][0]["actor"]).starts_with("key:apk_"), "{event}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_of_a_workspace() {
    let server = Keyrack::start().await;
    let (ada, _bob, acme, backend) = scene(&server).await;
    let eve = server.signed_up("eve").await.user_id().await;
    let (owner, mill) = (ada.user_id().await, ada.founds_in(&acme, "Mill").await);
    let (path, nobody) = (format!("{WORKSPACES}/{mill}"), format!("usr_{}", "0".repeat(26)));
    let new = |change: Value| {
        let mut new = json!({ "organization_id": acme, "name": "X", "owner_user_id": owner });
        new.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        new
    };
    for (method, path, body, status, code) in [
        (Method::POST, WORKSPACES.to_owned(), new(json!({ "name": null })), 400, "REQUIRED_FIELD"),
        (Method::POST, WORKSPACES.to_owned(), new(json!({ "owner_user_id": null })), 400, "REQUIRED_FIELD"),
        (
            Method::POST,
            WORKSPACES.to_owned(),
            new(json!({ "organization_id": "x" })),
            404,
            "organization_not_found",
        ),
        (
            Method::POST,
            WORKSPACES.to_owned(),
            new(json!({ "owner_user_id": eve })),
            404,
            "membership_not_found",
        ),
        (Method::POST, WORKSPACES.to_owned(), new(json!({ "slug": "mill" })), 409, "slug_taken"),
        (Method::PATCH, path.clone(), json!({ "organization_id": acme }), 400, "invalid_parameter"),
        (Method::PATCH, path.clone(), json!({ "slug": "a b" }), 400, "invalid_slug"),
        // Only a member of the organization comes into its workspaces.
        (Method::POST, format!("{path}/members"), json!({ "user_id": eve }), 404, "membership_not_found"),
        (Method::POST, format!("{path}/members"), json!({ "user_id": nobody }), 404, "user_not_found"),
        (Method::PUT, format!("{path}/members/{owner}/roles/x"), json!({}), 404, "role_not_found"),
        (Method::GET, format!("{path}/members?cursor=x"), Value::Null, 400, "invalid_parameter"),
        (Method::GET, format!("{WORKSPACES}/{acme}"), Value::Null, 404, "workspace_not_found"),
    ] {
        let reply = match method {
            Method::GET => backend.get(&path).await,
            _ => backend.ask(method.clone(), &path, body.clone()).await,
        };
        assert_eq!(reply.refused(), refused(status, code), "{method} {path} {body}");
    }
    let reader = server.backend(&["organizations:read"]).await;
    let reply = reader.delete(&path).await;
    assert_eq!(reply.refused(), refused(403, "api_key_scope"));
}

#[tokio::test]
async fn a_role_that_a_backend_takes_is_a_loss_that_backends_are_told() {
    let server = Keyrack::start().await;
    let (_ada, bob, acme, backend) = scene(&server).await;
    let (user, sign_in) = (bob.user_id().await, bob.sign_in_id().await);
    bob.switches_organization(&acme).await;
    let role = format!("/admin/v1/organizations/{acme}/members/{user}/roles/admin");
    backend.ask(Method::PUT, &role, json!({})).await.bare();
    let before = bob.claims().await["rev"].as_i64().unwrap();
    let (mut stream, _) = server.backend(&["revocations:read"]).await.follows_from(None).await;
    backend.delete(&role).await.bare();
    let told = stream.about(&[&sign_in]).await[0];
    let claims = bob.claims().await;
    assert!(told > before && claims["rev"].as_i64().unwrap() >= told, "{told} {before} {claims}");
    assert_eq!(claims["organization_permissions"], json!(["organization:member"]));
}

#[tokio::test]
async fn an_operator_decides_about_workspaces_on_the_socket() {
    let server = Keyrack::start().await;
    let (_ada, bob, acme, _backend) = scene(&server).await;
    let operator = Operator(&server);
    let new = json!({ "organization": "acme", "name": "Mill", "owner": "ada@example.com" });
    let made = operator.ask(Method::POST, "/workspaces", new).await.ok();
    let path = format!("/workspaces/{}", text(&made["id"]));
    let listed = operator.get("/workspaces?organization=acme&user=ada@example.com").await.ok();
    assert_eq!(listed["items"], json!([made]));
    assert_eq!(made["organization_id"], json!(acme));
    let bobs = json!({ "user": "bob@example.com", "role": "admin" });
    let added = operator.ask(Method::POST, &format!("{path}/members"), bobs).await.ok();
    assert_eq!(added["user"]["id"], json!(bob.user_id().await));
    assert_eq!(operator.get(&format!("{path}/members")).await.ok()["items"].as_array().unwrap().len(), 2);
    operator.ask(Method::DELETE, &format!("{path}/members/bob@example.com"), json!({})).await.ok();
    let changed = operator.ask(Method::PATCH, &path, json!({ "name": "Big mill" })).await.ok();
    assert_eq!(changed["name"], "Big mill");
    operator.ask(Method::DELETE, &path, json!({})).await.ok();
    let gone = operator.get(&format!("{path}/members")).await.refused();
    assert_eq!(gone, refused(404, "workspace_not_found"));
}
