//! What metrics must not say, where they must not be said, and that each is documented.

use crate::metrics::scrape;
use crate::metrics_text::Scrape;
use crate::support::{Keyrack, PASSWORD};
use keyrack_protocol::Code;
use keyrack_server::{app, metrics};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn n01_metrics_hold_no_secret_and_nothing_that_a_request_said() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    let browser = server.signed_up("ada").await;
    let code = server.code("ada").await;
    let session = browser.session().await;
    let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    let credential = browser.credential().unwrap();
    browser.get("/session?canary-query=1").await.ok();
    browser.get("/canary-path/x").await.refused();
    server.browser().sign_in("canary-name", "canary-password").await.refused();
    let odd = browser
        .request(Method::from_bytes(b"CANARY").unwrap(), "/session")
        .header("user-agent", "canary-agent");
    let _ = browser.send(odd).await;
    let _ = browser.send(browser.request(Method::GET, "/session").header("host", "canary.example")).await;
    let text = metrics::text(&server.app).await.unwrap();
    let (id, sign_in) = (session["id"].as_str().unwrap(), browser.sign_in_of("ada").await);
    for secret in [
        PASSWORD,
        &code,
        &token,
        &credential,
        id,
        &sign_in,
        "ada",
        "example.com",
        "127.0.0.1",
        "anary",
        "ANARY",
    ] {
        // A code as a number of its own: between the digits of how long something took it is none.
        let found = if secret == code {
            text.split(|c: char| !c.is_ascii_digit()).any(|number| number == secret)
        } else {
            text.contains(secret)
        };
        assert!(secret.len() > 2 && !found, "{secret}");
    }
    let mut known: BTreeSet<String> =
        app::operations().iter().map(|operation| operation.id.to_owned()).collect();
    known.extend(Code::ALL.iter().map(|code| code.as_str().to_owned()));
    known.extend(server.app.sites.iter().map(|site| site.config.id.clone()));
    let words = "preflight pages other ok begun verified write read single confirm done refused failed proved missing unanswered delivered given_up sqlite \
                 postgresql";
    known.extend(words.split(' ').chain([env!("CARGO_PKG_VERSION")]).map(str::to_owned));
    for sample in Scrape::parse(&text).samples() {
        for (name, value) in sample.labels.iter().filter(|(name, _)| *name != "le") {
            let is_status = name == "status" && value.len() == 3 && value.parse::<u16>().is_ok();
            assert!(is_status || known.contains(value), "{}: {name}={value}", sample.name);
        }
    }
}

#[tokio::test]
async fn n05_the_public_listener_has_no_metrics() {
    for dev in [true, false] {
        let server = Keyrack::start_configured(|config| config.dev = dev).await;
        for path in ["/metrics", "/metrics/", "/_keyrack/metrics", "/session/../metrics"] {
            assert_eq!(server.browser().get(path).await.status, 404, "{path}");
        }
    }
    let production = Keyrack::production().await;
    assert_eq!(production.browser().get("/metrics").await.status, 404);
}

/// The names between backticks at the beginning of the rows of a table of docs/METRICS.md.
fn documented() -> BTreeSet<String> {
    let text = include_str!("../../../../docs/METRICS.md");
    let rows =
        text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name));
    rows.filter(|name| name.starts_with("keyrack_") || name.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn every_metric_is_documented_and_every_alert_watches_one() {
    let server = Keyrack::start().await;
    let scrape = scrape(&server).await;
    let told: BTreeSet<String> = scrape.0.keys().cloned().collect();
    assert_eq!(told, documented());
    let rules = include_str!("../../../../packaging/prometheus-alerts.yml");
    let guide = include_str!("../../../../docs/METRICS.md");
    let samples: BTreeSet<&str> = scrape.samples().iter().map(|sample| sample.name.as_str()).collect();
    let (mut alerts, mut watched) = (0, 0);
    for line in rules.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("- alert: ") {
            alerts += 1;
            assert!(
                guide.contains(&format!("| `{name}` |")),
                "docs/METRICS.md does not say what {name} means"
            );
        }
        let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
        for word in words.filter(|word| word.starts_with("keyrack_") || word.starts_with("process_")) {
            watched += 1;
            assert!(samples.contains(word), "{word} is in the alerts but nowhere else");
        }
    }
    assert!(alerts >= 10 && watched >= alerts, "{alerts} {watched}");
    let described = guide.lines().filter(|line| line.starts_with("| `Keyrack")).count();
    assert_eq!(described, alerts, "an alert is described that does not exist");
}

#[tokio::test]
async fn whatever_is_going_on_the_text_is_well_formed() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let asking = async {
        for _ in 0..50 {
            browser.get("/session").await.ok();
            browser.post("/session/switch-sign-in", json!({ "sign_in_id": "nobody" })).await.refused();
        }
    };
    let scraping = async {
        for _ in 0..20 {
            scrape(&server).await;
        }
    };
    tokio::join!(asking, scraping);
}
