//! Attacks through a victim's browser (area K): what a GET does, whose sign-in it is, what every answer forbids.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, Route, routes, sign_in_form};
use keyrack_server::config::{Mode, Origin};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FIELDS: [(&str, &str); 12] = [
    ("sign_in_id", "x"),
    ("email", "ada@example.com"),
    ("password", PASSWORD),
    ("strategy", "plain_email"),
    ("identifier", "ada@example.com"),
    ("type", "username"),
    ("attempt_identifier", "x"),
    ("identifier_type", "signup"),
    ("verification_code", "123456"),
    ("advance_ms", "1000"),
    ("_method", "POST"),
    ("redirect_uri", "https://evil.example"),
];

/// What is kept of people; counters of tries are not theirs.
async fn kept(server: &Keyrack, browser: &Browser) -> (BTreeMap<String, i64>, Value) {
    let session = browser.session().await;
    let mut rows = server.rows().await;
    for counter in ["throttles", "leases", "sign_in_activity"] {
        rows.remove(counter);
    }
    // That it was refused is recorded.
    let refused = "select count(*) from audit where deployment_id = $1 and event = 'act_refused'";
    *rows.get_mut("audit").unwrap() -= server.count(refused).await;
    (rows, session)
}

#[tokio::test]
async fn k01_no_get_of_any_route_changes_anything_or_hands_anything_out() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let browser = server.signed_up("ada").await;
        let ada = browser.sign_in_of("ada").await;
        browser.signs_up(&server, "bob").await;
        browser.begins_sign_up("cyd").await;
        let master = server.master().await;
        let (before, clock) = (kept(&server, &browser).await, server.app.world.clock.now_ms());
        for route in routes() {
            for method in [Method::GET, Method::HEAD] {
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(FIELDS.map(|(name, value)| (name, if value == "x" { &ada } else { value })))
                    .finish();
                let request = browser.request(method.clone(), &format!("{}?{query}", route.path));
                let request = master.on(&route.path, request);
                let request = ["x-http-method-override", "x-http-method", "x-method-override"]
                    .iter()
                    .fold(request, |request, name| request.header(*name, "POST"));
                let reply = browser.send_and_lose(request).await;
                let status = if route.writes() && is_only(&route) { 405 } else { reply.status };
                assert_eq!(reply.status, status, "{method} {route:?}: {}", reply.text);
                assert!(reply.status < 500, "{method} {route:?}: {}", reply.text);
                for handed in ["set-cookie", "x-development-session"] {
                    assert_eq!(reply.header(handed), None, "{method} {route:?}");
                }
            }
        }
        assert_eq!(kept(&server, &browser).await, before);
        assert_eq!(server.app.world.clock.now_ms(), clock);
    }
}

/// Whether its path has no GET beside it.
fn is_only(route: &Route) -> bool {
    !routes().iter().any(|other| other.path == route.path && !other.writes())
}

/// What a form or a script without permission can send, as content types and bodies.
fn simple(form: &Value) -> Vec<(Option<&'static str>, String)> {
    let pairs = form.as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
    let multipart: String = pairs
        .clone()
        .map(|(name, value)| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        })
        .collect();
    let urlencoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    vec![
        (Some("application/x-www-form-urlencoded"), urlencoded),
        (Some("multipart/form-data; boundary=b"), multipart + "--b--\r\n"),
        (Some("text/plain"), form.to_string()),
        (Some("application/json"), form.to_string()),
        (None, form.to_string()),
    ]
}

#[tokio::test]
async fn k03_a_page_of_somebody_else_signs_its_visitor_in_to_no_account() {
    let server = Keyrack::production().await;
    let eve = server.signed_up("eve").await;
    let attempt = eve.begins_sign_up("eve2").await;
    eve.asks_for_code(&attempt).await.ok();
    let code = server.code("eve2").await;
    let verified = crate::support::code_form(&attempt, &code);
    let senders: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[],
    ];
    for (path, form) in
        [("/auth/signin", sign_in_form("eve", PASSWORD)), ("/auth/attempt-verification", verified)]
    {
        for headers in senders {
            for (kind, body) in simple(&form) {
                let mut request = crate::support::client().post(format!("{}{path}", server.base)).body(body);
                for (name, value) in headers.iter().chain(kind.map(|kind| ("content-type", kind)).iter()) {
                    request = request.header(*name, *value);
                }
                let reply = Reply::read(request.send().await.unwrap()).await;
                assert_eq!(reply.refused().1, "origin_not_allowed", "{path} {headers:?} {kind:?}");
                assert_eq!(reply.header("set-cookie"), None);
            }
        }
    }
    // Not even from a page of the deployment: what eve began is completed in eve's browser.
    let victim = server.browser();
    assert_eq!(victim.enters_code(&attempt, &code).await.refused().1, "BAD_SIGN_IN_ATTEMPT");
    assert_eq!(victim.credential(), None);
    eve.enters_code(&attempt, &code).await.ok();
}

