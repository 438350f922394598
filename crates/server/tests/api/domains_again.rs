//! Domains that are proved again from time to time.

use crate::domains::{HOUR, asking, record_of, refused, text_of};
use crate::organizations::{ADMIN, MEMBER};
use crate::support::{Keyrack, NameServer, Store, ways};
use keyrack_server::sweep::check_domains;
use serde_json::{Value, json};

const DAY: i64 = 24 * HOUR;

/// What the server's own look does when so much time has passed.
async fn after(server: &Keyrack, ms: i64) {
    server.advance(ms);
    check_domains(&server.app).await.unwrap();
}

/// The subjects of the mails to ada about domains.
async fn told(server: &Keyrack) -> Vec<String> {
    let mails = server.mails("ada").await.into_iter().map(|mail| mail.mail.subject);
    mails.filter(|subject| subject.contains("example.com")).collect()
}

async fn missing(server: &Keyrack) -> u64 {
    server.app.metrics.domain_checks.missing.get()
}

/// Sign-ins end meanwhile: ada comes back for each look at her domains.
async fn domain(server: &Keyrack, acme: &str) -> Value {
    server.signed_in("ada").await.get(&format!("/organizations/{acme}/domains")).await.ok()[0].clone()
}

#[tokio::test]
async fn a_record_that_stays_away_loses_the_domain_after_the_grace_and_its_administrators_are_told() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (acme, other) = (ada.founds("Acme").await, bob.founds("Other").await);
    let proved = ada.proves(&dns, &acme, "example.com", "automatic").await;
    let theirs = bob.claims_domain(&other, "example.com", "automatic").await;
    // Before its time nobody looks.
    dns.forgets(&record_of(&proved)).await;
    after(&server, DAY - 1).await;
    assert_eq!(missing(&server).await, 0);
    after(&server, 1).await;
    assert_eq!(missing(&server).await, 1);
    assert_eq!(told(&server).await, ["The record of example.com is missing"]);
    let mail = server.mails("ada").await.pop().unwrap().mail;
    assert!(mail.text.contains(text_of(&proved)) && mail.text.contains("2026-01-09"), "{}", mail.text);
    // In the time of grace it does what it did.
    assert!(domain(&server, &acme).await["missing_since"].is_string());
    assert_eq!(server.signed_up("carl").await.member_of().await, ["Acme"]);
    for _ in 0..6 {
        after(&server, DAY).await;
    }
    assert_eq!(told(&server).await.len(), 1, "told once");
    after(&server, DAY - 1).await;
    assert_eq!(domain(&server, &acme).await["verified"], true);
    after(&server, HOUR).await;
    assert_eq!(told(&server).await.pop().unwrap(), "example.com is not proved any more");
    let lost = domain(&server, &acme).await;
    assert_eq!((&lost["verified"], &lost["missing_since"]), (&json!(false), &Value::Null));
    assert_eq!(server.signed_up("dora").await.member_of().await, Vec::<String>::new());
    assert_eq!(server.signed_in("carl").await.member_of().await, ["Acme"], "members stay");
    for event in ["domain_missed", "domain_lost"] {
        let sql = format!(
            "select count(*) from audit where deployment_id = $1 and event = '{event}' and actor = 'system'"
        );
        assert_eq!(server.count(crate::support::forever(sql)).await, 1, "{event}");
    }
    // It is anybody's to prove.
    dns.says(&record_of(&theirs), text_of(&theirs)).await;
    let bob = server.signed_in("bob").await;
    bob.verifies(&theirs).await.ok();
    assert_eq!(server.signed_up("emil").await.member_of().await, ["Other"]);
    let late = server.signed_in("ada").await;
    dns.says(&record_of(&proved), text_of(&proved)).await;
    assert_eq!(late.verifies(&proved).await.refused(), refused(409, "domain_taken"));
}

