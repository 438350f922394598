//! Keys of endpoints, each seen at work.

use crate::keys::cases;
use crate::support::{Got, Keyrack, Operator, Receiver};
use keyrack_server::webhook::deliver_due;
use std::fs;

/// What an endpoint was told of ada's sign-up, whose table says these instead of what it says usually.
async fn told(set: &[(&str, &str)]) -> (Receiver, Vec<Got>, Keyrack) {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let secret = folder.path().join("secret");
    fs::write(&secret, "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
    let (url, file) = (format!("\"{}/usual\"", receiver.url), format!("{:?}", secret.display().to_string()));
    let usual = [
        ("deployment.webhook.name", "\"app\""),
        ("deployment.webhook.url", url.as_str()),
        ("deployment.webhook.secret_file", file.as_str()),
        ("deployment.webhook.private_addresses", "true"),
    ];
    let set: Vec<(String, String)> = set
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.replace("{receiver}", &receiver.url)))
        .collect();
    let mut keys: Vec<(&str, &str)> = set.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    keys.extend(usual.iter().copied().filter(|(key, _)| !set.iter().any(|(name, _)| name == key)));
    let server = Keyrack::from_file(&keys).await;
    server.signed_up("ada").await;
    deliver_due(&server.app).await.unwrap();
    let got = receiver.got();
    (receiver, got, server)
}

fn verifies(key: u8, got: &Got) -> bool {
    let library = standardwebhooks::Webhook::from_bytes(vec![key; 32]).unwrap();
    let (id, at) = (got.header("webhook-id"), got.header("webhook-timestamp").parse().unwrap());
    library.sign(id, at, got.body.as_bytes()).unwrap() == got.header("webhook-signature")
}

cases! {
    "deployment.webhook.name": async fn an_endpoint_is_called_by_its_name() {
        let (_, _, server) = told(&[(KEY, "\"crm\"")]).await;
        let named = "select count(*) from webhook_events where deployment_id = $1 and endpoint = 'crm'";
        assert_eq!(server.count(named).await, 3);
        let (_, _, server) = told(&[]).await;
        assert_eq!(server.count(named).await, 0);
    }

    "deployment.webhook.url": async fn an_endpoint_is_where_the_file_says() {
        let paths = async |set: &[(&str, &str)]| told(set).await.1[0].path.clone();
        assert_eq!(paths(&[]).await, "/usual");
        assert_eq!(paths(&[(KEY, "\"{receiver}/other?a=b\"")]).await, "/other?a=b");
    }

    "deployment.webhook.secret_file": async fn signatures_are_made_with_the_secret_in_the_file() {
        let (folder, usual) = (tempfile::tempdir().unwrap(), told(&[]).await.1);
        assert!(verifies(7, &usual[0]) && !verifies(8, &usual[0]));
        let secret = folder.path().join("other");
        fs::write(&secret, "whsec_CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=\n").unwrap();
        let (_, got, _) = told(&[(KEY, &format!("{:?}", secret.display().to_string()))]).await;
        assert!(verifies(8, &got[0]) && !verifies(7, &got[0]));
    }

    "deployment.webhook.events": async fn an_endpoint_is_told_what_the_file_names() {
        assert_eq!(told(&[]).await.1.len(), 3);
        assert_eq!(told(&[(KEY, "[\"user.*\", \"session.created\"]")]).await.1.len(), 2);
    }

    "deployment.webhook.private_addresses": async fn an_endpoint_of_this_machine_is_called_where_that_is_allowed() {
        assert_eq!(told(&[(KEY, "true")]).await.1.len(), 3);
        // Written so that only connecting shows where it leads, and no connection is made there.
        let hidden = ("deployment.webhook.url", "\"https://localhost:9/hooks\"");
        let (_, got, server) = told(&[(KEY, "false"), hidden]).await;
        assert_eq!(got.len(), 0);
        let event = Operator(&server).get("/webhooks").await.ok()["items"][0].clone();
        assert!(event["answer"].as_str().unwrap().contains("private_addresses = true"), "{event}");
    }
}
