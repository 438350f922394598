//! Where a sign-in stands: chosen, kept, shown, in tokens, and over with the membership.

use crate::organizations::{ADMIN, MEMBER, acme};
use crate::support::Keyrack;
use reqwest::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn h23_an_organization_a_workspace_in_it_and_the_personal_scope_are_chosen() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (one, two) = (ada.founds("One").await, ada.founds("Two").await);
    let place = ada.founds_in(&one, "Place").await;
    let of = async |id: &str| {
        let all = ada.get("/me/organization-memberships").await.ok();
        all.as_array().unwrap().iter().find(|m| m["organization_id"] == id).unwrap()["id"].clone()
    };
    let (in_one, in_two) = (of(&one).await, of(&two).await);
    let in_place = ada.get("/me/workspace-memberships").await.ok()[0]["id"].clone();
    // Making the workspace chose its organization too.
    assert_eq!(ada.stands().await, [in_one.clone(), in_place.clone()]);
    let switched = ada.switches_organization(&two).await;
    assert_eq!(switched, ada.session().await);
    assert_eq!(ada.stands().await, [in_two.clone(), Value::Null]);
    ada.switches_workspace(&place).await;
    assert_eq!(ada.stands().await, [in_one.clone(), in_place.clone()]);
    // The same organization keeps the workspace, and changes nothing.
    let before = ada.session().await;
    assert_eq!(ada.switches_organization(&one).await, before);
    let personal = ada.post("/session/switch-organization", json!({})).await.ok();
    assert!(personal["revision"].as_i64() > before["revision"].as_i64());
    assert_eq!(ada.stands().await, [Value::Null, Value::Null]);
    // By the verb of older clients, with the id in the query.
    let put = ada.request(Method::PUT, &format!("/session/switch-workspace?workspace_id={place}"));
    ada.send(put).await.ok();
    assert_eq!(ada.stands().await, [in_one, in_place]);
    ada.post("/session/switch-workspace", json!({ "workspace_id": "" })).await.ok();
    assert_eq!(ada.stands().await, [Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_token_says_where_and_what_is_allowed_there_in_both_forms() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    let claims = ada.claims().await;
    let (all, places) = (
        json!(["organization:admin", "organization:manage", "organization:member"]),
        json!(["workspace:admin", "workspace:manage", "workspace:member"]),
    );
    assert_eq!((&claims["organization"], &claims["workspace"]), (&json!(acme), &json!(place)));
    assert_eq!(claims["permissions"], json!({ "organization": all, "workspace": places }));
    assert_eq!((&claims["organization_permissions"], &claims["workspace_permissions"]), (&all, &places));
    bob.switches_organization(&acme).await;
    let claims = bob.claims().await;
    assert_eq!(claims["permissions"], json!({ "organization": ["organization:member"], "workspace": [] }));
    assert!(claims.as_object().unwrap().get("workspace").is_none());
    bob.post("/session/switch-organization", json!({})).await.ok();
    let personal = bob.claims().await;
    for claim in ["organization", "workspace", "permissions", "organization_permissions"] {
        assert!(personal.as_object().unwrap().get(claim).is_none(), "{claim}");
    }
    // What a role allows is read at every mint.
    let members = format!("/organizations/{acme}");
    let bobs = ada.membership(&members, "bob").await;
    bob.switches_organization(&acme).await;
    ada.post(&format!("{members}/members/{bobs}/roles/{ADMIN}/add"), json!({})).await.ok();
    assert_eq!(bob.claims().await["organization_permissions"], all);
}

#[tokio::test]
async fn the_choice_is_kept_for_a_restart_and_for_the_next_sign_in() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    let stands = ada.stands().await;
    let server = server.restart().await;
    assert_eq!(ada.stands().await, stands);
    let again = server.signed_in("ada").await;
    assert_eq!(again.stands().await, stands);
    // Two accounts of one session stand each in their own place.
    again.also_signs_in("bob").await;
    assert_eq!(again.stands().await, [Value::Null, Value::Null]);
    again.switches_organization(&acme).await;
    let session = again.session().await;
    let of = |name: &str| {
        let all = session["signins"].as_array().unwrap();
        let email = format!("{name}@example.com");
        all.iter().find(|s| s["user"]["email_address"] == email).unwrap()["active_workspace_membership_id"]
            .clone()
    };
    assert_eq!((of("ada"), of("bob")), (stands[1].clone(), Value::Null));
    // Whoever is no member there any more begins nowhere.
    let path = format!("/organizations/{acme}/members/{}/remove", bob.user_id().await);
    ada.post(&path, json!({})).await.ok();
    assert_eq!(server.signed_in("bob").await.stands().await, [Value::Null, Value::Null]);
    ada.post(&format!("/workspaces/{place}/delete"), json!({})).await.ok();
    assert_eq!(server.signed_in("ada").await.stands().await, [stands[0].clone(), Value::Null]);
}

#[tokio::test]
async fn whoever_leaves_stands_nowhere_on_any_of_their_browsers() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    server.join(&place, &bob.user_id().await, &["rol_wsp_member"]).await;
    let other = server.signed_in("bob").await;
    for browser in [&bob, &other] {
        browser.switches_workspace(&place).await;
    }
    let before = other.session().await["revision"].as_i64();
    bob.post(&format!("/workspaces/{place}/leave"), json!({})).await.ok();
    assert!(other.session().await["revision"].as_i64() > before);
    for browser in [&bob, &other] {
        let [organization, workspace] = browser.stands().await;
        assert!(organization != Value::Null && workspace == Value::Null);
    }
    bob.post(&format!("/organizations/{acme}/leave"), json!({})).await.ok();
    for browser in [&bob, &other] {
        assert_eq!(browser.stands().await, [Value::Null, Value::Null]);
        assert_eq!(browser.claims().await["organization"], Value::Null);
    }
    assert_eq!(bob.get("/me/workspace-memberships").await.ok(), json!([]));
    let leave = bob.post(&format!("/organizations/{acme}/leave"), json!({})).await;
    assert_eq!(leave.refused(), refused(404, "organization_not_found"));
    let count = "select members from member_counts where deployment_id = $1 and place_id like 'org%'";
    assert_eq!(server.count(count).await, 1);
}