/// A deployment on https, as a proxy in front of it would have it, with answers on this machine.
async fn https() -> Keyrack {
    Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.origin = Origin::parse("https://127.0.0.1").unwrap();
        deployment.allowed_origins = vec![deployment.origin.to_string()];
    })
    .await
}

#[track_caller]
fn is_dressed(name: &str, reply: &Reply) {
    let one = |header: &str| {
        let values: Vec<_> = reply.headers.get_all(header).iter().collect();
        assert!(values.len() == 1, "{name}: {header} stands {} times", values.len());
        values[0].to_str().unwrap().to_owned()
    };
    assert_eq!(one("x-content-type-options"), "nosniff", "{name}");
    assert_eq!(one("referrer-policy"), "no-referrer", "{name}");
    assert_eq!(one("cross-origin-opener-policy"), "same-origin", "{name}");
    assert_eq!(one("cross-origin-resource-policy"), "same-origin", "{name}");
    assert_eq!(one("strict-transport-security"), "max-age=31536000", "{name}");
    assert!(!one("cache-control").is_empty(), "{name}");
    let policy = one("content-security-policy");
    for rule in ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.split("; ").any(|part| part == rule), "{name}: {rule} is not in {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{name}: {policy}");
    let html = reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    assert!(
        html || policy.contains("default-src 'none'") || policy.contains("default-src 'self'"),
        "{name}: {policy}"
    );
    for told in ["server", "x-powered-by", "via", "x-aspnet-version"] {
        assert_eq!(reply.header(told), None, "{name}");
    }
    for word in ["axum", "hyper", "sqlite", "postgres", "keyrack/"] {
        let headers = format!("{:?}", reply.headers).to_lowercase();
        assert!(!headers.contains(word), "{name}: {word} in {headers}");
    }
}

/// Refusals of every status, and who sends them.
fn refusals(browser: &Browser) -> Vec<(u16, RequestBuilder)> {
    let post = |path: &str| browser.request(Method::POST, path);
    vec![
        (400, post("/auth/signin").header("content-type", "application/json").body("{")),
        (401, browser.request(Method::GET, "/me")),
        (401, post("/auth/signin").json(&sign_in_form("nobody", "wrong password"))),
        (404, browser.request(Method::GET, "/nowhere")),
        (404, browser.request(Method::GET, "/session").header("host", "elsewhere.example.com")),
        (404, post("/session/switch-sign-in").json(&json!({ "sign_in_id": "x" }))),
        (405, browser.request(Method::PUT, "/me")),
        (413, post("/auth/signin").body("a".repeat(70_000))),
        (415, post("/auth/signin").header("content-type", "text/plain").body("a")),
        (415, post("/auth/signin").header("content-encoding", "gzip").body("a")),
        (204, browser.request(Method::OPTIONS, "/session")),
    ]
}

#[tokio::test]
async fn k11_every_answer_of_every_route_forbids_what_a_browser_should_not_do_with_it() {
    let server = https().await;
    let browser = server.browser();
    let ask = async |name: String, request: RequestBuilder| {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("origin", "https://127.0.0.1".parse().unwrap());
        let reply = Reply::read(request.headers(headers).send().await.unwrap()).await;
        is_dressed(&name, &reply);
        reply.status
    };
    for route in routes() {
        for method in [&route.method, &Method::HEAD, &Method::OPTIONS, &Method::PATCH] {
            ask(format!("{method} {}", route.path), browser.request(method.clone(), &route.path)).await;
        }
    }
    for (status, request) in refusals(&browser) {
        let name = format!("{request:?}");
        assert_eq!(ask(name.clone(), request).await, status, "{name}");
    }
    let foreign =
        crate::support::client().post(format!("{}/auth/signin", server.base)).header("origin", "null");
    let reply = Reply::read(foreign.send().await.unwrap()).await;
    is_dressed("a foreign page", &reply);
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn k05_no_answer_may_be_framed_or_reached_through_its_opener() {
    let server = https().await;
    for route in routes() {
        let reply = server.browser().get(&route.path).await;
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{route:?}");
        assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"), "{route:?}");
    }
}

#[tokio::test]
async fn k11_what_is_no_http_at_all_is_refused_without_a_word_about_who_refuses() {
    let server = https().await;
    for nonsense in
        [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0\0\0\0\r\n\r\n"]
    {
        let said = crate::support::Raw::asks(&server.base, nonsense).await;
        let (head, body) = said.split_once("\r\n\r\n").unwrap_or((&said, ""));
        assert!(said.starts_with("HTTP/1.1 400") && body.is_empty(), "{said}");
        for told in ["server", "hyper", "axum"] {
            assert!(!head.to_lowercase().contains(told), "{head}");
        }
    }
}