#[tokio::test]
async fn a_record_that_comes_back_ends_the_grace() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let proved = ada.proves(&dns, &acme, "example.com", "automatic").await;
    dns.forgets(&record_of(&proved)).await;
    for _ in 0..6 {
        after(&server, DAY).await;
        assert_eq!(told(&server).await.len(), 1);
    }
    dns.says(&record_of(&proved), text_of(&proved)).await;
    after(&server, HOUR).await;
    let stands = domain(&server, &acme).await;
    assert_eq!((&stands["missing_since"], &stands["verified_at"]), (&Value::Null, &proved["verified_at"]));
    // The next time of grace is a whole one.
    dns.forgets(&record_of(&proved)).await;
    for _ in 0..7 {
        after(&server, DAY).await;
        assert_eq!(told(&server).await.len(), 2);
    }
    assert_eq!(domain(&server, &acme).await["verified"], true);
}

#[tokio::test]
async fn a_domain_is_never_lost_because_nobody_answers() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let proved = ada.proves(&dns, &acme, "example.com", "automatic").await;
    let address = dns.address;
    dns.stop().await;
    for _ in 0..10 {
        after(&server, 20 * DAY).await;
    }
    let unanswered = server.app.metrics.domain_checks.unanswered.get();
    assert!(unanswered >= 10, "{unanswered}");
    let stands = domain(&server, &acme).await;
    assert_eq!((&stands["verified"], &stands["missing_since"]), (&json!(true), &Value::Null));
    assert_eq!(told(&server).await, Vec::<String>::new());
    assert_eq!(server.signed_up("bob").await.member_of().await, ["Acme"]);
    // Somebody who knows answers again, and says that it is missing: the grace begins now.
    let _dns = NameServer::start_at(address).await;
    after(&server, HOUR).await;
    assert_eq!(domain(&server, &acme).await["verified"], true);
    assert_eq!(told(&server).await.len(), 1);
    drop(proved);
}

#[tokio::test]
async fn a_proved_domain_whose_record_somebody_misses_is_looked_for_at_once_and_missed_by_the_server() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let proved = ada.proves(&dns, &acme, "example.com", "automatic").await;
    dns.forgets(&record_of(&proved)).await;
    assert_eq!(ada.verifies(&proved).await.refused(), refused(400, "domain_record_not_found"));
    assert_eq!(domain(&server, &acme).await["missing_since"], Value::Null);
    after(&server, 0).await;
    assert!(domain(&server, &acme).await["missing_since"].is_string());
    assert_eq!(told(&server).await.len(), 1);
}

/// What `who` is told of an organization and has not put away, or has.
async fn inbox(server: &Keyrack, who: &str, organization: &str, is_archived: bool) -> Vec<Value> {
    let browser = server.signed_in(who).await;
    browser.inbox(&format!("organization_ids={organization}&is_archived={is_archived}")).await
}

fn kinds(inbox: &[Value]) -> Vec<&str> {
    inbox.iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn administrators_find_what_becomes_of_a_domain_in_their_inboxes_and_nobody_else_does() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, bob, cyd) =
        (server.signed_up("ada").await, server.signed_up("bob").await, server.signed_up("cyd").await);
    let (acme, user) = (ada.founds("Acme").await, ada.user_id().await);
    server.join(&acme, &bob.user_id().await, &[MEMBER]).await;
    server.join(&acme, &cyd.user_id().await, &[ADMIN]).await;
    let proved = ada.proves(&dns, &acme, "example.com", "none").await;
    dns.forgets(&record_of(&proved)).await;
    after(&server, DAY).await;
    let [missed] = inbox(&server, "ada", &acme, false).await.try_into().unwrap();
    assert_eq!(
        [&missed["kind"], &missed["severity"], &missed["organization_id"], &missed["user_id"]],
        [&json!("domain_missed"), &json!("warning"), &json!(acme), &json!(user)]
    );
    assert_eq!((&missed["workspace_id"], &missed["is_read"]), (&Value::Null, &json!(false)));
    assert_eq!(missed["title"], "The record of example.com is missing");
    assert!(missed["metadata"]["until"].as_str().unwrap().starts_with("2026-01-09T"), "{missed}");
    let facts = json!({
        "organization_id": acme, "organization_name": "Acme", "domain_id": proved["id"], "domain": "example.com",
        "until": missed["metadata"]["until"],
    });
    assert_eq!(missed["metadata"], facts);
    for _ in 0..6 {
        after(&server, DAY).await;
    }
    assert_eq!(kinds(&inbox(&server, "ada", &acme, false).await), ["domain_missed"], "told once");
    after(&server, DAY).await;
    for who in ["ada", "cyd"] {
        let [lost] = inbox(&server, who, &acme, false).await.try_into().unwrap();
        assert_eq!((&lost["kind"], &lost["severity"]), (&json!("domain_lost"), &json!("warning")), "{who}");
        assert_eq!(lost["title"], "example.com is not proved any more");
        let facts = json!({
            "organization_id": acme, "organization_name": "Acme", "domain_id": proved["id"], "domain": "example.com",
        });
        assert_eq!(lost["metadata"], facts);
        assert_eq!(kinds(&inbox(&server, who, &acme, true).await), ["domain_missed"], "{who}");
    }
    for is_archived in [false, true] {
        assert_eq!(inbox(&server, "bob", &acme, is_archived).await, Vec::<Value>::new());
    }
    // Whoever proves it again has nothing to be warned of.
    dns.says(&record_of(&proved), text_of(&proved)).await;
    server.signed_in("ada").await.verifies(&proved).await.ok();
    for who in ["ada", "cyd"] {
        assert_eq!(inbox(&server, who, &acme, false).await, Vec::<Value>::new(), "{who}");
    }
}

