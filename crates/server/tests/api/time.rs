//! When things end, to the millisecond, and why they say they did.

use crate::support::{Browser, Keyrack, PASSWORD};
use keyrack_server::sweep;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// A tenth of the idle time of seven days.
const STEP: i64 = 7 * DAY / 10;

/// What the periodic refresh shows: looking on is no activity.
async fn polled(browser: &Browser) -> Value {
    browser.get("/session?poll=1").await.ok()
}

/// The end of the active sign-in, and the revision that shows it.
fn end_of(session: &Value) -> (Value, i64) {
    let active = &session["active_signin"];
    assert_eq!(active["expiresAt"], active["expires_at"]);
    assert_eq!(active["lastActiveAt"], active["last_active_at"]);
    (active["expiresAt"].clone(), session["revision"].as_i64().unwrap())
}

/// A browser with one account, ten minutes after it signed up: its attempt is no longer shown.
async fn settled(server: &Keyrack) -> Browser {
    let browser = server.signed_up("ada").await;
    server.advance(10 * MINUTE);
    assert_eq!(polled(&browser).await["signup_attempts"], json!([]));
    browser
}

#[tokio::test]
async fn activity_moves_the_end_in_steps_of_a_tenth_and_only_a_step_raises_the_revision() {
    let server = Keyrack::start().await;
    let browser = settled(&server).await;
    let (end, revision) = end_of(&browser.session().await);
    assert_eq!(end, "2026-01-08T00:00:00.000Z");

    server.advance(STEP - 10 * MINUTE - 1);
    for path in ["/session", "/me", "/session/token", "/session?poll=0"] {
        browser.get(path).await.ok();
        assert_eq!(end_of(&polled(&browser).await), (end.clone(), revision), "{path}");
    }
    server.advance(1);
    assert_eq!(end_of(&polled(&browser).await), (end.clone(), revision), "a poll is no activity");
    let moved = browser.session().await;
    assert_eq!(end_of(&moved), (json!("2026-01-08T16:48:00.000Z"), revision + 1));
    assert_eq!(moved["active_signin"]["lastActiveAt"], "2026-01-01T16:48:00.000Z");
    assert_eq!(moved["updated_at"], "2026-01-01T16:48:00.000Z");
    assert_eq!(end_of(&browser.session().await).1, revision + 1);
}

#[tokio::test]
async fn every_call_for_the_active_account_is_an_activity_and_the_deployment_is_none() {
    for (path, steps) in
        [("/session", 1), ("/me", 1), ("/session/token", 1), ("/session?poll=1", 0), ("/deployment", 0)]
    {
        let server = Keyrack::start().await;
        let browser = settled(&server).await;
        let before = end_of(&polled(&browser).await).1;
        server.advance(STEP);
        browser.get(path).await.ok();
        assert_eq!(end_of(&polled(&browser).await).1 - before, steps, "{path}");
    }
}

#[tokio::test]
async fn activity_of_one_account_keeps_no_other_alive() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    for _ in 0..10 {
        assert_eq!(browser.accounts().await, ["ada", "bob*"]);
        server.advance(STEP);
    }
    assert_eq!(browser.accounts().await, ["bob*"]);
    // What ended was not the active one: there is nothing to explain.
    assert_eq!(browser.session().await["end_reason"], json!(null));
}

#[tokio::test]
async fn a_completed_attempt_is_listed_for_ten_minutes_and_never_beyond_its_own_end() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let browser = server.signed_in("ada").await;
    let late = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&late).await.ok();
    let listed = |session: &Value| {
        ["signin_attempts", "signup_attempts"].map(|kind| session[kind].as_array().unwrap().len())
    };
    server.advance(10 * MINUTE - 1);
    let before = browser.session().await;
    assert_eq!(listed(&before), [1, 1]);
    assert_eq!(before["signin_attempts"][0]["completed"], true);
    server.advance(1);
    let after = browser.session().await;
    assert_eq!(listed(&after), [0, 1]);
    assert_eq!(after["revision"].as_i64().unwrap(), before["revision"].as_i64().unwrap() + 1);

    server.advance(15 * MINUTE);
    browser.asks_for_code(&late).await.ok();
    browser.enters_code(&late, &server.code("bob").await).await.ok();
    server.advance(5 * MINUTE - 1);
    assert_eq!(listed(&browser.session().await), [0, 1]);
    server.advance(1);
    assert_eq!(listed(&browser.session().await), [0, 0]);
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
}

