//! What surrounds every call: careful headers, the host that it is for, the size of what is read.

use crate::support::{Keyrack, Reply, sign_up_form};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

#[tokio::test]
async fn k11_every_answer_has_the_headers_that_keep_browsers_and_caches_careful() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let wrong = browser.post("/auth/signup", json!({})).await;
    let mut replies = vec![wrong, browser.post("/auth/signup", sign_up_form("bob")).await];
    for path in ["/session", "/session/token", "/me", "/deployment", "/nowhere", "/healthz"] {
        replies.push(browser.get(path).await);
    }
    for reply in &replies {
        for (name, value) in [
            ("cache-control", "private, no-store"),
            ("content-type", "application/json"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{reply:?}");
        }
        assert!(reply.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        assert_eq!(reply.header("server"), None);
    }
    for reply in &replies[..replies.len() - 1] {
        assert_eq!(
            reply.header("vary"),
            Some("cookie, origin, x-development-session, x-keyrack-session"),
            "{reply:?}"
        );
    }
    let keys = browser.get("/.well-known/jwks.json").await;
    assert_eq!(keys.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(keys.header("access-control-allow-origin"), Some("*"));
    assert_eq!(keys.header("access-control-allow-credentials"), None);
    // One answer for everybody: a cache may keep it once.
    assert_eq!(keys.header("vary"), None);
}

/// What the server answers to these bytes, whole.
async fn raw(server: &Keyrack, request: String) -> Reply {
    let address = server.app.config.listen[0];
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, headers: reqwest::header::HeaderMap::new(), text: body.to_owned() }
}

async fn asked_as(server: &Keyrack, target: &str, hosts: &[&str]) -> Reply {
    let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
    raw(server, format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).await
}

#[tokio::test]
async fn only_the_deployments_own_host_is_answered_on_whatever_port() {
    let server = Keyrack::start_with(|deployment| deployment.hosts.push("app.example.com".to_owned())).await;
    for host in ["127.0.0.1", "127.0.0.1:1", "127.0.0.1:4400", "app.example.com", "APP.example.COM:443"] {
        assert_eq!(asked_as(&server, "/session", &[host]).await.status, 200, "{host}");
    }
    let foreign: [&[&str]; 11] = [
        &["evil.example"],
        &["evil.app.example.com"],
        &["app.example.com.evil.example"],
        &["localhost"],
        &["[::1]"],
        &["127.0.0.2"],
        &["app.example.com@evil.example"],
        &["127.0.0.1", "evil.example"],
        &["127.0.0.1", "127.0.0.1"],
        &[""],
        &[],
    ];
    for hosts in foreign {
        for path in ["/session", "/deployment", "/nowhere", "/dev/outbox", "/.well-known/jwks.json"] {
            let reply = asked_as(&server, path, hosts).await;
            assert!(
                reply.status == 400 && reply.text.is_empty()
                    || reply.refused() == (404, "unknown_host".to_owned()),
                "{hosts:?}"
            );
        }
    }
    let absolute = format!("{}/session", server.base);
    assert_eq!(asked_as(&server, &absolute, &["evil.example"]).await.refused().1, "unknown_host");
    let elsewhere = asked_as(&server, "http://evil.example/session", &["127.0.0.1"]).await;
    assert_eq!(elsewhere.refused().1, "unknown_host");
}

#[tokio::test]
async fn m01_a_body_over_the_limit_is_refused_declared_or_not() {
    let server = Keyrack::start().await;
    let limit = 64 << 10;
    let form = |length: usize| format!("a={}", "a".repeat(length - 2));
    let head = "POST /auth/signin HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n";
    for (length, expected) in [(limit, (400, "REQUIRED_FIELD")), (limit + 1, (413, "body_too_large"))] {
        let declared = format!("{head}Content-Length: {length}\r\n\r\n{}", form(length));
        let chunked =
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{}\r\n0\r\n\r\n", form(length));
        for request in [declared, chunked] {
            let (status, code) = raw(&server, request).await.refused();
            assert_eq!((status, code.as_str()), expected);
        }
    }
    // A megabyte that is only announced is refused before it is sent.
    let announced = format!("{head}Content-Length: 1048576\r\n\r\n");
    assert_eq!(raw(&server, announced).await.refused(), (413, "body_too_large".to_owned()));
}

#[tokio::test]
async fn health_is_told_on_any_host_and_says_nothing_else() {
    let server = Keyrack::start().await;
    for (path, body) in [("/healthz", "{\"status\":\"ok\"}"), ("/readyz", "{\"status\":\"ready\"}")] {
        let browser = server.browser();
        let reply = browser.get(path).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, body));
        assert_eq!(asked_as(&server, path, &["10.0.0.1:8080"]).await.status, 200);
    }
}
