//! Strictly one order: what was answered once is never taken back, in one process and between nodes.

use crate::support::{Browser, Keyrack};
use futures_util::future::join_all;
use keyrack_server::session::cache::{Cache, Cached};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

fn signed_out() -> (u16, String) {
    (401, "signed_out".to_owned())
}

fn switch_to(id: &str) -> serde_json::Value {
    json!({ "sign_in_id": id })
}

#[tokio::test]
async fn a_reader_that_pauses_before_it_remembers_revives_neither_a_switch_nor_a_sign_out() {
    let server = Keyrack::start().await;
    let (browser, [ada, _]) = server.signed_up_two().await;
    let slow = Arc::new(browser.copied());
    for (path, expected) in
        [("/session/switch-sign-in", &["ada*", "bob"][..]), ("/session/sign-out", &["bob*"][..])]
    {
        // A mutation forgets what is remembered, so that the next read goes to the database.
        browser.begins_sign_up("cyd").await;
        let gate = server.app.world.failpoints.arm("session.read.insert");
        let reader = Arc::clone(&slow);
        let reading = tokio::spawn(async move { reader.get("/session?poll=1").await });
        gate.reached().await;
        let changed = browser.post(path, switch_to(&ada)).await.ok();
        assert_eq!(browser.session().await["revision"], changed["revision"]);
        gate.open();
        let late = reading.await.unwrap().ok();
        assert!(late["revision"].as_i64() < changed["revision"].as_i64(), "it had read before the change");
        for tab in [&browser, &*slow] {
            assert_eq!(tab.session().await["revision"], changed["revision"]);
            assert_eq!(tab.accounts().await, expected);
        }
    }
}

#[tokio::test]
async fn a_reader_that_pauses_before_it_remembers_revives_no_session_that_has_ended() {
    let server = Keyrack::start().await;
    let (browser, _) = server.signed_up_two().await;
    browser.begins_sign_up("cyd").await;
    let slow = Arc::new(browser.copied());
    let gate = server.app.world.failpoints.arm("session.read.insert");
    let reader = Arc::clone(&slow);
    let reading = tokio::spawn(async move { reader.get("/session/token").await });
    gate.reached().await;
    browser.post("/session/sign-out", json!({})).await.ok();
    gate.open();
    // It was asked before the sign-out was answered; whatever is asked after it finds nothing.
    reading.await.unwrap();
    assert_eq!(slow.get("/session/token").await.refused(), signed_out());
    assert_eq!(slow.session().await["end_reason"], "signed_out");
}

#[tokio::test]
async fn the_cache_refuses_what_was_read_before_the_last_publication_and_forgets_what_it_had() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.session().await;
    let credential = browser.credential().unwrap();
    let id = credential.split('.').next().unwrap();
    let id = keyrack_server::id::SessionId::parse(id).unwrap();
    let loaded = server.app.cache.get(id.as_str()).expect("a read is remembered").loaded.clone();
    let session = || Arc::new(Cached::new(loaded.clone()));

    let cache = Cache::new(&server.app.world);
    let before = cache.ticket(&id);
    cache.publish(&id);
    assert!(!cache.insert(before, session()));
    assert!(cache.get(id.as_str()).is_none());
    let after = cache.ticket(&id);
    assert!(cache.insert(after, session()));
    // Somebody who read at the same time as the first may remember too: nothing was published between.
    assert!(cache.insert(after, session()));
    cache.publish(&id);
    assert!(cache.get(id.as_str()).is_none());
    assert!(!cache.insert(after, session()));
    assert!(cache.get(id.as_str()).is_none());
}

/// The newest revision that anybody has been answered.
#[derive(Default)]
struct Answered(AtomicI64);

impl Answered {
    /// Reads once; the answer must not be older than what was answered before it was asked for.
    async fn read(&self, browser: &Browser, path: &str) {
        let floor = self.0.load(Ordering::SeqCst);
        let revision = browser.get(path).await.ok()["revision"].as_i64().unwrap();
        assert!(revision >= floor, "{path}: {revision} after {floor}");
        self.0.fetch_max(revision, Ordering::SeqCst);
    }

    async fn switch(&self, browser: &Browser, id: &str) {
        let session = browser.post("/session/switch-sign-in", switch_to(id)).await.ok();
        assert_eq!(session["active_signin"]["id"], id);
        self.0.fetch_max(session["revision"].as_i64().unwrap(), Ordering::SeqCst);
    }
}

/// Fifty switches by `writer` while `readers` read all the time.
async fn switches_beside(writer: &Browser, ids: &[String; 2], readers: &[Browser]) {
    let (answered, done) = (Answered::default(), AtomicBool::new(false));
    let reading = join_all(readers.iter().map(async |reader| {
        while !done.load(Ordering::SeqCst) {
            answered.read(reader, "/session").await;
            answered.read(reader, "/session/token").await;
        }
    }));
    let writing = async {
        for round in 0..50 {
            answered.switch(writer, &ids[round % 2]).await;
        }
        done.store(true, Ordering::SeqCst);
    };
    tokio::join!(writing, reading);
    assert!(answered.0.load(Ordering::SeqCst) >= 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_reads_an_older_revision_after_a_newer_one_was_answered_in_50_switches() {
    let server = Keyrack::start().await;
    let (browser, ids) = server.signed_up_two().await;
    let readers: Vec<Browser> = (0..4).map(|_| browser.copied_to(&server)).collect();
    switches_beside(&browser, &ids, &readers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_reads_an_older_revision_on_either_of_two_nodes_where_the_database_takes_two() {
    let server = Keyrack::start().await;
    let Some(second) = server.second_node().await else { return };
    let (browser, ids) = server.signed_up_two().await;
    let readers: Vec<Browser> =
        [&server, &second, &second, &server].map(|node| browser.copied_to(node)).into();
    switches_beside(&browser, &ids, &readers).await;
    switches_beside(&browser.copied_to(&second), &ids, &readers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o01_two_nodes_take_one_code_once_where_the_database_takes_two() {
    let server = Keyrack::start().await;
    let Some(second) = server.second_node().await else { return };
    for round in 0..50 {
        let browser = server.browser();
        let name = format!("person{round}");
        let attempt = browser.begins_sign_up(&name).await;
        browser.asks_for_code(&attempt).await.ok();
        let code = server.code(&name).await;
        let there = browser.copied_to(&second);
        let (here, there) =
            tokio::join!(browser.enters_code(&attempt, &code), there.enters_code(&attempt, &code));
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400], "round {round}");
        let users = "select count(*) from users where deployment_id = $1";
        assert_eq!(server.count(users).await, round + 1);
    }
}
