//! What endpoints do not take is sent again, and what nobody takes when an operator says so.

use crate::metrics::{Rise, rises, scrape};
use crate::support::{Keyrack, Operator, Receiver, Running};
use crate::webhooks::{HOUR, KEY, MINUTE, body, endpoint, telling};
use http::Method;
use keyrack_server::config::{Deployment, Webhook};
use keyrack_server::webhook::deliver_due;
use serde_json::json;
use std::fs;

#[tokio::test]
async fn what_was_not_taken_is_sent_again_with_the_same_id_after_pauses_that_grow() {
    let receiver = Receiver::start().await;
    let webhook = endpoint("crm", &receiver, &["user.created"]);
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await;
    // A redirect is not followed: it could lead anywhere.
    receiver.answers(&[500, 301, 429], "http://127.0.0.1:1/elsewhere");
    server.signed_up("ada").await;
    for (pause, tries) in [(0, 1), (4_000, 1), (1_000, 2), (4 * MINUTE, 2), (MINUTE, 3), (30 * MINUTE, 4)] {
        server.advance(pause);
        deliver_due(&server.app).await.unwrap();
        assert_eq!(receiver.got().len(), tries, "after {pause}");
    }
    server.advance(90 * HOUR);
    deliver_due(&server.app).await.unwrap();
    let got = receiver.got();
    assert_eq!(got.len(), 4);
    let (first, last) = (&got[0], &got[3]);
    assert_eq!(first.header("webhook-id"), last.header("webhook-id"));
    assert_ne!(first.header("webhook-timestamp"), last.header("webhook-timestamp"));
    assert_eq!(body(first)["timestamp"], body(last)["timestamp"]);
}

#[tokio::test]
async fn what_nobody_takes_is_given_up_and_sent_again_when_an_operator_says_so() {
    let receiver = Receiver::start().await;
    let webhook = endpoint("crm", &receiver, &["user.created"]);
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await;
    receiver.answers(&[500; 10], "");
    server.signed_up("ada").await;
    for _ in 0..12 {
        deliver_due(&server.app).await.unwrap();
        server.advance(31 * HOUR);
    }
    assert_eq!(receiver.got().len(), 10);
    let operator = Operator(&server);
    let dead = operator.get("/webhooks?state=dead").await.ok();
    let event = &dead["items"][0];
    assert_eq!((&event["tries"], &event["answer"]), (&json!(10), &json!("answered with 500")));
    assert_eq!(event["type"], "user.created");
    assert_eq!(operator.get("/webhooks?state=queued").await.ok()["items"], json!([]));

    let since = json!({ "endpoint": "crm", "since": "1000d", "dead": true });
    assert_eq!(operator.ask(Method::POST, "/webhooks/replay", since.clone()).await.ok()["queued"], 1);
    deliver_due(&server.app).await.unwrap();
    assert_eq!(receiver.got().len(), 11);
    assert_eq!(operator.get("/webhooks?state=sent").await.ok()["items"][0]["id"], event["id"]);
    assert_eq!(operator.ask(Method::POST, "/webhooks/replay", since).await.ok()["queued"], 0);
    let again = json!({ "ids": [event["id"]] });
    assert_eq!(operator.ask(Method::POST, "/webhooks/replay", again).await.ok()["queued"], 1);
    deliver_due(&server.app).await.unwrap();
    assert_eq!(receiver.got().len(), 12);
    for wrong in [
        json!({}),
        json!({ "ids": ["evt_1"] }),
        json!({ "endpoint": "crm" }),
        json!({ "endpoint": "nowhere", "since": "1d" }),
        json!({ "ids": [event["id"]], "endpoint": "crm", "since": "1d" }),
    ] {
        let refused = operator.ask(Method::POST, "/webhooks/replay", wrong.clone()).await.refused();
        assert_eq!(refused.1, "invalid_parameter", "{wrong}");
    }
}

#[tokio::test]
async fn what_waits_for_its_next_try_goes_at_once_when_an_operator_has_mended_the_endpoint() {
    let receiver = Receiver::start().await;
    let webhook = endpoint("crm", &receiver, &["user.created"]);
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await;
    receiver.answers(&[500], "");
    server.signed_up("ada").await;
    deliver_due(&server.app).await.unwrap();
    deliver_due(&server.app).await.unwrap();
    assert_eq!(receiver.got().len(), 1, "it waits for its next try");
    let operator = Operator(&server);
    let not_taken = json!({ "endpoint": "crm", "since": "1h", "dead": true });
    let replay = async || {
        operator.ask(Method::POST, "/webhooks/replay", not_taken.clone()).await.ok()["queued"].clone()
    };
    assert_eq!(replay().await, 1);
    deliver_due(&server.app).await.unwrap();
    assert_eq!(receiver.got().len(), 2);
    assert_eq!(replay().await, 0, "what was taken is not told again");
}

