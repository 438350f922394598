//! Domains of organizations: claimed, proved, and what they open for people.

use crate::organizations::{ADMIN, acme};
use crate::support::{Browser, Keyrack, NameServer, Reply};
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::{Value, json};

pub const HOUR: i64 = 3_600_000;

pub fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A server that asks this name server.
pub async fn asking(dns: &NameServer, change: impl FnOnce(&mut Deployment)) -> Keyrack {
    Keyrack::start_configured(|config| {
        config.nameservers = vec![dns.address];
        change(&mut config.deployments[0]);
    })
    .await
}

/// Where a domain's record stands.
pub fn record_of(domain: &Value) -> String {
    let [label, fqdn] = ["verification_dns_record_name", "fqdn"].map(|key| domain[key].as_str().unwrap());
    format!("{label}.{fqdn}")
}

/// What it says.
pub fn text_of(domain: &Value) -> &str {
    domain["verification_dns_record_data"].as_str().unwrap()
}

impl Browser {
    pub async fn claims_domain(&self, organization: &str, domain: &str, mode: &str) -> Value {
        let body = json!({ "domain": domain, "join_mode": mode });
        self.post(&format!("/organizations/{organization}/domains"), body).await.ok()
    }

    /// Has the server look for a domain's record.
    pub async fn verifies(&self, domain: &Value) -> Reply {
        let [organization, id] = ["organization_id", "id"].map(|key| domain[key].as_str().unwrap());
        self.post(&format!("/organizations/{organization}/domains/{id}/verify"), json!({})).await
    }

    /// Claims a domain, writes its record and has it proved.
    pub async fn proves(&self, dns: &NameServer, organization: &str, domain: &str, mode: &str) -> Value {
        let claimed = self.claims_domain(organization, domain, mode).await;
        dns.says(&record_of(&claimed), text_of(&claimed)).await;
        self.verifies(&claimed).await.ok()
    }

    /// The names of the organizations that the active user is a member of.
    pub async fn member_of(&self) -> Vec<String> {
        let all = self.get("/me/organization-memberships").await.ok();
        let name = |one: &Value| one["organization"]["name"].as_str().unwrap().to_owned();
        all.as_array().unwrap().iter().map(name).collect()
    }

    /// The names of those that are suggested.
    pub async fn suggested(&self) -> Vec<String> {
        let all = self.get("/me/organization-suggestions").await.ok();
        all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_domain_is_proved_by_the_record_that_the_claim_tells() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, _, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}/domains");
    let claimed = ada.post(&path, json!({ "domain": " EXAMPLE.com. " })).await.ok();
    assert_eq!(
        (&claimed["fqdn"], &claimed["verified"], &claimed["join_mode"], &claimed["organization_id"]),
        (&json!("example.com"), &json!(false), &json!("suggestion"), &json!(acme))
    );
    assert_eq!(claimed["verification_dns_record_type"], "TXT");
    assert_eq!(record_of(&claimed), "_keyrack-verification.example.com");
    assert_eq!(text_of(&claimed).len(), "keyrack-verification=".len() + 43);
    // Neither another text there nor the right one elsewhere is it.
    dns.says("_keyrack-verification.example.com", "keyrack-verification=something else").await;
    dns.says("example.com", text_of(&claimed)).await;
    let missing = ada.verifies(&claimed).await;
    assert_eq!(missing.refused(), refused(400, "domain_record_not_found"));
    assert!(missing.text.contains("_keyrack-verification.example.com"), "{}", missing.text);
    dns.says("_keyrack-verification.example.com", text_of(&claimed)).await;
    let proved = ada.verifies(&claimed).await.ok();
    assert_eq!((&proved["verified"], &proved["verification_attempts"]), (&json!(true), &json!(2)));
    assert!(proved["verified_at"].is_string() && proved["checked_at"].is_string());
    let list = ada.get(&path).await.ok();
    assert_eq!(list, json!([proved["domain"]]));
    assert_eq!(list[0]["id"], proved["id"]);
    // Again it says the same.
    assert_eq!(ada.verifies(&claimed).await.ok()["verified_at"], proved["verified_at"]);
    for event in ["domain_claimed", "domain_verified"] {
        let sql = format!("select count(*) from audit where deployment_id = $1 and event = '{event}'");
        assert_eq!(server.count(crate::support::forever(sql)).await, 1, "{event}");
    }
}

