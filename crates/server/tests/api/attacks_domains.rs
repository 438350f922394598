//! Attacks on domains of organizations (J14, O02).

use crate::domains::{HOUR, asking, record_of, refused, text_of};
use crate::support::dns::sockets;
use crate::support::{Browser, Keyrack, NameServer, PASSWORD, code_form};
use hickory_server::proto::op::{Message, MessageType};
use hickory_server::proto::rr::rdata::TXT;
use hickory_server::proto::rr::{Name, RData, Record};
use keyrack_server::outbox;
use serde_json::json;
use tokio::net::UdpSocket;

/// A browser in which somebody signs up with this address, all the way.
async fn signed_up_as(server: &Keyrack, email: &str) -> Browser {
    let browser = server.browser();
    let form = json!({ "email": email, "password": PASSWORD, "first_name": "X", "last_name": "Test" });
    let session = browser.post("/auth/signup", form).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&attempt).await.ok();
    outbox::deliver_due(&server.app).await.unwrap();
    let mut mails = server.app.world.mailer.captured_mails();
    mails.retain(|mail| mail.mail.to == email);
    let code = mails.pop().and_then(|mail| mail.mail.code).unwrap();
    browser.post("/auth/attempt-verification", code_form(&attempt, &code)).await.ok();
    browser
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[tokio::test]
async fn j14_a_claim_that_nobody_proved_opens_nothing_and_tells_nothing() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (acme, evil) = (ada.founds("Acme").await, eve.founds("Evil").await);
    ada.proves(&dns, &acme, "example.com", "none").await;
    let claimed = eve.claims_domain(&evil, "example.com", "automatic").await;
    // Nobody learns from a claim that another organization is here.
    let free = eve.claims_domain(&evil, "example.org", "automatic").await;
    for key in ["verified", "verification_attempts", "checked_at", "join_mode"] {
        assert_eq!(claimed[key], free[key], "{key}");
    }
    for domain in [&claimed, &free] {
        assert_eq!(eve.verifies(domain).await.refused(), refused(400, "domain_record_not_found"));
    }
    let bob = server.signed_up("bob").await;
    assert_eq!((bob.member_of().await, bob.suggested().await), (nothing(), nothing()));
    let join = bob.post(&format!("/organizations/{evil}/join"), json!({})).await;
    assert_eq!(join.refused(), refused(404, "organization_not_found"));
}

#[tokio::test]
async fn j14_the_record_of_one_claim_proves_no_other_not_even_as_a_wildcard() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (acme, evil) = (ada.founds("Acme").await, eve.founds("Evil").await);
    let first = ada.claims_domain(&acme, "example.com", "automatic").await;
    let hers = eve.claims_domain(&evil, "example.com", "automatic").await;
    assert_ne!(text_of(&first), text_of(&hers));
    // The owner wrote ada's text for every name there is.
    dns.says("*.example.com", text_of(&first)).await;
    assert_eq!(eve.verifies(&hers).await.refused(), refused(400, "domain_record_not_found"));
    let below = eve.claims_domain(&evil, "shop.example.com", "automatic").await;
    assert_eq!(eve.verifies(&below).await.refused(), refused(400, "domain_record_not_found"));
    // What was claimed before and is claimed anew has another text: an old record, still there, proves nothing.
    let path = format!("/organizations/{acme}/domains/{}/delete", first["id"].as_str().unwrap());
    ada.post(&path, json!({})).await.ok();
    let anew = ada.claims_domain(&acme, "example.com", "automatic").await;
    assert_ne!(text_of(&anew), text_of(&first));
    assert_eq!(ada.verifies(&anew).await.refused(), refused(400, "domain_record_not_found"));
    assert_eq!(ada.verifies(&first).await.refused(), refused(404, "domain_not_found"));
}

/// Names that still lead to what was given back long ago, and whose new owner writes there what they like.
#[tokio::test]
async fn j14_an_alias_to_somebody_elses_record_proves_nothing() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let eve = server.signed_up("eve").await;
    let evil = eve.founds("Evil").await;
    let claimed = eve.claims_domain(&evil, "example.com", "automatic").await;
    dns.leads("*.example.com", "given-back.test").await;
    dns.says("given-back.test", text_of(&claimed)).await;
    assert_eq!(eve.verifies(&claimed).await.refused(), refused(400, "domain_record_not_found"));
    let other = eve.claims_domain(&evil, "example.org", "automatic").await;
    dns.leads(&record_of(&other), "given-back.test").await;
    dns.says("given-back.test", text_of(&other)).await;
    assert_eq!(eve.verifies(&other).await.refused(), refused(400, "domain_record_not_found"));
    assert_eq!(server.signed_up("bob").await.member_of().await, nothing());
}

