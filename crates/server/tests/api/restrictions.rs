//! What organizations and workspaces ask of whoever acts in them: a second factor, an address out of a list.

use crate::organizations::acme;
use crate::support::{Browser, Keyrack};
use reqwest::Method;
use serde_json::{Value, json};

/// An address of the office, and one that is not.
pub const OFFICE: &str = "10.1.2.3";
pub const HOME: &str = "192.0.2.9";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A server that a proxy on this machine tells where browsers come from.
pub async fn behind_a_proxy() -> Keyrack {
    Keyrack::start_configured(|config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await
}

/// Ada administrates an organization in which bob is a member, and both are in the office; their browsers and its id.
pub async fn acme_of_an_office(server: &Keyrack) -> (Browser, Browser, String) {
    let (ada, bob, acme) = acme(server).await;
    let (ada, bob) = (ada.at(OFFICE), bob.at(OFFICE));
    restricts(&ada, &format!("/organizations/{acme}"), &["10.0.0.0/8"]).await;
    bob.switches_organization(&acme).await;
    (ada, bob, acme)
}

/// Lets only these addresses act in a place.
pub async fn restricts(admin: &Browser, path: &str, addresses: &[&str]) -> Value {
    let body = json!({ "enable_ip_restriction": true, "whitelisted_ips": addresses });
    admin.post(&format!("{path}/update"), body).await.ok()
}

/// What is said of a browser's only membership.
async fn eligibility(browser: &Browser, kind: &str) -> Value {
    browser.get(&format!("/me/{kind}-memberships")).await.ok()[0]["eligibility_restriction"].clone()
}

#[tokio::test]
async fn they_are_set_by_who_manages_it_in_any_encoding_and_shown_to_every_member() {
    let server = behind_a_proxy().await;
    let (ada, bob, acme) = acme(&server).await;
    let (ada, bob) = (ada.at(OFFICE), bob.at(OFFICE));
    let path = format!("/organizations/{acme}/update");
    let shown = |it: &Value| (it["enable_ip_restriction"].clone(), it["whitelisted_ips"].clone());
    // A list is kept while nobody is asked for it; what it is asked for, an older client says in words.
    let listed =
        ada.post(&path, json!({ "whitelisted_ips": ["10.1.2.3/8", "2001:db8::1", "10.0.0.0/8"] })).await;
    assert_eq!(shown(&listed.ok()), (json!(false), json!(["10.0.0.0/8", "2001:db8::1"])));
    let form = ada
        .request(Method::POST, &path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("enable_ip_restriction=true&whitelisted_ips=10.0.0.0%2F9&whitelisted_ips=203.0.113.7");
    let on = (json!(true), json!(["10.0.0.0/9", "203.0.113.7"]));
    assert_eq!(shown(&ada.send(form).await.ok()), on);
    let mine = bob.get("/me/organization-memberships").await.ok();
    assert_eq!(shown(&mine[0]["organization"]), on);
    let off = ada.post(&path, json!({ "enable_ip_restriction": false, "whitelisted_ips": [] })).await.ok();
    assert_eq!(shown(&off), (json!(false), json!([])));
    for (body, code) in [
        (json!({ "enable_ip_restriction": "yes" }), "invalid_parameter"),
        (json!({ "enforce_mfa": 1 }), "BAD_REQUEST_BODY"),
        (json!({ "whitelisted_ips": ["10.0.0.0/33"] }), "invalid_address_range"),
        (json!({ "whitelisted_ips": ["office"] }), "invalid_address_range"),
    ] {
        assert_eq!(ada.post(&path, body).await.refused(), refused(400, code));
    }
    let denied = bob.post(&path, json!({ "enable_ip_restriction": false })).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
    let changes = "select count(*) from audit where deployment_id = $1 and event = 'restriction_changed'";
    assert_eq!(server.count(changes).await, 3);
}

#[tokio::test]
async fn whoever_comes_from_elsewhere_keeps_the_membership_and_is_told_why_nothing_goes() {
    let server = behind_a_proxy().await;
    let (ada, bob, acme) = acme_of_an_office(&server).await;
    bob.post("/session/switch-organization", json!({})).await.ok();
    let home = bob.at(HOME);
    let none = json!({ "type": "none", "message": "" });
    assert_eq!(eligibility(&bob, "organization").await, none);
    let why = eligibility(&home, "organization").await;
    assert_eq!(why["type"], "ip_not_allowed");
    let path = format!("/organizations/{acme}");
    for reply in [
        home.post("/session/switch-organization", json!({ "organization_id": acme })).await,
        home.get(&format!("{path}/members")).await,
        home.get(&format!("{path}/roles")).await,
        home.post(&format!("{path}/update"), json!({ "name": "Bob's" })).await,
        home.post(&format!("{path}/leave"), json!({})).await,
        home.post("/workspaces", json!({ "organization_id": acme, "name": "x" })).await,
        ada.at(HOME).post(&format!("{path}/update"), json!({ "enable_ip_restriction": false })).await,
        ada.at(HOME).post(&format!("{path}/delete"), json!({})).await,
    ] {
        assert_eq!(reply.refused(), refused(403, "address_not_allowed"));
        assert_eq!(reply.json()["errors"][0]["message"], why["message"]);
    }
    // Whoever is no member is told nothing of what it asks.
    let eve = server.signed_up("eve").await.at(HOME);
    let reply = eve.get(&format!("{path}/members")).await;
    assert_eq!(reply.refused(), refused(404, "organization_not_found"));
    home.get("/me").await.ok();
    bob.get(&format!("{path}/members")).await.ok();
    bob.switches_organization(&acme).await;
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
async fn nobody_shuts_out_themselves() {
    let server = behind_a_proxy().await;
    let (ada, _, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    let excludes = refused(409, "restriction_excludes_you");
    for (path, factor) in
        [(format!("/organizations/{acme}"), "enforce_mfa"), (format!("/workspaces/{place}"), "enforce_2fa")]
    {
        let update = format!("{path}/update");
        let office = ada.at(OFFICE);
        for body in [
            json!({ "enable_ip_restriction": true }),
            json!({ "enable_ip_restriction": true, "whitelisted_ips": ["192.0.2.0/24"] }),
            json!({ factor: true }),
        ] {
            assert_eq!(office.post(&update, body.clone()).await.refused(), excludes, "{body}");
        }
        restricts(&office, &path, &["10.0.0.0/8"]).await;
        for body in [json!({ "whitelisted_ips": ["10.9.0.0/16"] }), json!({ "whitelisted_ips": [] })] {
            assert_eq!(office.post(&update, body.clone()).await.refused(), excludes, "{body}");
        }
        // What was refused has changed nothing.
        let name = office.post(&update, json!({ "name": "Same" })).await.ok();
        assert_eq!(name["whitelisted_ips"], json!(["10.0.0.0/8"]));
    }
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
async fn an_operator_lets_people_back_in_when_nobody_can() {
    let server = behind_a_proxy().await;
    let (ada, bob, acme) = acme_of_an_office(&server).await;
    server.second_factor(&ada.user_id().await, true).await;
    let path = format!("/organizations/{acme}");
    ada.post(&format!("{path}/update"), json!({ "enforce_mfa": true })).await.ok();
    // The office has moved.
    let (ada, bob) = (ada.at(HOME), bob.at(HOME));
    assert_eq!(ada.get(&format!("{path}/members")).await.refused(), refused(403, "address_not_allowed"));
    let operator = crate::support::Operator(&server);
    let lifted = operator.post(&format!("{path}/unrestrict")).await.ok();
    assert_eq!(lifted, json!({ "id": acme, "asked": true }));
    for browser in [&ada, &bob] {
        browser.switches_organization(&acme).await;
        assert_eq!(browser.claims().await["organization"], acme);
    }
    let now = ada.get(&format!("{path}/members")).await.ok()["data"][0]["organization_id"].clone();
    assert_eq!(now, acme);
    // The list is kept, for whoever puts it right.
    let mine = ada.get("/me/organization-memberships").await.ok()[0]["organization"].clone();
    assert_eq!((&mine["enforce_mfa"], &mine["whitelisted_ips"]), (&json!(false), &json!(["10.0.0.0/8"])));
    assert_eq!(operator.post(&format!("{path}/unrestrict")).await.ok()["asked"], false);
    let place = ada.founds_in(&acme, "Place").await;
    restricts(&ada, &format!("/workspaces/{place}"), &[HOME]).await;
    let lifted = operator.post(&format!("/organizations/{place}/unrestrict")).await.ok();
    assert_eq!(lifted["asked"], true);
    ada.at(OFFICE).switches_workspace(&place).await;
    for (id, code) in [("org_x", "organization_not_found"), ("wsp_x", "workspace_not_found")] {
        let reply = operator.post(&format!("/organizations/{id}/unrestrict")).await;
        assert_eq!(reply.refused(), refused(404, code));
    }
    let changes = "select count(*) from audit where deployment_id = $1 and event = 'restriction_changed'
        and actor like 'operator%'";
    assert_eq!(server.count(changes).await, 2);
}
