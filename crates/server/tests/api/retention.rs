//! What the sweep must not delete however short the periods are, and that one node sweeps at a time.

use crate::support::Keyrack;
use keyrack_server::config::{Deployment, Retention};
use keyrack_server::{params, sweep};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const RECORDS: &str = "select count(*) from audit where deployment_id = $1";

/// Everything goes as soon as it may.
fn impatient(deployment: &mut Deployment) {
    let (hour, day) = (HOUR, DAY);
    deployment.retention = Retention {
        sessions_ms: hour,
        sign_ins_ms: hour,
        attempts_ms: hour,
        codes_ms: day,
        mails_ms: hour,
        counts_ms: hour,
        guesses_ms: day,
        notifications_ms: day,
        invitations_ms: hour,
        waitlist_ms: day,
        audit_ms: day,
        account_grace_ms: 0,
    };
}

async fn sweeps_daily(server: &Keyrack, days: i64) {
    for _ in 0..days {
        server.advance(DAY);
        sweep::run_once(&server.app).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_in_use_stays_however_short_the_periods_are() {
    let server = Keyrack::start_with(|deployment| {
        impatient(deployment);
        deployment.lifetimes.attempt_ms = DAY;
        deployment.lifetimes.code_ms = DAY;
    })
    .await;
    let ada = server.signed_up("ada").await;
    // One wrong password: her account remembers it until the right one comes.
    assert_eq!(server.browser().sign_in("ada", "wrong").await.status, 401);
    let bob = server.browser();
    let attempt = bob.begins_sign_up("bob").await;
    bob.asks_for_code(&attempt).await.ok();
    for _ in 0..23 {
        server.advance(HOUR);
        sweep::run_once(&server.app).await.unwrap();
    }
    // The mail has been waiting all day; it is sent now, and its code works.
    let code = server.code("bob").await;
    bob.enters_code(&attempt, &code).await.ok();
    for _ in 0..28 {
        sweeps_daily(&server, 1).await;
        assert_eq!(ada.accounts().await, ["ada*"]);
        assert_eq!(bob.accounts().await, ["bob*"]);
    }
    let account = "select count(*) from throttles where deployment_id = $1 and kind = 'account'";
    assert_eq!(server.count(account).await, 1);
    let over = "select count(*) from attempts where deployment_id = $1";
    assert_eq!(server.count(over).await, 0);
}

#[tokio::test]
async fn a_pause_and_a_mail_that_waits_outlast_their_periods() {
    let server = Keyrack::start_with(impatient).await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    // Wrong passwords without end: the pauses grow to a day.
    for _ in 0..24 {
        let _ = server.browser().sign_in("nobody", "wrong").await;
        server.advance(DAY);
    }
    assert_eq!(server.browser().sign_in("nobody", "wrong").await.status, 401);
    server.advance(DAY - 1);
    sweep::run_once(&server.app).await.unwrap();
    let kept = "select count(*) from throttles where deployment_id = $1 and kind = 'nobody'";
    assert_eq!(server.count(kept).await, 1);
    assert_eq!(server.browser().sign_in("nobody", "wrong").await.status, 429);
    let waiting = "select count(*) from outbox where deployment_id = $1 and state = 'queued'";
    assert_eq!(server.count(waiting).await, 1);
}

#[tokio::test]
async fn an_ended_session_says_why_until_its_credential_would_have_expired() {
    let server = Keyrack::start_with(impatient).await;
    let browser = server.signed_up("ada").await;
    let kept = browser.copied();
    browser.post("/session/sign-out", json!({})).await.ok();
    sweeps_daily(&server, 29).await;
    assert_eq!(server.count("select count(*) from sign_ins where deployment_id = $1").await, 0);
    let reason = async || kept.get("/session?poll=1").await.ok()["end_reason"].clone();
    assert_eq!(reason().await, "signed_out");
    server.advance(DAY);
    assert_eq!(reason().await, Value::Null);
    // Nobody swept for a week: it goes all the same.
    server.advance(7 * DAY);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count("select count(*) from sessions where deployment_id = $1").await, 0);
}

/// A server with a record that is to be deleted.
async fn with_something_stale() -> Keyrack {
    let server = Keyrack::start_with(impatient).await;
    server.signed_up("ada").await;
    server.advance(2 * DAY);
    assert!(server.count(RECORDS).await > 0);
    server
}

#[tokio::test]
async fn who_has_not_the_lease_deletes_nothing_until_it_is_over() {
    let server = with_something_stale().await;
    let (id, until) = (server.app.sites[0].config.id.clone(), server.app.world.clock.now_ms() + 60_000);
    let taken = server.app.db.write(move |tx| {
        tx.execute(
            "insert into leases (deployment_id, name, holder, until) values ($1, 'sweep', 'another', $2)",
            params![&id, until],
        )
    });
    assert_eq!(taken.await.unwrap(), 1);
    server.advance(59_999);
    sweep::run_once(&server.app).await.unwrap();
    assert!(server.count(RECORDS).await > 0);
    server.advance(1);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(RECORDS).await, 0);
}

