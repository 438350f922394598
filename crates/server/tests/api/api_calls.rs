//! `Idempotency-Key`: what a backend asks again is done once (O03).

use crate::support::{Backend, Keyrack, Reply};
use futures_util::future::join_all;
use keyrack_server::sweep;
use reqwest::Method;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const USERS: &str = "/admin/v1/users";

async fn once(backend: &Backend, key: &str, body: &Value) -> Reply {
    let request = backend.request(Method::POST, USERS).header("idempotency-key", key);
    backend.send(request.json(body)).await
}

async fn users(server: &Keyrack) -> i64 {
    server.count("select count(*) from users where deployment_id = $1").await
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn o03_a_call_that_is_sent_again_gets_the_first_answer_for_a_day() {
    let server = Keyrack::start().await;
    let backend = server.backend(&["users:write"]).await;
    let ada = json!({ "email": "ada@example.com" });
    let first = once(&backend, "one", &ada).await;
    let id = first.bare()["id"].clone();
    assert_eq!(first.header("idempotency-replayed"), None);
    server.advance(24 * HOUR - 1);
    let again = once(&backend, "one", &ada).await;
    assert_eq!((again.bare()["id"].clone(), again.text.clone()), (id, first.text));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    // A refusal is an answer, too: what was refused stays so under this key.
    let taken = once(&backend, "two", &ada).await;
    assert_eq!(taken.refused(), refused(400, "EMAIL_EXISTS"));
    backend.delete(&format!("{USERS}/{}", again.bare()["id"].as_str().unwrap())).await.bare();
    assert_eq!(once(&backend, "two", &ada).await.text, taken.text);
    // After a day it is a new call.
    server.advance(1);
    assert_ne!(once(&backend, "one", &ada).await.text, again.text);
    assert_eq!(users(&server).await, 2);
}

#[tokio::test]
async fn o03_a_key_is_for_one_thing_of_one_backend() {
    let server = Keyrack::start().await;
    let (backend, other) = (server.backend(&["users:write"]).await, server.backend(&["users:write"]).await);
    let named = |name: &str| json!({ "email": format!("{name}@example.com") });
    once(&backend, "one", &named("ada")).await.bare();
    let reused = refused(422, "idempotency_key_reused");
    assert_eq!(once(&backend, "one", &named("bob")).await.refused(), reused);
    let elsewhere = backend.request(Method::POST, &format!("{USERS}?first_name=Ada"));
    let elsewhere = elsewhere.header("idempotency-key", "one").json(&named("ada"));
    assert_eq!(backend.send(elsewhere).await.refused(), reused);
    // Another backend's key of the same name has nothing to do with it.
    once(&other, "one", &named("bob")).await.bare();
    assert_eq!(users(&server).await, 2);
    for wrong in ["", "a b", &"x".repeat(256)] {
        let reply = once(&backend, wrong, &named("carol")).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{wrong:?}");
    }
    let twice = backend.request(Method::POST, USERS).header("idempotency-key", "a");
    let reply = backend.send(twice.header("idempotency-key", "b").json(&named("carol"))).await;
    assert_eq!(reply.refused(), refused(400, "invalid_parameter"));
    assert_eq!(users(&server).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o03_a_call_that_is_sent_twice_at_once_is_done_once_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let backend = server.backend(&["users:write"]).await;
    for round in 0..50 {
        // Without an address twice: it is not what keeps the second one out.
        let body = json!({ "email": format!("u{round}@example.com"), "first_name": "Ada" });
        let key = format!("round {round}").replace(' ', "-");
        let all = join_all((0..4).map(|_| once(&backend, &key, &body))).await;
        let made: Vec<&Reply> = all.iter().filter(|reply| reply.status == 200).collect();
        assert!(!made.is_empty(), "round {round}");
        assert!(made.iter().all(|reply| reply.text == made[0].text), "round {round}");
        for reply in all.iter().filter(|reply| reply.status != 200) {
            assert_eq!(reply.refused(), refused(409, "idempotency_key_in_use"), "round {round}");
            assert_eq!(reply.header("retry-after"), Some("1"));
        }
        let last = once(&backend, &key, &body).await;
        assert_eq!(last.text, made[0].text, "round {round}");
        assert_eq!(users(&server).await, round + 1);
    }
}

#[tokio::test]
async fn what_was_answered_is_kept_sealed_and_swept_after_a_day() {
    let server = Keyrack::start().await;
    let backend = server.backend(&["users:write"]).await;
    once(&backend, "one", &json!({ "email": "ada@example.com" })).await.bare();
    let kept = "select count(*) from api_calls where deployment_id = $1";
    let plain = "select count(*) from api_calls where deployment_id = $1
        and (answer like '%ada%' or answer like '%{%' or id like '%one%' or asked like '%ada%' or answer = '')";
    assert_eq!((server.count(kept).await, server.count(plain).await), (1, 0));
    server.advance(24 * HOUR - 1);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(kept).await, 1);
    server.advance(2);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(kept).await, 0);
}
