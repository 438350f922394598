//! What all answers have in common: the envelope, the request's id, and what they cost a passer-by.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, code_form, sign_in_form, sign_up_form};
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Answers of every kind to somebody with one account.
async fn answers(browser: &Browser) -> Vec<(String, Reply)> {
    let mut answers = Vec::new();
    for path in ["/session", "/session?poll=1", "/session/token", "/me", "/deployment"] {
        answers.push((format!("GET {path}"), browser.get(path).await));
    }
    let unknown = json!({ "sign_in_id": "sin_00000000000000000000000000" });
    for (path, body) in [
        ("/auth/signup", sign_up_form("bob")),
        ("/auth/signup", json!({})),
        ("/auth/signin", sign_in_form("ada", PASSWORD)),
        ("/auth/signin", sign_in_form("ada", "not the password")),
        ("/auth/attempt-verification", code_form("att_00000000000000000000000000", "123456")),
        ("/session/switch-sign-in", unknown),
        ("/session", json!({})),
        ("/nowhere", json!({})),
        ("/session/sign-out", json!({})),
    ] {
        answers.push((format!("POST {path} {body}"), browser.post(path, body).await));
    }
    for path in ["/session/token", "/me", "/session", "/nowhere"] {
        answers.push((format!("GET {path} signed out"), browser.get(path).await));
    }
    answers
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn every_answer_is_an_envelope_whose_status_is_its_own() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    let browser = server.signed_up("ada").await;
    let (mut good, mut bad) = (0, 0);
    for (name, reply) in answers(&browser).await {
        let body = reply.json();
        assert_eq!(reply.header("content-type"), Some("application/json"), "{name}");
        assert_eq!((&body["status"], &body["session"]), (&json!(reply.status), &Value::Null), "{name}");
        assert!(!body["message"].as_str().unwrap().is_empty(), "{name}");
        if reply.status == 200 {
            good += 1;
            assert_eq!(keys(&body), ["data", "errors", "message", "session", "status"], "{name}");
            assert!(body["data"].is_object() && body["errors"].is_null(), "{name}: {body}");
            continue;
        }
        bad += 1;
        assert_eq!(keys(&body), ["data", "error", "errors", "message", "session", "status"], "{name}");
        let (code, message) = (&body["error"]["code"], &body["message"]);
        assert_eq!(body["data"], Value::Null, "{name}");
        assert_eq!(body["errors"], json!([{ "code": code, "message": message }]), "{name}");
        let detail = json!({ "code": code, "message": message, "status": reply.status });
        assert_eq!(body["error"], detail, "{name}");
    }
    assert_eq!((good, bad), (8, 10));
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own_and_never_the_clients() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let (mut ids, mut replies) = (HashSet::new(), answers(&browser).await);
    for (method, path) in [
        (Method::OPTIONS, "/session"),
        (Method::GET, "/healthz"),
        (Method::GET, "/readyz"),
        (Method::GET, "/.well-known/jwks.json"),
        (Method::GET, "/dev/outbox"),
    ] {
        replies.push((path.to_owned(), browser.send(browser.request(method, path)).await));
    }
    let theirs = "req_0123456789abcdefghjkmnpqrs";
    for wanted in [theirs, "1", "%0d%0aSet-Cookie:%20a=b"] {
        let request = browser.request(Method::GET, "/session").header("x-request-id", wanted);
        replies.push((wanted.to_owned(), browser.send(request).await));
    }
    let foreign = browser.request(Method::GET, "/session").header("host", "elsewhere.example.com");
    replies.push(("a foreign host".to_owned(), browser.send(foreign).await));
    let all = replies.len();
    for (name, reply) in replies {
        let id = reply.header("x-request-id").unwrap_or_else(|| panic!("{name} has no id")).to_owned();
        assert_eq!(reply.headers.get_all("x-request-id").iter().count(), 1, "{name}");
        let letters = id.strip_prefix("req_").unwrap_or_else(|| panic!("{name}: {id}"));
        let fits = |letter: u8| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&letter);
        assert!(letters.len() == 26 && letters.bytes().all(fits), "{name}: {id}");
        assert_ne!(id, theirs);
        ids.insert(id);
    }
    assert_eq!(ids.len(), all);
}

