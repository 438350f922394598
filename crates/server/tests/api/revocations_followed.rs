//! A backend of ours beside a server: who signs out is refused by it, and it asks nobody for that.

use crate::support::{Keyrack, PASSWORD};
use keyrack_server::world::Stopwatch;
use keyrack_verify::{Clock, Refusal, Verifier, WhenCut};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The server's own time.
#[derive(Debug)]
struct Time(keyrack_server::app::Shared);

impl Clock for Time {
    fn now_ms(&self) -> i64 {
        self.0.world.clock.now_ms()
    }

    fn passed_ms(&self) -> i64 {
        self.now_ms()
    }
}

async fn verifier(server: &Keyrack) -> Verifier {
    let key = server.api_key(&["revocations:read"]).await;
    let closed = WhenCut::Closed(Duration::from_secs(30));
    let builder = Verifier::builder(server.app.sites[0].issuer.clone()).server(&server.base);
    builder.revocations(key, closed).clock(Arc::new(Time(Arc::clone(&server.app)))).build().unwrap()
}

async fn until(verifier: &Verifier, token: &str, expected: Result<(), Refusal>) {
    let asked = async {
        while verifier.verify(token).await.map(drop) != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap_or_else(|_| panic!("not {expected:?}"));
}

/// How many requests the server has answered, its streams among them when they end.
async fn answered(server: &Keyrack) -> u64 {
    let text = keyrack_server::metrics::text(&server.app).await.unwrap();
    let counts = text.lines().filter(|line| line.starts_with("keyrack_http_requests_total{"));
    counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

#[tokio::test]
async fn a_sign_out_is_refused_within_a_second_and_no_verification_asks_the_server() {
    let server = Keyrack::start().await;
    let verifier = verifier(&server).await;
    let browser = server.signed_up("ada").await;
    let mut took = Vec::new();
    for _ in 0..5 {
        let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
        until(&verifier, &token, Ok(())).await;
        let before = answered(&server).await;
        assert!(before > 0, "nothing is counted");
        for _ in 0..100 {
            verifier.verify(&token).await.unwrap();
        }
        assert_eq!(answered(&server).await, before, "the server was asked");
        browser.post("/session/sign-out", json!({})).await.ok();
        let since = Stopwatch::start();
        until(&verifier, &token, Err(Refusal::Revoked)).await;
        took.push(since.elapsed());
        browser.sign_in("ada", PASSWORD).await.ok();
    }
    took.sort();
    // The middle one: another program that had the machine for a while is not the server's doing.
    assert!(took[2] < Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn who_signs_out_is_refused_by_a_backend_and_who_stays_is_not() {
    let server = Keyrack::start().await;
    let verifier = verifier(&server).await;
    let (browser, [_, bob]) = server.signed_up_two().await;
    let token = async || browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    let bobs = token().await;
    until(&verifier, &bobs, Ok(())).await;
    let claims = verifier.verify(&bobs).await.unwrap();
    assert_eq!(claims.sign_in_id(), bob);
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    until(&verifier, &bobs, Err(Refusal::Revoked)).await;
    let adas = token().await;
    assert!(verifier.verify(&adas).await.is_ok(), "the other account of the browser goes on");
}

#[tokio::test]
async fn a_backend_that_starts_later_knows_who_signed_out_before() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    browser.signs_up(&server, "ada").await;
    let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    browser.post("/session/sign-out", json!({})).await.ok();
    let verifier = verifier(&server).await;
    let heard = async {
        loop {
            match verifier.verify(&token).await.unwrap_err() {
                Refusal::Revoked => break,
                before => assert_eq!(before, Refusal::NoRevocations, "nobody is believed until it has heard"),
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), heard).await.expect("it hears");
}
