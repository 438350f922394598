//! What those who follow a session are told, and when. Nothing here polls: what is told arrives by itself.

use crate::support::{Browser, Events, Keyrack, SECOND, within};
use keyrack_server::config::Mode;
use keyrack_server::sweep;
use serde_json::json;
use std::time::Duration;

/// The next event, which must be there in time.
async fn soon(events: &mut Events) -> (i64, String) {
    within(SECOND, events.session()).await.expect("a second has passed")
}

async fn ends_soon(events: &mut Events) -> String {
    within(SECOND, events.end()).await.expect("a second has passed").1
}

#[tokio::test]
async fn each_change_is_told_with_its_reason_and_the_revision_that_its_answer_has() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let mut events = browser.follows().await;
    let attempt = browser.begins_sign_up("cyd").await;
    assert_eq!(soon(&mut events).await.1, "attempt");
    browser.asks_for_code(&attempt).await.ok();
    let done = browser.enters_code(&attempt, &server.code("cyd").await).await.ok();
    assert_eq!(soon(&mut events).await, (done["revision"].as_i64().unwrap(), "signed_in".to_owned()));
    let bob = browser.also_signs_in("bob").await;
    assert_eq!(soon(&mut events).await.1, "signed_in");
    let ada = browser.sign_in_of("ada").await;
    let switched = browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(soon(&mut events).await, (switched["revision"].as_i64().unwrap(), "switched".to_owned()));
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    assert_eq!(soon(&mut events).await.1, "signed_out");
    browser.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(ends_soon(&mut events).await, "signed_out");
}

#[tokio::test]
async fn a_switch_and_a_sign_out_on_another_device_show_within_a_second_and_without_any_poll() {
    let server = Keyrack::production().await;
    let (browser, [ada, _]) = server.signed_up_two().await;
    let (mut here, mut there) = (browser.follows().await, browser.copied().follows().await);
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    let said = [soon(&mut here).await, soon(&mut there).await];
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0].1, "switched");
    browser.copied().post("/session/sign-out", json!({})).await.ok();
    assert_eq!([ends_soon(&mut here).await, ends_soon(&mut there).await], ["signed_out", "signed_out"]);
}

#[tokio::test]
async fn what_expires_is_told_when_the_sweep_comes_by() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let mut events = browser.follows().await;
    server.advance(8 * 86_400_000);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(ends_soon(&mut events).await, "idle");

    let browser = server.browser();
    browser.begins_sign_up("bob").await;
    let mut events = browser.follows().await;
    server.advance(86_400_000);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(ends_soon(&mut events).await, "unknown", "no sign-in has ended, only an attempt");
}

#[tokio::test]
async fn an_account_that_is_disabled_or_evicted_is_told_why() {
    let server = Keyrack::start_configured(|config| {
        config.deployments[0].mode = Mode::Staging;
        config.deployments[0].max_sessions_per_account = 1;
    })
    .await;
    let first = server.signed_up("ada").await;
    let mut events = first.follows().await;
    let second = server.signed_in("ada").await;
    assert_eq!(ends_soon(&mut events).await, "evicted_by_cap");
    let mut events = second.follows().await;
    let user = second.session().await["active_signin"]["user"]["id"].as_str().unwrap().to_owned();
    let (app, site) = (&server.app, &server.app.sites[0]);
    let id = keyrack_server::id::UserId::parse(&user).unwrap();
    let by = keyrack_server::audit::By::system(app.world.clock.now_ms());
    keyrack_server::admin::decide(app, site, id, keyrack_server::admin::Decision::Disable, by).await.unwrap();
    assert_eq!(ends_soon(&mut events).await, "user_disabled");
}

#[tokio::test]
async fn a_change_between_the_read_and_the_first_event_is_not_lost() {
    let server = Keyrack::start().await;
    let (browser, [ada, _]) = server.signed_up_two().await;
    let gate = server.app.world.failpoints.arm("session.events.begin");
    let request = browser.asks_for_events();
    let following = tokio::spawn(async move { Events::of(request.send().await.unwrap()) });
    gate.reached().await;
    let switched = browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    gate.open();
    let mut events = following.await.unwrap();
    assert_eq!(events.session().await, (switched["revision"].as_i64().unwrap(), "current".to_owned()));

    let gate = server.app.world.failpoints.arm("session.events.begin");
    let request = browser.asks_for_events();
    let following = tokio::spawn(async move { Events::of(request.send().await.unwrap()) });
    gate.reached().await;
    browser.post("/session/sign-out", json!({})).await.ok();
    gate.open();
    assert_eq!(following.await.unwrap().end().await.1, "signed_out");
}

#[tokio::test]
async fn a_ninth_stream_closes_the_oldest_and_whoever_leaves_makes_room() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(browser.follows().await);
    }
    let _ninth = browser.follows().await;
    assert_eq!(streams.remove(0).block().await, None);
    browser.begins_sign_up("bob").await;
    for events in &mut streams {
        assert_eq!(soon(events).await.1, "attempt");
    }
    drop(streams);
    let gone = async {
        while server.app.hub.streams() > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("a stream that was left stays");
}

/// Revisions of one stream never go down, whoever writes.
async fn races(browser: &Browser, ids: &[String; 2], mut events: Events) {
    let tabs = [browser.copied(), browser.copied()];
    let writing = async {
        let mut newest = 0;
        for _ in 0..50 {
            let switch = async |tab: &Browser, id: &String| {
                let switched = tab.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
                switched["revision"].as_i64().unwrap()
            };
            let (one, other) = tokio::join!(switch(&tabs[0], &ids[0]), switch(&tabs[1], &ids[1]));
            newest = newest.max(one).max(other);
        }
        browser.begins_sign_up("cyd").await;
        newest + 1
    };
    let reading = async {
        let mut told = Vec::new();
        loop {
            let (revision, reason) = events.session().await;
            told.push(revision);
            if reason == "attempt" {
                return told;
            }
        }
    };
    let (newest, told) = tokio::join!(writing, reading);
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
    assert_eq!(told.last(), Some(&newest));
    assert!(told.len() > 10, "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_stream_goes_back_in_50_rounds_of_racing_switches() {
    let server = Keyrack::start().await;
    let (browser, ids) = server.signed_up_two().await;
    let events = browser.follows().await;
    races(&browser, &ids, events).await;
}

#[tokio::test]
async fn visitors_who_do_not_sign_in_take_half_of_the_streams_at_most() {
    let server = Keyrack::start_configured(|config| config.max_streams = 3).await;
    let visitors = [server.browser(), server.browser(), server.browser()];
    for (index, visitor) in visitors.iter().enumerate() {
        visitor.begins_sign_up(&format!("visitor{index}")).await;
    }
    let (_one, second) = (visitors[0].follows().await, visitors[1].follows().await);
    let third = visitors[2].send(visitors[2].asks_for_events()).await;
    assert_eq!(third.refused(), (503, "unavailable".to_owned()));
    let browser = server.signed_up("ada").await;
    let _ada = browser.follows().await;
    assert_eq!(browser.send(browser.asks_for_events()).await.refused().0, 503, "three in all");
    drop(second);
    // A place that was left is taken.
    while visitors[2].asks_for_events().send().await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
}