#[tokio::test]
async fn nobody_acts_in_what_is_deleted_and_its_rows_go() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let twin = server.second_node().await;
    let place = ada.founds_in(&acme, "Place").await;
    server.crowd(&acme, 250).await;
    bob.switches_organization(&acme).await;
    let elsewhere = twin.as_ref().map(|twin| bob.copied_to(twin));
    for browser in std::iter::once(&bob).chain(&elsewhere) {
        assert_eq!(browser.claims().await["organization"], acme);
        assert_ne!(browser.stands().await[0], Value::Null);
    }
    let before = bob.session().await["revision"].as_i64();
    ada.post(&format!("/organizations/{acme}/delete"), json!({})).await.ok();
    // At once, on each node, in whichever order it is asked.
    for browser in elsewhere.iter().chain([&bob]) {
        assert_eq!(browser.claims().await["organization"], Value::Null);
        assert_eq!(browser.stands().await, [Value::Null, Value::Null]);
        assert!(browser.session().await["revision"].as_i64() > before);
    }
    assert_eq!(ada.stands().await, [Value::Null, Value::Null]);
    for path in [format!("/organizations/{acme}"), format!("/workspaces/{place}")] {
        let code = if path.contains("org_") { "organization_not_found" } else { "workspace_not_found" };
        assert_eq!(ada.get(&format!("{path}/members")).await.refused(), refused(404, code));
        assert_eq!(ada.post(&format!("{path}/delete"), json!({})).await.refused(), refused(404, code));
    }
    assert_eq!(ada.get("/me/organization-memberships").await.ok(), json!([]));
    assert_eq!(ada.get("/me/workspace-memberships").await.ok(), json!([]));
    keyrack_server::organization::settle::all(&server.app, &server.app.sites[0]).await.unwrap();
    for table in ["memberships", "member_words", "member_counts", "membership_roles", "roles"] {
        let sql = crate::support::forever(format!("select count(*) from {table} where deployment_id = $1"));
        assert_eq!(server.count(sql).await, 0, "{table}");
    }
    let unsettled =
        "select count(*) from organizations where deployment_id = $1 and (unsettled = 1 or name <> '')";
    assert_eq!(server.count(unsettled).await, 0);
}

#[tokio::test]
async fn the_sweep_puts_out_whom_a_node_that_died_left_and_tells_their_streams() {
    let server = Keyrack::start().await;
    let (_ada, bob, acme) = acme(&server).await;
    bob.switches_organization(&acme).await;
    let begun = bob.session().await["revision"].as_i64().unwrap();
    let mut events = bob.follows().await;
    let id = acme.clone();
    let deleted = server.app.db.write(move |tx| keyrack_server::organization::store::delete(tx, &id, 1));
    deleted.await.unwrap();
    keyrack_server::sweep::run_once(&server.app).await.unwrap();
    let (revision, reason) = events.session().await;
    assert_eq!((reason.as_str(), revision > begun), ("membership_ended", true));
    let out = "select count(*) from sign_ins where deployment_id = $1 and organization_id is not null";
    assert_eq!(server.count(out).await, 0);
}

#[tokio::test]
async fn what_nobody_is_in_any_more_is_deleted() {
    let server = Keyrack::start().await;
    let (ada, _bob, acme) = acme(&server).await;
    ada.founds_in(&acme, "Place").await;
    let operator = crate::support::Operator(&server);
    let there = "select count(*) from organizations where deployment_id = $1 and deleted_at is null";
    for (name, left) in [("ada", 1), ("bob", 0)] {
        operator.ask(Method::DELETE, &format!("/users/{name}@example.com"), Value::Null).await.ok();
        keyrack_server::sweep::run_once(&server.app).await.unwrap();
        assert_eq!(server.count(there).await, left, "{name}");
    }
    let cyd = server.signed_up("cyd").await;
    assert_eq!(
        cyd.post("/organizations", json!({ "name": "Acme" })).await.ok()["organization"]["slug"],
        "acme"
    );
    let rows = "select count(*) from workspaces where deployment_id = $1 and deleted_at is null";
    assert_eq!(server.count(rows).await, 0);
}

#[tokio::test]
async fn a_removal_reaches_the_members_stream() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    bob.switches_organization(&acme).await;
    let begun = bob.session().await["revision"].as_i64().unwrap();
    let mut events = bob.follows().await;
    let path = format!("/organizations/{acme}/members/{}/remove", bob.user_id().await);
    ada.post(&path, json!({})).await.ok();
    let (revision, reason) = events.session().await;
    assert_eq!((reason.as_str(), revision > begun), ("membership_ended", true));
    assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_switch_and_a_removal_at_once_leave_nobody_standing_where_he_may_not() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let user = bob.user_id().await;
    let remove = format!("/organizations/{acme}/members/{user}/remove");
    for _ in 0..50 {
        let switch = bob.post("/session/switch-organization", json!({ "organization_id": acme }));
        let (switched, removed) = tokio::join!(switch, ada.post(&remove, json!({})));
        removed.ok();
        assert!(switched.status == 200 || switched.refused() == refused(404, "organization_not_found"));
        assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
        assert_eq!(bob.claims().await["organization"], Value::Null);
        server.join(&acme, &user, &[MEMBER]).await;
    }
}
