//! Where sign-ins stand in places that ask something of whoever acts in them.

use crate::organizations::acme;
use crate::restrictions::{HOME, OFFICE, acme_of_an_office, behind_a_proxy, eligibility, restricts};
use crate::support::Keyrack;
use keyrack_server::config::teams::Kind;
use keyrack_server::id::OrganizationId;
use keyrack_server::membership::{Place, restriction};
use keyrack_server::organization::settle;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_scope_ends_where_the_address_changes_and_the_sign_in_stays() {
    let server = behind_a_proxy().await;
    let (_ada, bob, acme) = acme_of_an_office(&server).await;
    let home = bob.at(HOME);
    for first in ["/session", "/session?poll=1", "/session/token", "/me"] {
        bob.switches_organization(&acme).await;
        assert_eq!(bob.claims().await["organization"], acme);
        // In memory, and asked for as fast as it goes.
        let before = bob.session().await;
        assert_eq!(bob.session().await, before);
        let mut events = bob.follows().await;
        let reply = home.get(first).await;
        match first {
            "/session/token" => assert_eq!(reply.refused(), refused(403, "address_not_allowed")),
            "/me" => assert_eq!(reply.ok()["id"], before["active_signin"]["user_id"]),
            _ => assert_eq!(reply.ok()["active_signin"]["active_organization_membership_id"], Value::Null),
        }
        let (revision, reason) = events.session().await;
        assert_eq!(
            (reason.as_str(), Some(revision)),
            ("scope_ended", home.session().await["revision"].as_i64())
        );
        assert!(Some(revision) > before["revision"].as_i64());
        for browser in [&home, &bob] {
            assert_eq!(browser.stands().await, [Value::Null, Value::Null], "{first}");
            assert_eq!(browser.session().await["active_signin"]["id"], before["active_signin"]["id"]);
            assert_eq!(browser.claims().await["organization"], Value::Null);
        }
    }
    let ends = "select count(*) from audit where deployment_id = $1 and event = 'scope_ended'";
    assert_eq!(server.count(ends).await, 4);
}

#[tokio::test]
async fn whoever_meets_a_new_restriction_stays_and_whoever_does_not_is_out() {
    let server = behind_a_proxy().await;
    let (ada, bob, acme) = acme(&server).await;
    let cyd = server.signed_up("cyd").await.at(HOME);
    server.join(&acme, &cyd.user_id().await, &["rol_org_member"]).await;
    let (ada, bob) = (ada.at(OFFICE), bob.at(OFFICE));
    for browser in [&bob, &cyd] {
        browser.switches_organization(&acme).await;
    }
    let (adas, bobs) = (ada.stands().await, bob.stands().await);
    let before = bob.session().await["revision"].as_i64();
    restricts(&ada, &format!("/organizations/{acme}"), &["10.0.0.0/8"]).await;
    assert_eq!((ada.stands().await, bob.stands().await), (adas, bobs));
    assert!(bob.session().await["revision"].as_i64() > before);
    assert_eq!(bob.claims().await["organization"], acme);
    assert_eq!(cyd.stands().await, [Value::Null, Value::Null]);
    // What asks the same as before concerns nobody.
    keyrack_server::organization::settle::all(&server.app, &server.app.sites[0]).await.unwrap();
    let before = bob.session().await;
    restricts(&ada, &format!("/organizations/{acme}"), &["10.0.0.0/8"]).await;
    ada.post(&format!("/organizations/{acme}/update"), json!({ "name": "Acme 2" })).await.ok();
    assert_eq!(bob.session().await, before);
    // What asks less lets in again whom it kept out.
    let off = json!({ "enable_ip_restriction": false });
    ada.post(&format!("/organizations/{acme}/update"), off).await.ok();
    cyd.switches_organization(&acme).await;
    assert_eq!(bob.at(HOME).claims().await["organization"], acme);
}

#[tokio::test]
async fn a_second_factor_that_is_asked_for_is_a_fact_of_the_account() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    bob.switches_organization(&acme).await;
    let (adas, bobs) = (ada.user_id().await, bob.user_id().await);
    server.second_factor(&adas, true).await;
    let path = format!("/organizations/{acme}");
    let changed = ada.post(&format!("{path}/update"), json!({ "enforce_mfa": true })).await.ok();
    assert_eq!(changed["enforce_mfa"], true);
    assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
    assert_eq!(ada.claims().await["organization"], acme);
    assert_eq!(eligibility(&bob, "organization").await["type"], "mfa_required");
    let requires = refused(403, "organization_requires_mfa");
    let switch = json!({ "organization_id": acme });
    assert_eq!(bob.post("/session/switch-organization", switch.clone()).await.refused(), requires);
    assert_eq!(bob.get(&format!("{path}/members")).await.refused(), requires);
    // It counts from the moment at which there is one, and until there is none.
    server.second_factor(&bobs, true).await;
    bob.switches_organization(&acme).await;
    assert_eq!(bob.claims().await["organization"], acme);
    server.second_factor(&bobs, false).await;
    assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
    assert_eq!(bob.claims().await["organization"], Value::Null);
    assert_eq!(bob.get(&format!("{path}/members")).await.refused(), requires);
    ada.post(&format!("{path}/update"), json!({ "enforce_mfa": "false" })).await.ok();
    bob.switches_organization(&acme).await;
}