#[tokio::test]
async fn an_ended_session_says_why_until_its_credential_would_have_expired() {
    let server = Keyrack::start().await;
    let (idle, signed_out) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let kept = signed_out.copied();
    signed_out.post("/session/sign-out", json!({})).await.ok();
    let empty = |reason: Value| {
        json!({ "id": "", "revision": 0, "end_reason": reason, "active_signin": null, "signins": [],
                "signin_attempts": [], "signup_attempts": [] })
    };
    assert_eq!(kept.session().await, empty(json!("signed_out")));
    server.advance(7 * DAY);
    assert_eq!(idle.session().await, empty(json!("idle")));
    server.advance(23 * DAY - 1);
    assert_eq!(idle.session().await, empty(json!("idle")));
    assert_eq!(kept.session().await, empty(json!("signed_out")));
    server.advance(1);
    assert_eq!(idle.session().await, empty(json!(null)));
    assert_eq!(kept.session().await, empty(json!(null)));
    // Whoever signs in with such a credential gets a session of its own.
    idle.also_signs_in("ada").await;
    assert_eq!(idle.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn a_session_of_nothing_but_an_attempt_ends_with_it() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    browser.begins_sign_up("ada").await;
    let id = browser.session().await["id"].clone();
    server.advance(30 * MINUTE - 1);
    assert_eq!(browser.session().await["id"], id);
    server.advance(1);
    let ended = browser.session().await;
    assert_eq!((&ended["id"], &ended["end_reason"]), (&json!(""), &json!(null)));
}

const ENDED: [(&str, &str); 2] = [
    ("idle", "select count(*) from sign_ins where deployment_id = $1 and end_reason = 'idle'"),
    ("max_age", "select count(*) from sign_ins where deployment_id = $1 and end_reason = 'max_age'"),
];

/// How many sign-ins ended as idle and of old age, and how many sessions are live.
async fn tally(server: &Keyrack) -> [i64; 3] {
    let live = "select count(*) from sessions where deployment_id = $1 and ended_at is null";
    [server.count(ENDED[0].1).await, server.count(ENDED[1].1).await, server.count(live).await]
}

#[tokio::test]
async fn the_sweep_ends_the_same_things_for_the_same_reasons_without_any_request() {
    let server = Keyrack::start_with(|deployment| deployment.lifetimes.sign_in_max_age_ms = 10 * DAY).await;
    let (unused, used) = (server.signed_up("ada").await, server.signed_up("bob").await);
    server.browser().begins_sign_up("cyd").await;
    assert_eq!(tally(&server).await, [0, 0, 3]);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(tally(&server).await, [0, 0, 3]);

    server.advance(30 * MINUTE);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(tally(&server).await, [0, 0, 2]);
    let pending =
        "select count(*) from attempts where deployment_id = $1 and (ended_at is null or stage <> '')";
    assert_eq!(server.count(pending).await, 0, "a password's hash outlives its attempt");

    server.advance(5 * DAY);
    used.session().await;
    server.advance(2 * DAY - 30 * MINUTE - 1);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(tally(&server).await, [0, 0, 2]);
    server.advance(1);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(tally(&server).await, [1, 0, 1]);
    assert_eq!(unused.session().await["end_reason"], "idle");

    server.advance(3 * DAY - 1);
    assert_eq!(used.accounts().await, ["bob*"]);
    server.advance(1);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(tally(&server).await, [1, 1, 0]);
    assert_eq!(used.session().await["id"], "");
}

#[tokio::test]
async fn a_read_sees_what_the_sweep_has_ended_at_once() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    for _ in 0..10 {
        browser.session().await;
        server.advance(STEP);
    }
    let remembered = server.browser();
    remembered.hold(browser.credential());
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(tally(&server).await[0], 1);
    assert_eq!(remembered.accounts().await, ["bob*"]);
    let again = server.browser();
    again.sign_in("ada", PASSWORD).await.ok();
    assert_eq!(again.accounts().await, ["ada*"]);
}
