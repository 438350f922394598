//! What is counted: each metric moves when what it counts happens, and says nothing of anybody.

use crate::metrics_text::Scrape;
use crate::support::{Keyrack, PASSWORD, sign_up_form};
use keyrack_server::world::Stopwatch;
use keyrack_server::{metrics, outbox, params, sweep};
use reqwest::Method;

const DAY: i64 = 86_400_000;

/// What a scrape says now.
pub async fn scrape(server: &Keyrack) -> Scrape {
    Scrape::parse(&metrics::text(&server.app).await.unwrap())
}

/// A sample that rises: its name, its labels, by how much.
pub type Rise<'a> = (&'a str, &'a [(&'a str, &'a str)], f64);

/// How much the samples rise by what is done.
pub async fn rises(server: &Keyrack, by: &[Rise<'_>], done: impl AsyncFnOnce()) {
    let before = scrape(server).await;
    done().await;
    let after = scrape(server).await;
    for (name, labels, expected) in by {
        let risen = after.value(name, labels) - before.value(name, labels);
        assert!((risen - expected).abs() < 1e-9, "{name} {labels:?} rose by {risen}, not {expected}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_operation_and_status() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    let browser = server.browser();
    let requests = "keyrack_http_requests_total";
    let took = "keyrack_http_request_duration_seconds_count";
    let by: [Rise<'_>; 7] = [
        (requests, &[("operation", "getSession"), ("status", "200")], 3.0),
        (requests, &[("operation", "signIn"), ("status", "401")], 1.0),
        (requests, &[("operation", "other"), ("status", "404")], 2.0),
        (requests, &[("operation", "pages"), ("status", "404")], 1.0),
        (requests, &[("operation", "preflight"), ("status", "204")], 1.0),
        (took, &[("operation", "getSession")], 3.0),
        (took, &[("operation", "other")], 2.0),
    ];
    rises(&server, &by, async || {
        for _ in 0..3 {
            browser.get("/session").await.ok();
        }
        assert_eq!(browser.sign_in("nobody", PASSWORD).await.status, 401);
        for path in ["/nowhere", "/metrics", "/_keyrack/nothing.js"] {
            assert_eq!(browser.get(path).await.status, 404);
        }
        let preflight = browser.request(Method::OPTIONS, "/session");
        assert_eq!(browser.send(preflight).await.status, 204);
    })
    .await;
    // An answer that is known before the router is asked is counted like any other.
    let browser = server.signed_up("ada").await;
    browser.get("/session").await.ok();
    rises(&server, &[(by[0].0, by[0].1, 5.0), (took, by[5].1, 5.0)], async || {
        for _ in 0..5 {
            browser.get("/session").await.ok();
        }
    })
    .await;
}

#[tokio::test]
async fn sign_ins_are_counted_by_how_they_ended() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let tried = "keyrack_sign_ins_total";
    let by: [Rise<'_>; 3] = [
        (tried, &[("outcome", "ok")], 1.0),
        (tried, &[("outcome", "INVALID_CREDENTIALS")], 2.0),
        (tried, &[("outcome", "unavailable")], 1.0),
    ];
    rises(&server, &by, async || {
        server.signed_in("ada").await;
        for name in ["ada", "nobody"] {
            assert_eq!(server.browser().sign_in(name, "wrong password").await.status, 401);
        }
        // Whoever was answered last may hold its place for a moment yet.
        while server.app.hasher.waiting().0 > 0 {
            tokio::task::yield_now().await;
        }
        let _full: Vec<_> = std::iter::from_fn(|| server.app.hasher.place().ok()).collect();
        assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 503);
    })
    .await;
}

#[tokio::test]
async fn sign_ups_are_counted_when_they_begin_and_when_their_code_is_entered() {
    let server = Keyrack::start_with(|deployment| deployment.uniform_answers = false).await;
    let signed_up = "keyrack_sign_ups_total";
    let by: [Rise<'_>; 4] = [
        (signed_up, &[("stage", "begun"), ("outcome", "ok")], 1.0),
        (signed_up, &[("stage", "begun"), ("outcome", "EMAIL_EXISTS")], 1.0),
        (signed_up, &[("stage", "verified"), ("outcome", "ok")], 1.0),
        (signed_up, &[("stage", "verified"), ("outcome", "INVALID_CODE")], 1.0),
    ];
    rises(&server, &by, async || {
        let browser = server.browser();
        let attempt = browser.begins_sign_up("ada").await;
        browser.asks_for_code(&attempt).await.ok();
        let code = server.code("ada").await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(browser.enters_code(&attempt, wrong).await.status, 400);
        browser.enters_code(&attempt, &code).await.ok();
        assert_eq!(server.browser().post("/auth/signup", sign_up_form("ada")).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn hashing_its_queue_and_what_it_refuses_are_counted() {
    let server = Keyrack::start().await;
    rises(&server, &[("keyrack_hash_duration_seconds_count", &[], 2.0)], async || {
        for _ in 0..2 {
            assert_eq!(server.browser().sign_in("nobody", PASSWORD).await.status, 401);
        }
    })
    .await;
    let queue = async || scrape(&server).await.value("keyrack_hash_queue_length", &[]);
    // Whoever was answered last may hold its place for a moment yet.
    while server.app.hasher.waiting().0 > 0 {
        tokio::task::yield_now().await;
    }
    assert!(queue().await < 0.5);
    let held = [server.app.hasher.place().unwrap(), server.app.hasher.place().unwrap()];
    assert!((queue().await - 2.0).abs() < 0.5);
    drop(held);
    let all: Vec<_> = std::iter::from_fn(|| server.app.hasher.place().ok()).collect();
    let full = scrape(&server).await;
    assert!((full.value("keyrack_hash_queue_capacity", &[]) - all.len() as f64).abs() < 0.5);
    assert!((queue().await - all.len() as f64).abs() < 0.5);
    rises(&server, &[("keyrack_hash_refused_total", &[], 2.0)], async || {
        assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 503);
        assert_eq!(server.browser().post("/auth/signup", sign_up_form("ada")).await.status, 503);
    })
    .await;
}

#[tokio::test]
async fn what_is_remembered_and_whether_it_helps_is_counted() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.app.cache.publish(&keyrack_server::id::SessionId::stored(
        browser.session().await["id"].as_str().unwrap().to_owned(),
    ));
    let before = scrape(&server).await;
    browser.get("/session").await.ok();
    let missed = scrape(&server).await;
    browser.get("/session").await.ok();
    let hit = scrape(&server).await;
    let risen = |name: &str, from: &Scrape, to: &Scrape| to.value(name, &[]) - from.value(name, &[]);
    // One read is one hit or one miss, whichever way it went.
    let reads = |from: &Scrape, to: &Scrape| {
        [risen("keyrack_cache_hits_total", from, to), risen("keyrack_cache_misses_total", from, to)]
    };
    assert_eq!(reads(&before, &missed), [0.0, 1.0]);
    assert!((risen("keyrack_cache_entries", &before, &missed) - 1.0).abs() < 0.5);
    assert!(risen("keyrack_cache_bytes", &before, &missed) > 1000.0);
    assert_eq!(reads(&missed, &hit), [1.0, 0.0]);
    // Another node's word is no read, and keeps no session in memory that nobody asks for.
    let id =
        keyrack_server::id::SessionId::stored(browser.session().await["id"].as_str().unwrap().to_owned());
    let hit = scrape(&server).await;
    server.app.cache.publish_remote(&id, 0);
    assert_eq!(reads(&hit, &scrape(&server).await), [0.0, 0.0]);
}

#[tokio::test]
async fn the_outbox_tells_what_waits_for_how_long_and_what_was_given_up() {
    let server = Keyrack::start().await;
    let id = server.app.sites[0].config.id.clone();
    let of = [("deployment", id.as_str())];
    let seen = async || {
        let scrape = scrape(&server).await;
        ["queued", "oldest_age_seconds", "dead"]
            .map(|name| scrape.find(&format!("keyrack_outbox_{name}"), &of).unwrap())
    };
    assert_eq!(seen().await, [0.0, 0.0, 0.0]);
    for name in ["ada", "bob"] {
        let browser = server.browser();
        let attempt = browser.begins_sign_up(name).await;
        browser.asks_for_code(&attempt).await.ok();
        server.advance(1500);
    }
    assert_eq!(seen().await, [2.0, 3.0, 0.0]);
    let owner = id.clone();
    let given_up = server.app.db.write(move |tx| {
        tx.execute(
            "update outbox set state = 'dead' where id = (select min(id) from outbox where deployment_id = $1)",
            params![&owner],
        )
    });
    assert_eq!(given_up.await.unwrap(), 1);
    assert_eq!(seen().await, [1.0, 1.5, 1.0]);
    outbox::deliver_due(&server.app).await.unwrap();
    assert_eq!(seen().await, [0.0, 0.0, 1.0]);
}

#[tokio::test]
async fn the_sweep_tells_when_it_last_went_well_and_what_it_did() {
    let server = Keyrack::start().await;
    let id = server.app.sites[0].config.id.clone();
    let last = async || {
        scrape(&server).await.value("keyrack_sweep_last_success_timestamp_seconds", &[("deployment", &id)])
    };
    assert!(last().await.abs() < 1e-9);
    server.signed_up("ada").await;
    server.advance(40 * DAY);
    let by: [Rise<'_>; 2] =
        [("keyrack_sweep_ended_sessions_total", &[], 1.0), ("keyrack_sweep_failures_total", &[], 0.0)];
    let before = scrape(&server).await.value("keyrack_sweep_deleted_rows_total", &[]);
    rises(&server, &by, async || sweep::run_once(&server.app).await.unwrap()).await;
    assert!(scrape(&server).await.value("keyrack_sweep_deleted_rows_total", &[]) > before);
    let now = server.app.world.clock.now_ms() as f64 / 1000.0;
    assert!((last().await - now).abs() < 1e-6);
    if server.app.db.is_shared() {
        // The tables are shared by every test there.
        return;
    }
    let trigger = "create trigger no before delete on audit begin select raise(abort, 'no'); end";
    server.app.db.write(move |tx| tx.execute(trigger, &[])).await.unwrap();
    server.advance(500 * DAY);
    rises(&server, &[("keyrack_sweep_failures_total", &[], 1.0)], async || {
        sweep::run_once(&server.app).await.unwrap_err();
    })
    .await;
    assert!((last().await - now).abs() < 1e-6);
}

#[tokio::test]
async fn the_process_and_what_it_is_are_told() {
    let server = Keyrack::start().await;
    let scrape = scrape(&server).await;
    for name in ["process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_threads"] {
        assert!(scrape.value(name, &[]) >= 1.0, "{name}");
    }
    assert!(scrape.find("process_cpu_seconds_total", &[]).is_some());
    let began = server.app.world.clock.now_ms() as f64 / 1000.0;
    assert!((scrape.value("process_start_time_seconds", &[]) - began).abs() < 1e-6);
    let database = if server.app.db.is_shared() { "postgresql" } else { "sqlite" };
    let build = [("version", env!("CARGO_PKG_VERSION")), ("database", database)];
    assert_eq!(scrape.find("keyrack_build_info", &build), Some(1.0));
}

#[tokio::test]
async fn open_streams_are_counted_as_long_as_they_are_open() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let streams = async || scrape(&server).await.value("keyrack_streams", &[]);
    assert!(streams().await < 0.5);
    let stream = browser.follows().await;
    assert!((streams().await - 1.0).abs() < 0.5);
    drop(stream);
    let watch = Stopwatch::start();
    while streams().await > 0.5 {
        assert!(watch.elapsed().as_secs() < 60, "a stream that was closed is still counted");
        tokio::task::yield_now().await;
    }
}
