//! `GET /session/events`: who may, and every byte of what is said.

use crate::support::{Browser, Events, Keyrack};
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn every_field_of_the_wire_is_as_documented() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let browser = server.signed_up("ada").await;
        let session = browser.session().await;
        let response = browser.asks_for_events().send().await.unwrap();
        let headers = response.headers();
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "private, no-store, no-transform"),
            ("x-accel-buffering", "no"),
            ("access-control-allow-origin", server.base.as_str()),
            ("access-control-allow-credentials", "true"),
            ("vary", "cookie, origin, x-development-session, x-keyrack-session"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{name}");
        }
        for name in ["x-request-id", "date", "content-security-policy"] {
            assert!(headers.contains_key(name), "{name}");
        }
        for name in ["set-cookie", "x-development-session", "content-length", "content-encoding"] {
            assert!(!headers.contains_key(name), "{name}");
        }
        let mut events = Events::of(response);
        assert_eq!(events.block().await.unwrap(), "retry: 1000");
        let (id, revision) = (session["id"].as_str().unwrap(), session["revision"].as_i64().unwrap());
        let said = |name: &str, revision: i64, reason: &str| {
            format!(
                "id: {revision}\nevent: {name}\n\
                 data: {{\"session_id\":\"{id}\",\"revision\":{revision},\"reason\":\"{reason}\"}}"
            )
        };
        assert_eq!(events.block().await.unwrap(), said("session", revision, "current"));
        (0..keyrack_server::session::events::hub::PARTS).for_each(|part| server.app.hub.beat(part));
        assert_eq!(events.block().await.unwrap(), ":");
        browser.begins_sign_up("bob").await;
        assert_eq!(events.block().await.unwrap(), said("session", revision + 1, "attempt"));
        browser.post("/session/sign-out", json!({})).await.ok();
        assert_eq!(events.block().await.unwrap(), said("end", revision + 2, "signed_out"));
        assert_eq!(events.block().await, None);
    }
}

/// The answer to `browser`, which must be that there is nothing to follow.
async fn nothing_for(browser: &Browser) {
    let reply = browser.send(browser.asks_for_events()).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert_eq!(reply.header("content-type"), None);
    assert!(reply.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn without_a_live_session_there_is_nothing_to_follow() {
    let server = Keyrack::start().await;
    nothing_for(&server.browser()).await;
    let browser = server.signed_up("ada").await;
    let rack = browser.credential().unwrap();
    for wrong in ["x", "ses_00000000000000000000000000.AAAAAAAAAAAAAAAAAAAAAA"] {
        browser.hold(Some(wrong.to_owned()));
        nothing_for(&browser).await;
    }
    // The right session and another key.
    let (id, _) = rack.split_once('.').unwrap();
    browser.hold(Some(format!("{id}.AAAAAAAAAAAAAAAAAAAAAA")));
    nothing_for(&browser).await;
    browser.hold(Some(rack.clone()));
    browser.follows().await;
    browser.post("/session/sign-out", json!({})).await.ok();
    browser.hold(Some(rack));
    nothing_for(&browser).await;
    // Whoever has left may be counted for a moment yet.
    while server.app.hub.streams() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stream_of_another_deployments_session_is_none() {
    let (one, other) = (Keyrack::start().await, Keyrack::start().await);
    let (ada, bob) = (one.signed_up("ada").await, other.signed_up("bob").await);
    nothing_for(&ada.copied_to(&other)).await;
    nothing_for(&bob.copied_to(&one)).await;
    let mut events = ada.follows().await;
    bob.begins_sign_up("cyd").await;
    let revision = ada.session().await["revision"].as_i64().unwrap();
    ada.begins_sign_up("cyd").await;
    assert_eq!(events.session().await, (revision + 1, "attempt".to_owned()));
}

#[tokio::test]
async fn who_comes_back_is_told_where_the_session_stands_whatever_it_has() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let mut events = browser.follows().await;
    browser.begins_sign_up("bob").await;
    let (last, _) = events.session().await;
    drop(events);
    browser.begins_sign_up("cyd").await;
    for had in [0, last, last + 1, last + 500, 999_999_999_999_999_999] {
        for request in [
            browser.asks_for_events().header("last-event-id", had.to_string()),
            browser.request(Method::GET, &format!("/session/events?last_event_id={had}")),
        ] {
            let mut events = Events::of(request.send().await.unwrap());
            assert_eq!(events.session().await, (last + 1, "current".to_owned()), "{had}");
        }
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_is_refused() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let bad = (400, "BAD_REQUEST_BODY".to_owned());
    for id in ["-1", "1.5", "x", "1%20", "0x1", "9999999999999999999"] {
        let query = browser.request(Method::GET, &format!("/session/events?last_event_id={id}"));
        assert_eq!(browser.send(query).await.refused(), bad, "{id:?}");
    }
    let reply = browser.send(browser.asks_for_events().header("last-event-id", "x")).await;
    assert_eq!(reply.refused(), bad);
    assert!(reply.text.contains("last_event_id must be a whole number"), "{}", reply.text);
    assert_eq!(server.app.hub.streams(), 0);
}

#[tokio::test]
async fn only_allowed_origins_may_read_it_and_the_staging_header_is_a_credential() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let cookie = browser.asks_for_events().build().unwrap().headers()["cookie"].clone();
    let foreign =
        crate::support::client().get(format!("{}/session/events", server.base)).header("cookie", cookie);
    // As `GET /session`: it is answered, and no page elsewhere can read the answer.
    let foreign = foreign.header("origin", "https://elsewhere.example").send().await.unwrap();
    assert_eq!(foreign.status(), 200);
    assert_eq!(foreign.headers().get("access-control-allow-origin"), None);
    let preflight = browser.request(Method::OPTIONS, "/session/events");
    let reply = browser.send(preflight.header("access-control-request-method", "GET")).await;
    assert_eq!(reply.status, 204);
    assert!(reply.header("access-control-allow-headers").unwrap().contains("x-development-session"));

    let staging = Keyrack::start().await;
    let browser = staging.signed_up("ada").await;
    let rack = browser.credential().unwrap();
    let client = crate::support::client();
    let url = format!("{}/session/events", staging.base);
    let by_query = client.get(format!("{url}?__dev_session__={rack}"));
    let by_header = client.get(&url).header("x-development-session", &rack);
    for request in [by_header, by_query] {
        let request = request.header("origin", "https://anywhere.example");
        let mut events = Events::of(request.send().await.unwrap());
        assert_eq!(events.response.headers()["access-control-allow-origin"], "https://anywhere.example");
        assert_eq!(events.session().await.1, "current");
    }
    let by_cookie = client.get(&url).header("cookie", format!("__Host-keyrack={rack}"));
    assert_eq!(by_cookie.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn two_credentials_of_different_sessions_are_refused_here_too() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let both = ada.asks_for_events().header("x-development-session", bob.credential().unwrap());
    assert_eq!(ada.send(both).await.refused(), (400, "ambiguous_credential".to_owned()));
}

#[tokio::test]
async fn a_stream_is_no_activity() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let before = browser.get("/session?poll=1").await.ok()["active_signin"]["lastActiveAt"].clone();
    // Half of the idle time: a read that counts would move it.
    server.advance(84 * 3_600_000);
    let mut events = browser.follows().await;
    let after = browser.get("/session?poll=1").await.ok();
    assert_eq!(after["active_signin"]["lastActiveAt"], before);
    browser.session().await;
    assert_eq!(events.session().await.1, "renewed");
}