#[tokio::test]
async fn what_waits_fails_is_taken_and_is_given_up_is_counted() {
    let receiver = Receiver::start().await;
    let webhook = endpoint("crm", &receiver, &["user.created"]);
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await;
    receiver.answers(&[500, 200, 410], "");
    let id = server.app.sites[0].config.id.clone();
    let of = [("deployment", id.as_str())];
    let waits = async |queued: f64, age: f64, dead: f64| {
        let now = scrape(&server).await;
        let value = |name: &str| now.value(&format!("keyrack_webhooks_{name}"), &of);
        assert_eq!((value("queued"), value("oldest_age_seconds"), value("dead")), (queued, age, dead));
    };
    let total = "keyrack_webhooks_total";
    let by = |outcome: &'static str| [("outcome", outcome)];
    let (delivered, failed, given_up) = (by("delivered"), by("failed"), by("given_up"));
    waits(0.0, 0.0, 0.0).await;
    server.signed_up("ada").await;
    let first: [Rise<'_>; 3] = [(total, &delivered, 0.0), (total, &failed, 1.0), (total, &given_up, 0.0)];
    rises(&server, &first, async || deliver_due(&server.app).await.unwrap()).await;
    server.advance(5_000);
    waits(1.0, 5.0, 0.0).await;
    let second: [Rise<'_>; 3] = [(total, &delivered, 1.0), (total, &failed, 0.0), (total, &given_up, 0.0)];
    rises(&server, &second, async || deliver_due(&server.app).await.unwrap()).await;
    waits(0.0, 0.0, 0.0).await;
    server.signed_up("bob").await;
    let third: [Rise<'_>; 3] = [(total, &delivered, 0.0), (total, &failed, 0.0), (total, &given_up, 1.0)];
    rises(&server, &third, async || deliver_due(&server.app).await.unwrap()).await;
    waits(0.0, 0.0, 1.0).await;
}

#[tokio::test]
async fn an_endpoint_that_says_that_it_is_gone_is_not_asked_again() {
    let receiver = Receiver::start().await;
    let webhook = endpoint("crm", &receiver, &["user.created"]);
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await;
    receiver.answers(&[410], "");
    server.signed_up("ada").await;
    for _ in 0..3 {
        deliver_due(&server.app).await.unwrap();
        server.advance(31 * HOUR);
    }
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(Operator(&server).get("/webhooks").await.ok()["items"][0]["state"], "dead");
}

#[tokio::test]
async fn two_nodes_send_a_message_once() {
    let receiver = Receiver::start().await;
    let server = telling(&receiver).await;
    let Some(second) = server.second_node().await else { return };
    for round in 0..20 {
        server.signed_up(&format!("ada{round}")).await;
        let (one, other) = tokio::join!(deliver_due(&server.app), deliver_due(&second.app));
        one.and(other).unwrap();
    }
    deliver_due(&server.app).await.unwrap();
    let mut ids: Vec<String> = receiver.got().iter().map(|got| got.header("webhook-id").to_owned()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert_eq!(
        server.count("select count(*) from webhook_events where deployment_id = $1").await,
        all as i64
    );
}

#[tokio::test]
async fn m12_an_endpoint_at_a_private_address_is_not_called_unless_that_is_allowed() {
    let receiver = Receiver::start().await;
    // A name that leads there, which only connecting shows.
    let url = receiver.url.replace("127.0.0.1", "localhost");
    let webhook = Webhook {
        url: format!("{url}/hooks"),
        private_addresses: false,
        ..endpoint("crm", &receiver, &["user.created"])
    };
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await;
    server.signed_up("ada").await;
    deliver_due(&server.app).await.unwrap();
    assert_eq!(receiver.got().len(), 0);
    let event = Operator(&server).get("/webhooks").await.ok()["items"][0].clone();
    assert_eq!(event["state"], "queued");
    assert!(event["answer"].as_str().unwrap().contains("private_addresses"), "{event}");
}

#[tokio::test]
async fn the_command_line_lists_replays_and_tries_out() {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n").unwrap();
    let table = format!(
        "[[deployment.webhook]]\nname = \"crm\"\nurl = \"{}/hooks/crm\"\nsecret_file = \"{}\"\nevents = [\"user.*\"]\nprivate_addresses = true\n",
        receiver.url,
        secret.display()
    );
    let server = Running::dev_ending(&table);
    server.json("user create --no-password --email ada@example.com");
    let sent = async |count: usize| {
        while receiver.got().len() < count {
            tokio::task::yield_now().await;
        }
    };
    sent(1).await;
    let library = standardwebhooks::Webhook::from_bytes(KEY.to_vec()).unwrap();
    let got = receiver.got();
    library.verify(got[0].body.as_bytes(), &got[0].headers).unwrap();
    let id = got[0].header("webhook-id").to_owned();
    let listed = server.keyrack("webhook list --endpoint crm");
    assert!(listed.out[0].starts_with("MESSAGE ") && listed.out[1].starts_with(&id), "{listed:?}");
    assert_eq!(server.keyrack(&format!("webhook replay {id}")).out, ["1 message is sent again."]);
    sent(2).await;
    assert_eq!(server.json("webhook replay --endpoint crm --since 1h")["queued"], 1);
    sent(3).await;
    server.json("webhook test crm");
    sent(4).await;
    assert_eq!(body(&receiver.got()[3])["type"], "webhook.test");
    let (exit, said) = server.refuses("webhook test nowhere");
    assert!(exit == 2 && said.contains("there is crm"), "{exit} {said}");
    assert_eq!(server.keyrack("webhook replay").code, Some(2));
}
