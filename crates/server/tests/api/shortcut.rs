//! The shortcut past the router says what the long way says, and lets nobody through whom that would not.

use crate::support::{Keyrack, Reply, claims};
use keyrack_server::config::{Deployment, Origin};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// How many requests took the shortcut so far.
fn taken(server: &Keyrack) -> u64 {
    server.app.shortcuts_taken.load(Ordering::Relaxed)
}

/// The same request by the long way: whoever says anything of a body is sent there.
fn the_long_way(request: RequestBuilder) -> RequestBuilder {
    request.header("content-length", "0")
}

/// All that an answer says, less what is drawn for each.
fn said(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != "x-request-id" && *name != "date");
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    let mut text = reply.text.clone();
    if let Some(token) = reply.json()["data"]["token"].as_str() {
        let mut claims = claims(token);
        assert!(claims["jti"].take().as_str().unwrap().starts_with("tok_"));
        text = text.replace(token, &claims.to_string());
    }
    (reply.status, headers, text)
}

/// Sends one request both ways, the long way first; it must say the same, and once have taken the shortcut.
async fn both_ways(server: &Keyrack, request: impl Fn() -> RequestBuilder) -> Reply {
    let before = taken(server);
    let long = Reply::read(the_long_way(request()).send().await.unwrap()).await;
    assert_eq!(taken(server), before, "the long way is no shortcut");
    let short = Reply::read(request().send().await.unwrap()).await;
    assert_eq!(taken(server), before + 1, "the shortcut was not taken: {}", short.text);
    assert_eq!(said(&short), said(&long));
    short
}

#[tokio::test]
async fn the_shortcut_says_what_the_long_way_says() {
    let https =
        |deployment: &mut Deployment| deployment.origin = Origin::parse("https://one.example").unwrap();
    for server in [Keyrack::start().await, Keyrack::production().await, Keyrack::start_with(https).await] {
        let browser = server.signed_up_two().await.0;
        let tag = browser.get("/session").await.header("etag").unwrap().to_owned();
        for path in ["/session", "/session?poll=1", "/session/token", "/session/token?template=default"] {
            both_ways(&server, || browser.request(Method::GET, path)).await;
            for (name, value) in [
                ("if-none-match", tag.as_str()),
                ("if-none-match", "\"other\""),
                ("user-agent", "another"),
                ("accept", "text/html"),
                ("x-forwarded-for", "192.0.2.1"),
            ] {
                both_ways(&server, || browser.request(Method::GET, path).header(name, value)).await;
            }
            let foreign = || {
                let mut request = browser.request(Method::GET, path).build().unwrap();
                request.headers_mut().insert("origin", "https://foreign.example".parse().unwrap());
                RequestBuilder::from_parts(crate::support::client(), request)
            };
            both_ways(&server, foreign).await;
        }
    }
}

#[tokio::test]
async fn a_rack_that_opens_less_is_shown_less_also_when_both_were_verified() {
    let server = Keyrack::start().await;
    let browser = server.signed_up_two().await.0;
    let whole = browser.credential().unwrap();
    let session_and_last: Vec<&str> = whole.split('~').collect();
    let less = browser.copied();
    less.hold(Some([session_and_last[0], session_and_last[session_and_last.len() - 1]].join("~")));
    let shown = less.session().await;
    assert!(shown["signins"].as_array().unwrap().len() < 2, "{shown}");
    for _ in 0..3 {
        assert_eq!(less.session().await, shown);
        assert_eq!(browser.accounts().await, ["ada", "bob*"]);
    }
}

#[tokio::test]
async fn a_verification_that_is_remembered_lets_no_wrong_secret_through() {
    let server = Keyrack::start().await;
    let browser = server.signed_up_two().await.0;
    let other = server.signed_up("cyd").await;
    let (mine, theirs) = (browser.credential().unwrap(), other.credential().unwrap());
    other.session().await;
    let seen = both_ways(&server, || browser.request(Method::GET, "/session")).await.ok();
    let before = taken(&server);
    let session_key = mine.split('~').next().unwrap().len();
    let thief = browser.copied();
    // Every letter of the session's key but the last, of which two bits say nothing.
    for place in 31..session_key - 1 {
        let mut forged = mine.clone().into_bytes();
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        thief.hold(Some(String::from_utf8(forged).unwrap()));
        assert_eq!(thief.session().await["id"], "", "letter {place}");
        assert_eq!(thief.get("/session/token").await.refused().1, "signed_out");
    }
    // One session's name before another's secrets, and nothing behind the name.
    for forged in [
        format!("{}{}", &mine[..30], &theirs[30..]),
        format!("{}{}", &theirs[..30], &mine[30..]),
        mine[..30].to_owned(),
        format!("{}.", &mine[..30]),
    ] {
        thief.hold(Some(forged.clone()));
        assert_eq!(thief.session().await["id"], "", "{forged}");
    }
    assert_eq!(taken(&server), before, "none of them was known");
    assert_eq!(browser.session().await, seen);
}

#[tokio::test]
async fn a_verification_does_not_outlive_what_it_was_made_of() {
    let server = Keyrack::start().await;
    let browser = server.signed_up_two().await.0;
    let tab = browser.copied();
    let seen = both_ways(&server, || tab.request(Method::GET, "/session")).await.ok();
    let [ada, bob] = [tab.sign_in_of("ada").await, tab.sign_in_of("bob").await];
    let before = taken(&server);
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    let switched = tab.session().await;
    assert_eq!(taken(&server), before, "what was published is verified again");
    assert!(switched["revision"].as_i64() > seen["revision"].as_i64());
    assert_eq!(switched["active_signin"]["id"], ada);
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    assert_eq!(tab.accounts().await, ["ada*"]);
    assert_eq!(tab.accounts().await, ["ada*"]);
    browser.post("/session/sign-out", json!({})).await.ok();
    for _ in 0..2 {
        assert_eq!(tab.session().await["id"], "");
        assert_eq!(tab.get("/session/token").await.refused().1, "signed_out");
    }
}

#[tokio::test]
async fn what_expires_is_not_shown_by_the_shortcut_and_what_it_reads_is_activity() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.session().await;
    let lifetimes = server.app.sites[0].config.lifetimes.clone();
    let step = lifetimes.sign_in_idle_ms / 10;
    server.advance(step - 1);
    let at = server.app.world.clock.now_ms();
    both_ways(&server, || browser.request(Method::GET, "/session")).await;
    keyrack_server::session::activity::flush(&server.app).await.unwrap();
    let noted = "select max(last_active_at) from sign_in_activity where deployment_id = $1";
    assert_eq!(server.count(noted).await, at);
    server.advance(1);
    let (before, shown) = (taken(&server), browser.session().await);
    assert_eq!(taken(&server), before, "a step is written, which is no shortcut");
    assert!(shown["active_signin"]["expires_at"].is_string());
    server.advance(lifetimes.sign_in_idle_ms);
    for path in ["/session?poll=1", "/session"] {
        let ended: Value = browser.get(path).await.ok();
        assert_eq!((&ended["id"], &ended["end_reason"]), (&json!(""), &json!("idle")));
    }
    assert_eq!(taken(&server), before);
}
