//! `/admin/v1/organizations`: organizations, members, invitations, as backends decide about them.

use crate::support::{Backend, Keyrack};
use reqwest::Method;
use serde_json::{Value, json};

const ORGANIZATIONS: &str = "/admin/v1/organizations";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn writer(server: &Keyrack) -> Backend {
    let scopes =
        ["organizations:read", "organizations:write", "invitations:read", "invitations:write", "users:write"];
    server.backend(&scopes).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_organization_is_made_changed_filled_emptied_and_deleted() {
    let server = Keyrack::start_with(|deployment| deployment.organizations.users_create = false).await;
    let backend = writer(&server).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let owner = ada.user_id().await;
    let new = json!({ "name": "Acme", "owner_user_id": owner, "public_metadata": { "plan": "pro" } });
    let made = backend.post(ORGANIZATIONS, new).await.bare();
    assert_eq!((&made["slug"], &made["members"]), (&json!("acme"), &json!(1)));
    let path = format!("{ORGANIZATIONS}/{}", text(&made["id"]));
    assert_eq!(backend.get(&path).await.bare(), made);
    let listed = backend.get(&format!("{ORGANIZATIONS}?user_id={owner}")).await.bare();
    assert_eq!(listed["items"], json!([made]));
    let nobody = backend.get(&format!("{ORGANIZATIONS}?user_id={}", bob.user_id().await)).await.bare();
    assert_eq!(nobody["items"], json!([]));
    let changed = backend.patch(&path, json!({ "name": "Acme Inc.", "description": "x" })).await.bare();
    assert_eq!((&changed["name"], &changed["slug"]), (&json!("Acme Inc."), &json!("acme")));
    assert_eq!(ada.get("/me/organization-memberships").await.ok()[0]["organization"]["name"], "Acme Inc.");

    let members = format!("{path}/members");
    let user = bob.user_id().await;
    let added = backend.post(&members, json!({ "user_id": user })).await.bare();
    assert_eq!((&added["user"]["id"], &added["roles"][0]["id"]), (&json!(user), &json!("rol_org_member")));
    let one = format!("{members}/{user}");
    let given = backend.ask(Method::PUT, &format!("{one}/roles/admin"), json!({})).await.bare();
    assert_eq!(given["roles"].as_array().unwrap().len(), 2);
    // The role by its id, and a second time: nothing changes.
    let again = backend.ask(Method::PUT, &format!("{one}/roles/rol_org_admin"), json!({})).await.bare();
    assert_eq!(again["roles"], given["roles"]);
    let listed = backend.get(&format!("{members}?search=bob")).await.bare();
    assert_eq!(
        (listed["items"].as_array().unwrap().len(), &listed["items"][0]["user"]["id"]),
        (1, &json!(user))
    );
    let page = backend.get(&format!("{members}?limit=1")).await.bare();
    let next = page["next_cursor"].as_str().unwrap();
    let rest = backend.look(&members, &[("limit", "1"), ("cursor", next)]).await.bare();
    assert_eq!((&rest["items"][0]["user"]["id"], &rest["next_cursor"]), (&json!(user), &Value::Null));
    backend.delete(&format!("{one}/roles/admin")).await.bare();
    // Also the last administrator loses the role, and is put out.
    let owner_path = format!("{members}/{owner}");
    backend.delete(&format!("{owner_path}/roles/admin")).await.bare();
    let switched = ada.post("/session/switch-organization", json!({ "organization_id": made["id"] })).await;
    switched.ok();
    let removed =
        backend.ask(Method::DELETE, &owner_path, json!({ "reason": "left the company" })).await.bare();
    assert_eq!(removed["user"]["id"], json!(owner));
    assert_eq!(ada.session().await["active_signin"]["active_organization_membership"], Value::Null);
    assert_eq!(ada.get("/me/organization-memberships").await.ok(), json!([]));
    assert_eq!(backend.delete(&owner_path).await.refused(), refused(404, "membership_not_found"));
    assert_eq!(bob.kinds("").await, ["member_added", "role_given", "role_taken"]);

    assert_eq!(backend.delete(&path).await.bare()["members"], 1);
    assert_eq!(backend.get(&path).await.refused(), refused(404, "organization_not_found"));
    assert_eq!(bob.get("/me/organization-memberships").await.ok(), json!([]));
    let notes = "select count(*) from audit where deployment_id = $1 and event = 'member_removed' and note = 'left the company'";
    assert_eq!(server.count(notes).await, 1);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let (path, user) = (format!("{ORGANIZATIONS}/{acme}"), ada.user_id().await);
    let nobody = format!("usr_{}", "0".repeat(26));
    for (method, path, body, status, code) in [
        (Method::POST, ORGANIZATIONS.to_owned(), json!({ "name": "X" }), 400, "REQUIRED_FIELD"),
        (Method::POST, ORGANIZATIONS.to_owned(), json!({ "owner_user_id": user }), 400, "REQUIRED_FIELD"),
        (
            Method::POST,
            ORGANIZATIONS.to_owned(),
            json!({ "name": "X", "owner_user_id": nobody }),
            404,
            "user_not_found",
        ),
        (
            Method::POST,
            ORGANIZATIONS.to_owned(),
            json!({ "name": "X", "slug": "acme", "owner_user_id": user }),
            409,
            "slug_taken",
        ),
        (Method::PATCH, path.clone(), json!({ "members": 7 }), 400, "invalid_parameter"),
        (Method::PATCH, path.clone(), json!({ "slug": "a b" }), 400, "invalid_slug"),
        (Method::POST, format!("{path}/members"), json!({ "user_id": nobody }), 404, "user_not_found"),
        (
            Method::POST,
            format!("{path}/members"),
            json!({ "user_id": user, "role_id": "x" }),
            404,
            "role_not_found",
        ),
        (Method::PUT, format!("{path}/members/{user}/roles/x"), json!({}), 404, "role_not_found"),
        (Method::PUT, format!("{path}/members/{nobody}/roles/admin"), json!({}), 404, "membership_not_found"),
        (Method::GET, format!("{path}/members?cursor=x"), Value::Null, 400, "invalid_parameter"),
    ] {
        let request = backend.request(method.clone(), &path);
        let request = if method == Method::GET { request } else { request.json(&body) };
        assert_eq!(backend.send(request).await.refused(), refused(status, code), "{method} {path} {body}");
    }
}

#[tokio::test]
async fn j06_an_invitation_gives_what_the_member_may_give_in_whose_name_it_is() {
    let server = Keyrack::start().await;
    let backend = writer(&server).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    server.join(&acme, &bob.user_id().await, &["rol_org_member"]).await;
    let path = format!("{ORGANIZATIONS}/{acme}/invitations");
    let invite = |name: &str, inviter: &str| json!({ "email": format!("{name}@example.com"), "inviter_user_id": inviter });
    let (admin, member) = (ada.user_id().await, bob.user_id().await);
    // A member who may not invite cannot be made to; nor a stranger, nor somebody who may not act.
    assert_eq!(
        backend.post(&path, invite("carol", &member)).await.refused(),
        refused(403, "permission_denied")
    );
    let eve = server.signed_up("eve").await.user_id().await;
    assert_eq!(
        backend.post(&path, invite("carol", &eve)).await.refused(),
        refused(404, "organization_not_found")
    );
    let sent = backend.post(&path, invite("carol", &admin)).await.bare();
    assert_eq!(
        (&sent["email"], &sent["inviter"]["user"]["id"]),
        (&json!("carol@example.com"), &json!(admin))
    );
    assert_eq!(
        backend.post(&path, invite("carol", &admin)).await.refused(),
        refused(409, "invitation_exists")
    );
    assert_eq!(backend.get(&path).await.bare()["items"], json!([sent]));
    let token = server.token("carol").await;
    let carol = server.signed_up("carol").await;
    assert_eq!(carol.accepts(&token).await["organization"]["id"], json!(acme));

    // A role is known by its key in the file as well as by its id, as where a member is added.
    for role in ["admin", "rol_org_admin"] {
        let wanted =
            json!({ "email": format!("{role}@example.com"), "inviter_user_id": admin, "role_id": role });
        let sent = backend.post(&path, wanted).await.bare();
        assert_eq!(sent["initial_organization_role"]["id"], "rol_org_admin");
    }

    let sent = backend.post(&path, invite("dave", &admin)).await.bare();
    let one = format!("{path}/{}", text(&sent["id"]));
    let early = backend.post(&format!("{one}/resend"), json!({})).await;
    assert_eq!(early.refused(), refused(429, "too_many_attempts"));
    server.advance(60_000);
    backend.post(&format!("{one}/resend"), json!({})).await.bare();
    let token = server.token("dave").await;
    assert_eq!(backend.ask(Method::DELETE, &one, json!({ "reason": "typo" })).await.bare()["id"], sent["id"]);
    assert_eq!(backend.delete(&one).await.refused(), refused(404, "invitation_not_found"));
    let dave = server.signed_up("dave").await;
    assert!(dave.accepts(&token).await["error_code"].is_string());
    // Who may not act any more invites nobody.
    backend.post(&format!("/admin/v1/users/{admin}/disable"), json!({})).await.bare();
    assert_eq!(backend.post(&path, invite("frank", &admin)).await.refused(), refused(403, "USER_DISABLED"));
}

#[tokio::test]
async fn an_account_is_told_something_in_its_own_inbox_or_as_a_member() {
    let server = Keyrack::start().await;
    let backend = server.backend(&["notifications:write"]).await;
    let ada = server.signed_up("ada").await;
    let (acme, user) = (ada.founds("Acme").await, ada.user_id().await);
    let path = "/admin/v1/notifications";
    let body = json!({
        "user_id": user, "title": "Invoice 7", "body": "It is due.\nPay it.", "severity": "warning",
        "metadata": { "invoice": "7" },
    });
    let told = backend.post(path, body.clone()).await.bare();
    assert_eq!((&told["kind"], &told["severity"]), (&json!("message"), &json!("warning")));
    let inbox = ada.inbox("").await;
    assert_eq!((&inbox[0]["title"], &inbox[0]["body"]), (&json!("Invoice 7"), &json!("It is due.\nPay it.")));
    assert_eq!((&inbox[0]["id"], &inbox[0]["metadata"]["invoice"]), (&told["id"], &json!("7")));
    let mut there = body.clone();
    there["organization_id"] = json!(acme);
    let told = backend.post(path, there.clone()).await.bare();
    assert_eq!(told["organization_id"], json!(acme));
    let bob = server.signed_up("bob").await.user_id().await;
    let nobody = format!("usr_{}", "0".repeat(26));
    for (name, value, status, code) in [
        ("user_id", json!(nobody), 404, "membership_not_found"),
        ("user_id", json!(bob), 404, "membership_not_found"),
        ("organization_id", json!("org_x"), 404, "organization_not_found"),
        ("title", json!("a\nb"), 400, "invalid_parameter"),
        ("body", json!("x".repeat(2_001)), 400, "invalid_parameter"),
        ("severity", json!("loud"), 400, "invalid_parameter"),
        ("metadata", json!({ "a": 1 }), 400, "invalid_metadata"),
        ("kind", json!("role_given"), 400, "invalid_parameter"),
    ] {
        let mut wrong = there.clone();
        wrong[name] = value;
        assert_eq!(backend.post(path, wrong).await.refused(), refused(status, code), "{name}");
    }
    assert_eq!(ada.inbox("").await.len(), 2);
}
