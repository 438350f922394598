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
pub async fn eligibility(browser: &Browser, kind: &str) -> Value {
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
    assert_eq!(
        operator.post("/organizations/acme/unrestrict").await.ok()["asked"],
        false,
        "by its slug, too"
    );
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

#[tokio::test]
async fn an_address_is_what_a_trusted_proxy_says_and_nothing_that_a_browser_says() {
    let server = behind_a_proxy().await;
    let (_ada, bob, acme) = acme_of_an_office(&server).await;
    let path = format!("/organizations/{acme}/members");
    // A proxy puts the address behind what the browser had sent.
    for said in [
        "10.1.2.3, 192.0.2.9",
        "10.1.2.3,10.1.2.3,192.0.2.9",
        "192.0.2.9, 127.0.0.1",
        "10.1.2.3, ::ffff:192.0.2.9",
    ] {
        let reply = bob.at(said).get(&path).await;
        assert_eq!(reply.refused(), refused(403, "address_not_allowed"), "{said}");
    }
    for said in ["192.0.2.9, 10.1.2.3", "::ffff:10.1.2.3", "10.1.2.3, 127.0.0.2"] {
        bob.at(said).get(&path).await.ok();
    }
    // Where no proxy is trusted, the address is that of the connection.
    let server = Keyrack::start().await;
    let (ada, _, acme) = crate::organizations::acme(&server).await;
    let office = json!({ "enable_ip_restriction": true, "whitelisted_ips": ["10.0.0.0/8"] });
    let reply = ada.at(OFFICE).post(&format!("/organizations/{acme}/update"), office).await;
    assert_eq!(reply.refused(), refused(409, "restriction_excludes_you"));
    restricts(&ada.at(OFFICE), &format!("/organizations/{acme}"), &["127.0.0.1"]).await;
    ada.at(HOME).get(&format!("/organizations/{acme}/members")).await.ok();
}
