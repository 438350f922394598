//! The stream of revocations, from an issuer that tells, breaks off and comes back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

use keyrack_verify::{Refusal, Verifier, WhenCut};
use std::time::Duration;
use support::{Issuer, Signer, claims, claims_with};

fn snapshot(id: &str, revocations: &str) -> String {
    format!("event: snapshot\nid: {id}\ndata: {{\"window_ms\":65000,\"revocations\":[{revocations}]}}\n\n")
}

fn revoked(id: &str, sign_in: &str, rev: i64) -> String {
    let data = format!(r#"{{"revocations":[{{"signin_id":"{sign_in}","not_before_rev":{rev}}}]}}"#);
    format!("event: revoked\nid: {id}\ndata: {data}\n\n")
}

/// Asks until the answer is this one: what is told arrives when the machine lets it.
async fn until(verifier: &Verifier, token: &str, expected: Result<(), Refusal>) {
    while verifier.verify(token).await.map(drop) != expected {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_signs_out_is_refused_as_soon_as_it_is_told() {
    let signer = Signer::named("k1");
    let mut issuer = Issuer::with(&[&signer]).await;
    let verifier = issuer.builder().revocations("sk_live_a", WhenCut::Lifetime).build().unwrap();
    let stream = issuer.streams.recv().await.unwrap();
    assert_eq!((stream.key.as_str(), stream.last_event_id.as_deref()), ("Bearer sk_live_a", None));
    let (first, second) = (signer.sign(&claims()), signer.sign(&claims_with("signin_id", "sin_2".into())));
    let later = signer.sign(&claims_with("rev", 8.into()));
    stream.say.send(snapshot("e.1", r#"{"signin_id":"sin_2","not_before_rev":8}"#)).unwrap();
    until(&verifier, &second, Err(Refusal::Revoked)).await;
    assert!(verifier.verify(&first).await.is_ok());
    stream.say.send(revoked("e.2", "sin_1", 8)).unwrap();
    until(&verifier, &first, Err(Refusal::Revoked)).await;
    assert!(verifier.verify(&later).await.is_ok(), "minted after it");
}

#[tokio::test]
async fn a_stream_that_broke_off_goes_on_where_it_ended() {
    let signer = Signer::named("k1");
    let mut issuer = Issuer::with(&[&signer]).await;
    let verifier = issuer.builder().revocations("sk_live_a", WhenCut::Lifetime).build().unwrap();
    let stream = issuer.streams.recv().await.unwrap();
    stream.say.send(snapshot("e.1", "") + &revoked("e.5", "sin_9", 1)).unwrap();
    drop(stream);
    let stream = issuer.streams.recv().await.unwrap();
    assert_eq!(stream.last_event_id.as_deref(), Some("e.5"));
    stream.say.send(revoked("e.6", "sin_1", 8)).unwrap();
    until(&verifier, &signer.sign(&claims()), Err(Refusal::Revoked)).await;
    stream.say.send("event: revoked\nid: e.7\ndata: nothing\n\n".to_owned()).unwrap();
    let stream = issuer.streams.recv().await.unwrap();
    assert_eq!(stream.last_event_id, None, "what was not understood is asked for anew");
    assert_eq!(verifier.verify(&signer.sign(&claims())).await.unwrap_err(), Refusal::Revoked);
}

#[tokio::test]
async fn what_is_closed_refuses_until_it_hears_and_when_it_has_not_heard_for_too_long() {
    let signer = Signer::named("k1");
    let mut issuer = Issuer::with(&[&signer]).await;
    let closed = WhenCut::Closed(Duration::from_secs(10));
    let verifier = issuer.builder().revocations("sk_live_a", closed).build().unwrap();
    let token = signer.sign(&claims());
    assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::NoRevocations);
    let stream = issuer.streams.recv().await.unwrap();
    stream.say.send(snapshot("e.1", "")).unwrap();
    until(&verifier, &token, Ok(())).await;
    issuer.pass(10_001);
    assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::NoRevocations);
    assert_eq!(verifier.revocations_silent_ms(), Some(10_001));
    stream.say.send(":\n\n".to_owned()).unwrap();
    until(&verifier, &token, Ok(())).await;
}

#[tokio::test]
async fn a_key_that_may_not_hears_nothing_and_lets_in_only_who_lives_out_their_time() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let token = signer.sign(&claims());
    let closed = WhenCut::Closed(Duration::from_secs(10));
    for (when_cut, expected) in [(WhenCut::Lifetime, Ok(())), (closed, Err(Refusal::NoRevocations))] {
        let verifier = issuer.builder().revocations("sk_live_unknown", when_cut).build().unwrap();
        assert_eq!(verifier.verify(&token).await.map(drop), expected);
    }
}

#[tokio::test]
async fn nobody_follows_for_a_verifier_that_is_gone() {
    let signer = Signer::named("k1");
    let mut issuer = Issuer::with(&[&signer]).await;
    let verifier = issuer.builder().revocations("sk_live_a", WhenCut::Lifetime).build().unwrap();
    let stream = issuer.streams.recv().await.unwrap();
    drop(verifier);
    stream.say.send(snapshot("e.1", "")).unwrap();
    stream.say.closed().await;
}