#[tokio::test]
async fn a_passer_by_leaves_nothing_behind_and_takes_nothing_along() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let passer_by = server.browser();
        let stale = "ses_00000000000000000000000000.AAAAAAAAAAAAAAAAAAAAAA".to_owned();
        for credential in [None, Some("garbage".to_owned()), Some(stale)] {
            passer_by.hold(credential.clone());
            let reads = ["/session", "/session?poll=1", "/deployment", "/session/token", "/me"];
            let mut replies = Vec::new();
            for path in reads {
                replies.push(passer_by.get(path).await);
            }
            replies.push(passer_by.sign_in("nobody", "not the password").await);
            replies.push(passer_by.post("/auth/signup", json!({ "email": "nobody" })).await);
            let everything = passer_by.post("/session/sign-out", json!({})).await;
            replies.push(passer_by.post("/session/sign-out", json!({ "sign_in_id": "x" })).await);
            for reply in &replies {
                let handed = (reply.header("set-cookie"), reply.header("x-development-session"));
                assert_eq!(handed, (None, None), "{reply:?}");
            }
            let nobody = json!({ "id": "", "revision": 0, "end_reason": null, "active_signin": null,
                "signins": [], "signin_attempts": [], "signup_attempts": [] });
            assert_eq!((replies[0].ok(), everything.ok()), (nobody.clone(), nobody));
            assert_eq!(replies[0].header("etag"), None);
        }
        for count in [
            "select count(*) from sessions where deployment_id = $1",
            "select count(*) from sign_ins where deployment_id = $1",
            "select count(*) from attempts where deployment_id = $1",
            "select count(*) from users where deployment_id = $1",
        ] {
            assert_eq!(server.count(count).await, 0, "{count}");
        }
    }
}

#[tokio::test]
async fn the_deployment_is_the_same_for_everybody_whatever_they_carry() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
        let expected = server.browser().get("/deployment").await;
        let shown = expected.ok();
        assert_eq!(shown["mode"], json!(if mode == Mode::Staging { "staging" } else { "production" }));
        let (ada_rack, bob_rack) = (ada.credential().unwrap(), bob.credential().unwrap());
        let garbage = format!("{}~{}", "a".repeat(3000), "..");
        for (first, second) in [(&ada_rack, &bob_rack), (&ada_rack, &ada_rack), (&garbage, &ada_rack)] {
            let name = server.base.rsplit(':').next().unwrap();
            let request = crate::support::client()
                .get(format!("{}/deployment?__dev_session__={first}", server.base))
                .header("x-development-session", second)
                .header("cookie", format!("keyrack_dev_{name}={first}; keyrack_dev_{name}={second}"));
            let reply = Reply::read(request.send().await.unwrap()).await;
            assert_eq!(reply.text, expected.text);
            assert_eq!((reply.header("set-cookie"), reply.header("x-development-session")), (None, None));
        }
        let gone = ada.copied();
        ada.post("/session/sign-out", json!({})).await.ok();
        assert_eq!(gone.get("/deployment").await.text, expected.text);
    }
}

#[tokio::test]
async fn an_etag_stands_for_one_revision_and_what_the_rack_opens_of_it() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let browser = server.signed_up("ada").await;
        let tag = async || browser.get("/session").await.header("etag").expect("an ETag").to_owned();
        let asks = async |tag: &str| {
            let request = browser.request(Method::GET, "/session").header("if-none-match", tag);
            browser.send(request).await
        };
        let first = tag().await;
        assert_eq!(tag().await, first);
        let same = asks(&first).await;
        assert_eq!((same.status, same.text.as_str(), same.header("etag")), (304, "", Some(first.as_str())));
        assert_eq!(same.header("cache-control"), Some("private, no-store"));
        assert!(same.header("vary").is_some_and(|vary| vary.contains("cookie")));
        assert_eq!(same.header("access-control-allow-origin"), Some(server.base.as_str()));

        browser.begins_sign_up("bob").await;
        let second = tag().await;
        assert_ne!(second, first);
        let changed = asks(&first).await;
        assert_eq!((changed.status, changed.header("etag")), (200, Some(second.as_str())));
        assert_eq!(changed.ok(), browser.session().await);
        for other in ["*garbage*", "", "\"\""] {
            assert_eq!(asks(other).await.status, 200, "{other:?}");
        }
        // The same revision, seen by somebody who opens less of it.
        let less = server.browser();
        let rack = browser.credential().unwrap();
        less.hold(Some(rack.rsplit_once('~').unwrap().0.to_owned()));
        let request = less.request(Method::GET, "/session").header("if-none-match", &second);
        let reply = less.send(request).await;
        assert_eq!((reply.status, reply.ok()["signup_attempts"].as_array().unwrap().len()), (200, 1));
        browser.post("/session/sign-out", json!({})).await.ok();
        assert_eq!((asks(&second).await.status, asks(&second).await.header("etag")), (200, None));
    }
}