#[tokio::test]
async fn what_a_workspace_asks_is_asked_inside_of_it_and_what_its_organization_asks_too() {
    let server = behind_a_proxy().await;
    let (ada, bob, acme) = acme(&server).await;
    let (ada, bob) = (ada.at(OFFICE), bob.at(OFFICE));
    let place = ada.founds_in(&acme, "Place").await;
    server.join(&place, &bob.user_id().await, &["rol_wsp_member"]).await;
    bob.switches_workspace(&place).await;
    let path = format!("/workspaces/{place}");
    let changed = restricts(&ada, &path, &["10.1.0.0/16"]).await;
    assert_eq!((&changed["enable_ip_restriction"], &changed["enforce_2fa"]), (&json!(true), &json!(false)));
    let home = bob.at(HOME);
    let denied = home.get("/session/token").await.refused();
    assert_eq!(denied, refused(403, "address_not_allowed"));
    let [organization, workspace] = home.stands().await;
    assert!(organization != Value::Null && workspace == Value::Null);
    assert_eq!(home.claims().await["organization"], acme);
    assert_eq!(eligibility(&home, "organization").await["type"], "none");
    assert_eq!(eligibility(&home, "workspace").await["type"], "ip_not_allowed");
    let switch = json!({ "workspace_id": place });
    assert_eq!(
        home.post("/session/switch-workspace", switch).await.refused(),
        refused(403, "address_not_allowed")
    );
    assert_eq!(home.get(&format!("{path}/members")).await.refused(), refused(403, "address_not_allowed"));
    home.get(&format!("/organizations/{acme}/members")).await.ok();
    // An administrator of the organization, who is above the workspace, comes from somewhere, too.
    let admin = ada.at("10.2.0.1");
    assert_eq!(admin.get(&format!("{path}/members")).await.refused(), refused(403, "address_not_allowed"));
    // What the organization asks is asked of its workspaces.
    server.second_factor(&ada.user_id().await, true).await;
    ada.post(&format!("/organizations/{acme}/update"), json!({ "enforce_mfa": true })).await.ok();
    assert_eq!(eligibility(&home, "workspace").await["type"], "ip_and_mfa_required");
    assert_eq!(eligibility(&bob, "workspace").await["type"], "mfa_required");
    let switch = bob.post("/session/switch-workspace", json!({ "workspace_id": place })).await;
    assert_eq!(switch.refused(), refused(403, "organization_requires_mfa"));
    let members = bob.get(&format!("{path}/members")).await;
    assert_eq!(members.refused(), refused(403, "organization_requires_mfa"));
    ada.post(&format!("/organizations/{acme}/update"), json!({ "enforce_mfa": false })).await.ok();
    ada.post(&format!("{path}/update"), json!({ "enforce_2fa": true })).await.ok();
    let switch = bob.post("/session/switch-workspace", json!({ "workspace_id": place })).await;
    assert_eq!(switch.refused(), refused(403, "workspace_requires_mfa"));
}

#[tokio::test]
async fn a_new_sign_in_begins_where_it_may_stand() {
    let server = behind_a_proxy().await;
    let (_ada, bob, acme) = acme_of_an_office(&server).await;
    let stands = bob.stands().await;
    let signs_in = async |address: &'static str| {
        let browser = server.browser().at(address);
        browser.sign_in("bob", crate::support::PASSWORD).await.ok();
        browser
    };
    assert_eq!(signs_in(OFFICE).await.stands().await, stands);
    assert_eq!(signs_in(HOME).await.stands().await, [Value::Null, Value::Null]);
    // The choice is kept for when he is back.
    assert_eq!(signs_in(OFFICE).await.stands().await, stands);
    // What another account of the browser does shows nothing of it either.
    bob.switches_organization(&acme).await;
    server.signed_up("eve").await;
    let session = bob.at(HOME).sign_in("eve", crate::support::PASSWORD).await.ok();
    let bobs = session["signins"].as_array().unwrap().iter().find(|s| s["user"]["first_name"] == "bob");
    assert_eq!(bobs.unwrap()["active_organization_membership_id"], Value::Null);
}

#[tokio::test]
async fn a_gate_that_rises_while_its_members_are_told_is_not_forgotten() {
    let server = Keyrack::start().await;
    let (_ada, bob, acme) = acme(&server).await;
    bob.switches_organization(&acme).await;
    let mut events = bob.follows().await;
    let organization = OrganizationId::stored(acme.clone());
    let place = Place { kind: Kind::Organization, id: acme, organization };
    let rises = async || {
        let place = place.clone();
        server.app.db.write(move |tx| restriction::raise_gate(tx, &place)).await.unwrap();
    };
    let unsettled = "select unsettled from organizations where deployment_id = $1";
    rises().await;
    let gate = server.app.world.failpoints.arm("organization.settled");
    let app = std::sync::Arc::clone(&server.app);
    let told = tokio::spawn(async move { settle::all(&app, &app.sites[0]).await });
    gate.reached().await;
    assert_eq!(events.session().await.1, "changed");
    // Another node changes it again, and dies before it tells anybody.
    rises().await;
    gate.open();
    told.await.unwrap().unwrap();
    assert_eq!(server.count(unsettled).await, 1);
    keyrack_server::sweep::run_once(&server.app).await.unwrap();
    assert_eq!((events.session().await.1.as_str(), server.count(unsettled).await), ("changed", 0));
}