#[tokio::test]
async fn j14_a_domain_says_nothing_of_what_is_below_or_above_it_or_looks_like_it() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let eve = server.signed_up("eve").await;
    let evil = eve.founds("Evil").await;
    // A name below somebody else's domain that eve came to hold, and a look-alike (with a Cyrillic a) that she bought.
    eve.proves(&dns, &evil, "shop.example.com", "automatic").await;
    let alike = eve.claims_domain(&evil, "ex\u{430}mple.com", "automatic").await;
    assert!(alike["fqdn"].as_str().unwrap().starts_with("xn--"), "{alike}");
    dns.says(&record_of(&alike), text_of(&alike)).await;
    eve.verifies(&alike).await.ok();
    let bob = server.signed_up("bob").await;
    assert_eq!((bob.member_of().await, bob.suggested().await), (nothing(), nothing()));
    let below = signed_up_as(&server, "x@eu.shop.example.com").await;
    assert_eq!((below.member_of().await, below.suggested().await), (nothing(), nothing()));
    assert_eq!(signed_up_as(&server, "x@shop.example.com").await.member_of().await, ["Evil"]);
}

#[tokio::test]
async fn j14_an_address_that_nobody_proved_joins_nowhere() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.proves(&dns, &acme, "corp.test", "automatic").await;
    let eve = server.signed_up("eve").await;
    // As if she had added an address of the domain and not proved it.
    let (user, deployment) = (eve.user_id().await, server.app.sites[0].config.id.clone());
    let added = server.app.db.write(move |tx| {
        tx.execute(
            "insert into email_addresses
                 (id, deployment_id, user_id, email, is_primary, verified_at, created_at, updated_at)
             values ($1, $2, $3, 'boss@corp.test', 0, null, 0, 0)",
            keyrack_server::params![format!("eml_{}", &user[4..]).as_str(), &deployment, user.as_str()],
        )
    });
    added.await.unwrap();
    let eve = server.signed_in("eve").await;
    assert_eq!((eve.member_of().await, eve.suggested().await), (nothing(), nothing()));
    let join = format!("/organizations/{acme}/join");
    assert_eq!(eve.post(&join, json!({})).await.refused(), refused(404, "organization_not_found"));
    // A sign-up with one is nobody until its code is entered, and a wrong one makes nobody.
    let form = json!({ "email": "ceo@corp.test", "password": PASSWORD, "first_name": "X", "last_name": "Y" });
    let browser = server.browser();
    let session = browser.post("/auth/signup", form).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&attempt).await.ok();
    assert_eq!(browser.enters_code(&attempt, "000000").await.status, 400);
    let members = ada.get(&format!("/organizations/{acme}/members")).await.ok();
    assert_eq!(members["meta"]["total"], 1);
    assert_eq!(signed_up_as(&server, "cto@corp.test").await.member_of().await, ["Acme"]);
}

#[tokio::test]
async fn j14_whoever_was_removed_does_not_come_back_by_an_address() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.proves(&dns, &acme, "example.com", "automatic").await;
    let bob = server.signed_up("bob").await;
    let user = bob.user_id().await;
    ada.post(&format!("/organizations/{acme}/members/{user}/remove"), json!({})).await.ok();
    let again = server.signed_in("bob").await;
    for browser in [&bob, &again] {
        assert_eq!((browser.member_of().await, browser.suggested().await), (nothing(), nothing()));
        let join = browser.post(&format!("/organizations/{acme}/join"), json!({})).await;
        assert_eq!(join.refused(), refused(404, "organization_not_found"));
    }
    // Invited again, and leaving of their own accord, they are as anybody who left.
    server.join(&acme, &user, &[crate::organizations::MEMBER]).await;
    again.post(&format!("/organizations/{acme}/leave"), json!({})).await.ok();
    assert_eq!(again.suggested().await, ["Acme"]);
}

