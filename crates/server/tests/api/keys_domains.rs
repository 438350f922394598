//! Keys of the domain name system and of organizations' domains, each seen at work.

use crate::domains::{HOUR, record_of, refused};
use crate::keys::cases;
use crate::support::{Keyrack, NameServer, Running};
use keyrack_server::sweep::check_domains;
use serde_json::json;

/// A server whose file has this key, and asks a name server of its own.
async fn with(key: &str, value: &str) -> (NameServer, Keyrack) {
    let dns = NameServer::start().await;
    let nameservers = format!("[\"{}\"]", dns.address);
    let keys =
        [("deployment.organizations.enabled", "true"), ("dns.nameservers", &nameservers), (key, value)];
    let keys: Vec<_> = keys.into_iter().filter(|(key, _)| !key.is_empty()).collect();
    let server = Keyrack::from_file(&keys).await;
    (dns, server)
}

/// How often the record of a proved domain was looked for, and whether the domain still stands, after it was missing for
/// a day and a half, with a look every hour.
async fn looks_and_stands(key: &str, value: &str) -> (u64, bool) {
    let (dns, server) = with(key, value).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let proved = ada.proves(&dns, &acme, "example.com", "automatic").await;
    dns.forgets(&record_of(&proved)).await;
    for _ in 0..36 {
        server.advance(HOUR);
        check_domains(&server.app).await.unwrap();
    }
    let stands = ada.get(&format!("/organizations/{acme}/domains")).await.ok()[0]["verified"] == true;
    (server.app.metrics.domain_checks.missing.get(), stands)
}

cases! {
    "dns.nameservers": async fn domains_are_asked_for_where_the_file_says() {
        let dns = NameServer::start().await;
        let (table, name) = KEY.split_once('.').unwrap();
        let say = format!("[{table}]\n{name} = [\"{}\"]\n", dns.address);
        let server = Running::dev_saying(&say);
        let ada = server.signed_up("ada").await;
        let acme = ada.founds("Acme").await;
        ada.proves(&dns, &acme, "example.com", "none").await;
    }
    "deployment.organizations.domains.max_per_organization": async fn there_are_as_many_domains_as_the_file_says() {
        let (_dns, server) = with(KEY, "1").await;
        let ada = server.signed_up("ada").await;
        let acme = ada.founds("Acme").await;
        ada.claims_domain(&acme, "example.com", "none").await;
        let second = ada.post(&format!("/organizations/{acme}/domains"), json!({ "domain": "example.org" })).await;
        assert_eq!(second.refused(), refused(400, "too_many_domains"));
    }
    "deployment.organizations.domains.refused": async fn what_the_file_refuses_is_claimed_by_nobody() {
        let (_dns, server) = with(KEY, "[\"example.com\", \"*.example.org\"]").await;
        let ada = server.signed_up("ada").await;
        let acme = ada.founds("Acme").await;
        for domain in ["example.com", "eu.example.org"] {
            let reply = ada.post(&format!("/organizations/{acme}/domains"), json!({ "domain": domain })).await;
            assert_eq!(reply.refused(), refused(400, "domain_not_claimable"), "{domain}");
        }
        for domain in ["eu.example.com", "example.org"] {
            ada.claims_domain(&acme, domain, "none").await;
        }
    }
    "deployment.organizations.domains.check_every": async fn records_are_looked_for_as_often_as_the_file_says() {
        assert_eq!(looks_and_stands("", "").await, (13, true));
        assert_eq!(looks_and_stands(KEY, "\"12 hours\"").await, (25, true));
    }
    "deployment.organizations.domains.grace": async fn a_record_may_be_missing_as_long_as_the_file_says() {
        assert!(!looks_and_stands(KEY, "\"10 hours\"").await.1);
    }
}

#[tokio::test]
async fn a_resolver_that_is_none_is_named_by_its_line() {
    let ended = {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keyrack.toml"), "[dns]\nnameservers = [\"ns.example.com\"]\n")
            .unwrap();
        crate::support::Process::start(folder.path(), "check", &[]).ended()
    };
    let said = format!("{ended:?}");
    assert!(
        said.contains("\\\"ns.example.com\\\" is not a resolver") && said.contains("keyrack.toml:2"),
        "{said}"
    );
}