#[tokio::test]
async fn the_inbox_warns_of_a_record_until_it_is_there_again_or_the_domain_is_removed() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let proved = ada.proves(&dns, &acme, "example.com", "none").await;
    let warned = async || inbox(&server, "ada", &acme, false).await.len();
    let forgotten = async || {
        dns.forgets(&record_of(&proved)).await;
        after(&server, DAY).await;
    };
    forgotten().await;
    assert_eq!(warned().await, 1);
    dns.says(&record_of(&proved), text_of(&proved)).await;
    after(&server, DAY).await;
    assert_eq!(warned().await, 0);
    forgotten().await;
    assert_eq!(warned().await, 1);
    // An administrator looks before the server does.
    dns.says(&record_of(&proved), text_of(&proved)).await;
    server.signed_in("ada").await.verifies(&proved).await.ok();
    assert_eq!(warned().await, 0);
    forgotten().await;
    assert_eq!(warned().await, 1);
    let path = format!("/organizations/{acme}/domains/{}/delete", proved["id"].as_str().unwrap());
    server.signed_in("ada").await.post(&path, json!({})).await.ok();
    assert_eq!((warned().await, inbox(&server, "ada", &acme, true).await.len()), (0, 3));
}

/// Whose a domain is may have changed since the backup was made.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_every_domain_is_proved_again_at_once() {
    let dns = NameServer::start().await;
    for (from, to) in ways().await {
        let serve = async |store: &Store| {
            Keyrack::start_configured(|config| {
                store.use_in(config);
                config.nameservers = vec![dns.address];
                "domains".clone_into(&mut config.deployments[0].id);
            })
            .await
        };
        let server = serve(&from).await;
        let ada = server.signed_up("ada").await;
        let acme = ada.founds("Acme").await;
        let proved = ada.proves(&dns, &acme, "example.com", "automatic").await;
        let file = from.back_up().await;
        to.restore(&file, server.app.world.clock.now_ms(), true).await.unwrap();
        dns.forgets(&record_of(&proved)).await;
        let restored = serve(&to).await;
        after(&restored, 0).await;
        assert!(domain(&restored, &acme).await["missing_since"].is_string());
        assert_eq!(missing(&server).await, 0);
    }
}

/// Both nodes' clocks stand at the same time: one of them looks.
#[tokio::test]
async fn one_node_at_a_time_looks_for_records() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let Some(other) = server.second_node().await else { return };
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    for n in 0..5 {
        ada.proves(&dns, &acme, &format!("d{n}.test"), "none").await;
    }
    for node in [&server, &other] {
        node.advance(DAY);
    }
    let proved = |node: &Keyrack| node.app.metrics.domain_checks.proved.get();
    let before = proved(&server);
    let (one, two) = tokio::join!(check_domains(&server.app), check_domains(&other.app));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(proved(&server) - before + proved(&other), 5);
}