/// Answers a question with the text that would prove it, each time wrong in one way.
async fn forge(socket: UdpSocket, text: String) {
    let elsewhere = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut buffer = [0; 4096];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
        let Ok(asked) = Message::from_vec(&buffer[..length]) else { continue };
        let mut right = asked.clone();
        right.metadata.message_type = MessageType::Response;
        let name = asked.queries[0].name().clone();
        right.additionals.clear();
        right.add_answer(Record::from_rdata(name.clone(), 60, RData::TXT(TXT::new(vec![text.clone()]))));
        let mut other_id = right.clone();
        other_id.metadata.id = right.metadata.id.wrapping_add(1);
        let mut other_question = right.clone();
        other_question.queries[0].set_name(Name::from_ascii("example.org.").unwrap());
        // Whoever cannot see the question cannot know the case of its letters.
        let mut lower = right.clone();
        lower.queries[0].set_name(name.to_lowercase());
        for wrong in [other_id, other_question, lower] {
            socket.send_to(&wrong.to_vec().unwrap(), from).await.unwrap();
        }
        elsewhere.send_to(&right.to_vec().unwrap(), from).await.unwrap();
    }
}

#[tokio::test]
async fn j14_forged_answers_prove_nothing() {
    let (udp, _tcp) = sockets().await;
    let address = udp.local_addr().unwrap();
    let server = Keyrack::start_configured(|config| config.nameservers = vec![address]).await;
    let eve = server.signed_up("eve").await;
    let evil = eve.founds("Evil").await;
    let claimed = eve.claims_domain(&evil, "example.com", "automatic").await;
    let forging = tokio::spawn(forge(udp, text_of(&claimed).to_owned()));
    assert_eq!(eve.verifies(&claimed).await.refused(), refused(503, "domain_lookup_failed"));
    let list = eve.get(&format!("/organizations/{evil}/domains")).await.ok();
    assert_eq!(list[0]["verified"], false);
    assert!(!forging.is_finished());
    forging.abort();
}

#[tokio::test]
async fn o02_of_two_proofs_of_one_domain_one_wins_in_each_of_50_rounds() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |deployment| deployment.organizations.domains.max_per_organization = 100).await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (acme, evil) = (ada.founds("Acme").await, eve.founds("Evil").await);
    for round in 0..50 {
        if round % 25 == 24 {
            server.advance(HOUR);
        }
        let fqdn = format!("r{round}.test");
        let claims =
            [ada.claims_domain(&acme, &fqdn, "none").await, eve.claims_domain(&evil, &fqdn, "none").await];
        for claim in &claims {
            dns.says(&record_of(claim), text_of(claim)).await;
        }
        let (one, two) = tokio::join!(ada.verifies(&claims[0]), eve.verifies(&claims[1]));
        let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
        assert_eq!(won.ok()["verified"], true, "round {round}");
        assert_eq!(lost.refused(), refused(409, "domain_taken"), "round {round}");
        let owners = "select count(*) from domain_owners where deployment_id = $1";
        assert_eq!(server.count(owners).await, round + 1);
        let proved =
            "select count(*) from organization_domains where deployment_id = $1 and verified_at is not null";
        assert_eq!(server.count(proved).await, round + 1);
    }
}

/// The door closes while somebody walks through: either they are in, or they are not, and nobody is in twice.
#[tokio::test]
async fn o02_a_domain_that_is_removed_while_people_join_lets_in_whoever_was_first_in_each_of_50_rounds() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (acme, carl) = (ada.founds("Acme").await, server.signed_up("carl").await);
    for round in 0..50 {
        if round % 25 == 24 {
            server.advance(HOUR);
        }
        let proved = ada.proves(&dns, &acme, "example.com", "suggestion").await;
        let path = format!("/organizations/{acme}/domains/{}/delete", proved["id"].as_str().unwrap());
        let join = format!("/organizations/{acme}/join");
        let (deleted, first, second) =
            tokio::join!(ada.post(&path, json!({})), bob.post(&join, json!({})), bob.post(&join, json!({})));
        deleted.ok();
        // Whoever walked through is in, and is told the same whenever they ask.
        let in_it = first.status == 200;
        match in_it {
            true => assert_eq!(first.ok()["id"], second.ok()["id"], "round {round}"),
            false => {
                for reply in [first, second] {
                    assert_eq!(reply.refused(), refused(404, "organization_not_found"), "round {round}");
                }
            }
        }
        assert_eq!(carl.post(&join, json!({})).await.refused(), refused(404, "organization_not_found"));
        let members = ada.get(&format!("/organizations/{acme}/members")).await.ok();
        assert_eq!(members["meta"]["total"], if in_it { 2 } else { 1 }, "round {round}");
        assert_eq!(members["data"].as_array().unwrap().len(), if in_it { 2 } else { 1 }, "round {round}");
        if in_it {
            bob.post(&format!("/organizations/{acme}/leave"), json!({})).await.ok();
        }
        dns.forgets(&record_of(&proved)).await;
    }
}