#[tokio::test]
async fn what_cannot_be_an_organizations_domain_is_refused_and_who_may_not_claim() {
    let server = Keyrack::start_with(|deployment| {
        deployment.organizations.domains.max_per_organization = 2;
        deployment.organizations.roles.everywhere.push(keyrack_server::config::teams::Role {
            key: "clerk".to_owned(),
            name: "Clerk".to_owned(),
            permissions: vec!["organization:manage".to_owned()],
        });
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}/domains");
    for (body, status, code) in [
        (json!({}), 400, "REQUIRED_FIELD"),
        (json!({ "domain": "localhost" }), 400, "invalid_domain"),
        (json!({ "domain": "https://example.com" }), 400, "invalid_domain"),
        (json!({ "domain": "co.uk" }), 400, "domain_not_claimable"),
        (json!({ "domain": "gmail.com" }), 400, "domain_not_claimable"),
        (json!({ "domain": "example.com", "join_mode": "always" }), 400, "invalid_parameter"),
    ] {
        assert_eq!(ada.post(&path, body.clone()).await.refused(), refused(status, code), "{body}");
    }
    let claimed = ada.claims_domain(&acme, "example.com", "none").await;
    let twice = ada.post(&path, json!({ "domain": "example.com" })).await;
    assert_eq!(twice.refused(), refused(409, "domain_exists"));
    ada.claims_domain(&acme, "example.org", "none").await;
    let third = ada.post(&path, json!({ "domain": "example.net" })).await;
    assert_eq!(third.refused(), refused(400, "too_many_domains"));
    let one = format!("{path}/{}", claimed["id"].as_str().unwrap());
    let denied = refused(403, "permission_denied");
    assert_eq!(bob.get(&path).await.refused(), denied);
    for (path, body) in [
        (path.clone(), json!({ "domain": "example.net" })),
        (format!("{one}/update"), json!({ "join_mode": "automatic" })),
        (format!("{one}/verify"), json!({})),
        (format!("{one}/delete"), json!({})),
    ] {
        assert_eq!(bob.post(&path, body).await.refused(), denied, "{path}");
    }
    assert_eq!(bob.send(bob.request(Method::DELETE, &one)).await.refused(), denied);
    // Whoever manages but lacks what new members get may list and remove, and opens no door.
    let carl = server.signed_up("carl").await;
    server.join(&acme, &carl.user_id().await, &["rol_org_clerk"]).await;
    let exceeds = refused(403, "role_exceeds_yours");
    let open = carl.post(&format!("{one}/update"), json!({ "join_mode": "automatic" })).await;
    assert_eq!(open.refused(), exceeds);
    carl.post(&format!("{one}/delete"), json!({})).await.ok();
    assert_eq!(carl.post(&path, json!({ "domain": "example.net" })).await.refused(), exceeds);
    carl.claims_domain(&acme, "example.net", "none").await;
    let open = ada.send(ada.request(Method::PATCH, &one).json(&json!({ "join_mode": "automatic" }))).await;
    assert_eq!(open.refused(), refused(404, "domain_not_found"));
    let one = format!("{path}/{}", ada.get(&path).await.ok()[0]["id"].as_str().unwrap());
    let open = ada.send(ada.request(Method::PATCH, &one).json(&json!({ "join_mode": "automatic" }))).await;
    assert_eq!(open.ok()["join_mode"], "automatic");
    ada.send(ada.request(Method::DELETE, &one)).await.ok();
    let gone = ada.post(&format!("{one}/delete"), json!({})).await;
    assert_eq!(gone.refused(), refused(404, "domain_not_found"));
}

#[tokio::test]
async fn that_nobody_answers_is_not_that_there_is_no_record() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, _, acme) = acme(&server).await;
    let address = dns.address;
    let claimed = ada.claims_domain(&acme, "example.com", "automatic").await;
    dns.stop().await;
    let reply = ada.verifies(&claimed).await;
    assert_eq!(reply.refused(), refused(503, "domain_lookup_failed"));
    assert_eq!(reply.header("retry-after"), Some("30"));
    let list = ada.get(&format!("/organizations/{acme}/domains")).await.ok();
    assert_eq!((&list[0]["checked_at"], &list[0]["verification_attempts"]), (&Value::Null, &json!(1)));
    let dns = NameServer::start_at(address).await;
    assert_eq!(ada.verifies(&claimed).await.refused(), refused(400, "domain_record_not_found"));
    dns.says(&record_of(&claimed), text_of(&claimed)).await;
    ada.verifies(&claimed).await.ok();
    let seen = server.app.metrics.domain_checks.all().map(|(_, count)| count);
    assert_eq!(seen, [1, 1, 1]);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_a_datagram_is_read_whole() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, _, acme) = acme(&server).await;
    let claimed = ada.claims_domain(&acme, "example.com", "none").await;
    for n in 0..40 {
        dns.says(&record_of(&claimed), &format!("{n}{}", "x".repeat(500))).await;
    }
    dns.says(&record_of(&claimed), text_of(&claimed)).await;
    ada.verifies(&claimed).await.ok();
}

#[tokio::test]
async fn a_domain_of_an_organization_that_is_deleted_is_anothers_to_prove() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (acme, other) = (ada.founds("Acme").await, bob.founds("Other").await);
    ada.proves(&dns, &acme, "example.com", "automatic").await;
    let theirs = bob.claims_domain(&other, "example.com", "automatic").await;
    dns.says(&record_of(&theirs), text_of(&theirs)).await;
    assert_eq!(bob.verifies(&theirs).await.refused(), refused(409, "domain_taken"));
    ada.post(&format!("/organizations/{acme}/delete"), json!({})).await.ok();
    bob.verifies(&theirs).await.ok();
    assert_eq!(server.signed_up("carl").await.member_of().await, ["Other"]);
}

#[tokio::test]
async fn tries_to_prove_are_counted_for_the_organization() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, bob, acme) = acme(&server).await;
    server.join(&bob.founds("Bob's").await, &ada.user_id().await, &[ADMIN]).await;
    let (one, two) = (
        ada.claims_domain(&acme, "one.test", "none").await,
        ada.claims_domain(&acme, "two.test", "none").await,
    );
    for n in 0..30 {
        let domain = if n % 2 == 0 { &one } else { &two };
        assert_eq!(ada.verifies(domain).await.refused(), refused(400, "domain_record_not_found"));
    }
    let reply = ada.verifies(&one).await;
    assert_eq!(reply.refused(), refused(429, "too_many_attempts"));
    assert_eq!(reply.header("retry-after"), Some("3600"));
    let asked = server.app.metrics.domain_checks.missing.get();
    assert_eq!(asked, 30, "nobody was asked for what was refused");
    server.advance(HOUR);
    assert_eq!(ada.verifies(&one).await.refused(), refused(400, "domain_record_not_found"));
}