#[tokio::test]
async fn a_sweep_that_takes_long_keeps_the_others_out_and_goes_on_to_its_end() {
    let server = with_something_stale().await;
    let Some(other) = server.second_node().await else { return };
    let mut gate = server.app.world.failpoints.arm("sweep.batch");
    let sweeping = tokio::spawn({
        let app = server.app.clone();
        async move { sweep::run_once(&app).await }
    });
    // Seven steps of 25 seconds each: three times as long as a lease.
    for _ in 0..7 {
        gate.reached().await;
        [&server, &other].into_iter().for_each(|node| node.advance(25_000));
        sweep::run_once(&other.app).await.unwrap();
        assert!(server.count(RECORDS).await > 0, "two nodes swept");
        let next = server.app.world.failpoints.arm("sweep.batch");
        gate.open();
        gate = next;
    }
    gate.open();
    sweeping.await.unwrap().unwrap();
    assert_eq!(server.count(RECORDS).await, 0);
}

#[tokio::test]
async fn when_who_sweeps_dies_another_takes_over_after_a_minute() {
    let server = with_something_stale().await;
    let Some(other) = server.second_node().await else { return };
    let gate = server.app.world.failpoints.arm("sweep.batch");
    let app = server.app.clone();
    let sweeping = tokio::spawn(async move { sweep::run_once(&app).await });
    gate.reached().await;
    sweeping.abort();
    other.advance(59_999);
    sweep::run_once(&other.app).await.unwrap();
    assert!(server.count(RECORDS).await > 0);
    other.advance(1);
    sweep::run_once(&other.app).await.unwrap();
    assert_eq!(server.count(RECORDS).await, 0);
}

#[tokio::test]
async fn who_stood_still_for_longer_than_the_lease_gives_up_the_rest() {
    let server = with_something_stale().await;
    let Some(other) = server.second_node().await else { return };
    let gate = server.app.world.failpoints.arm("sweep.batch");
    let app = server.app.clone();
    let sweeping = tokio::spawn(async move { sweep::run_once(&app).await });
    gate.reached().await;
    [&server, &other].into_iter().for_each(|node| node.advance(61_000));
    sweep::run_once(&other.app).await.unwrap();
    assert_eq!(server.count(RECORDS).await, 0);
    // Something more becomes stale while the first one stands still; the second one's turn is not over.
    other.signed_up("bob").await;
    [&server, &other].into_iter().for_each(|node| node.advance(2 * DAY));
    let id = server.app.sites[0].config.id.clone();
    let until = other.app.world.clock.now_ms() + 60_000;
    let held = other.app.db.write(move |tx| {
        tx.execute("update leases set until = $2 where deployment_id = $1", params![&id, until])
    });
    assert_eq!(held.await.unwrap(), 1);
    gate.open();
    sweeping.await.unwrap().unwrap();
    assert!(server.count(RECORDS).await > 0);
}
