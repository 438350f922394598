//! Many writers and readers at once (O06): the database's own trouble with that reaches no client.

use crate::support::{Browser, Keyrack};
use futures_util::future::join_all;
use serde_json::json;

const WRITERS: usize = 100;
const READERS_EACH: usize = 4;

/// Switches, and begins sign-ups; every answer must be a success, and each switch must be the newest thing there is.
async fn writes(browser: &Browser, names: [&str; 2]) {
    for round in 0..6 {
        let target = browser.sign_in_of(names[round % 2]).await;
        let session = browser.post("/session/switch-sign-in", json!({ "sign_in_id": target })).await.ok();
        assert_eq!(session["active_signin"]["id"], target);
        if round % 3 == 2 {
            browser.begins_sign_up(&format!("{}{round}", names[0])).await;
        }
    }
}

/// Reads whatever there is; every answer is one, or says that nobody is signed in.
async fn reads(browser: &Browser) {
    for path in ["/session", "/session/token", "/me", "/session?poll=1"].iter().cycle().take(12) {
        let reply = browser.get(path).await;
        assert!(reply.status == 200 || reply.status == 401, "{path}: {}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o06_a_hundred_writers_and_four_hundred_readers_never_see_a_5xx_and_lose_no_update() {
    let server = Keyrack::start_connected().await;
    let names: Vec<String> = (0..WRITERS).map(|n| format!("person{n}")).collect();
    for name in &names {
        server.signed_up(name).await.post("/session/sign-out", json!({})).await.ok();
    }
    // Each account is signed in in two browsers.
    let pairs: Vec<[&str; 2]> =
        (0..WRITERS).map(|n| [names[n].as_str(), names[(n + 1) % WRITERS].as_str()]).collect();
    let mut writers = Vec::new();
    for pair in &pairs {
        let browser = server.signed_in(pair[0]).await;
        browser.also_signs_in(pair[1]).await;
        writers.push(browser);
    }
    let readers: Vec<Browser> =
        writers.iter().flat_map(|writer| (0..READERS_EACH).map(|_| writer.copied())).collect();
    let writing = join_all(writers.iter().zip(&pairs).map(|(browser, pair)| writes(browser, *pair)));
    tokio::join!(writing, join_all(readers.iter().map(reads)));
    for (browser, pair) in writers.iter().zip(&pairs) {
        let session = browser.session().await;
        assert_eq!(session["active_signin"]["user"]["first_name"], pair[1], "the last switch");
        assert_eq!(session["signup_attempts"].as_array().unwrap().len(), 2);
    }
    let live = "select count(*) from sign_ins where deployment_id = $1 and ended_at is null";
    assert_eq!(server.count(live).await, 2 * WRITERS as i64);
}
