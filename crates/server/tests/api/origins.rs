//! Which pages may read answers, and which may change something.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, sign_in_form};
use keyrack_server::config::Mode;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

const FRIEND: &str = "https://www.example.com";

/// Origins that look like the friend's, or like nobody's.
const STRANGERS: [&str; 13] = [
    "https://evil.example",
    "null",
    "http://www.example.com",
    "https://www.example.com:8443",
    "https://www.example.com.evil.example",
    "https://evilwww.example.com",
    "https://sub.www.example.com",
    "https://example.com",
    "https://www.example.com/",
    "https://WWW.example.com",
    "https://user@www.example.com",
    "https://www.example.com, https://evil.example",
    "http://localhost:4400",
];

/// One in production that also allows the pages of a friend.
async fn production() -> Keyrack {
    Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.allowed_origins.push(FRIEND.to_owned());
    })
    .await
}

/// The request with this origin instead of the browser's own.
fn from(request: RequestBuilder, origin: &str) -> RequestBuilder {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("origin", origin.parse().unwrap());
    request.headers(headers)
}

/// A request with the browser's cookie, and nothing that says where it comes from.
fn from_nowhere(browser: &Browser, server: &Keyrack, method: Method, path: &str) -> RequestBuilder {
    let name = format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap());
    let cookie = format!("{name}={}", browser.credential().unwrap());
    crate::support::client().request(method, format!("{}{path}", server.base)).header("cookie", cookie)
}

#[track_caller]
fn readable_by(reply: &Reply, origin: &str) {
    assert_eq!(reply.header("access-control-allow-origin"), Some(origin), "{reply:?}");
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"), "{reply:?}");
    let exposed = reply.header("access-control-expose-headers").expect("exposed headers");
    for name in ["x-development-session", "x-request-id", "retry-after"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    assert!(reply.header("vary").is_some_and(|vary| vary.contains("origin")), "{reply:?}");
}

#[track_caller]
fn unreadable(reply: &Reply) {
    assert_eq!(reply.header("access-control-allow-origin"), None, "{reply:?}");
    assert_eq!(reply.header("access-control-allow-credentials"), None, "{reply:?}");
    assert!(reply.header("vary").is_some_and(|vary| vary.contains("origin")), "{reply:?}");
}

/// Reads, refusals of every kind: a page that may read must be able to read why, too.
async fn answers(browser: &Browser, origin: &str) -> Vec<Reply> {
    let requests = [
        browser.request(Method::GET, "/session"),
        browser.request(Method::GET, "/deployment"),
        browser.request(Method::GET, "/me"),
        browser.request(Method::GET, "/session/token?template=none"),
        browser.request(Method::GET, "/nowhere"),
        browser.request(Method::DELETE, "/session"),
        browser.request(Method::POST, "/auth/signin").json(&sign_in_form("ada", "wrong")),
        browser.request(Method::POST, "/auth/signin").header("content-type", "text/plain").body("x"),
        browser.request(Method::POST, "/auth/signin").body("a".repeat(70_000)),
    ];
    let mut replies = Vec::new();
    for request in requests {
        replies.push(browser.send(from(request, origin)).await);
    }
    replies
}

#[tokio::test]
async fn k04_in_production_only_listed_origins_may_read_answers_and_refusals() {
    let server = production().await;
    let browser = server.signed_up("ada").await;
    for origin in [FRIEND, server.base.as_str()] {
        answers(&browser, origin).await.iter().for_each(|reply| readable_by(reply, origin));
    }
    for origin in STRANGERS {
        answers(&browser, origin).await.iter().for_each(unreadable);
    }
    unreadable(
        &Reply::read(from_nowhere(&browser, &server, Method::GET, "/session").send().await.unwrap()).await,
    );
}

#[tokio::test]
async fn k04_in_staging_any_page_may_read_for_there_is_nothing_to_ride_on() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    for origin in ["https://anything.example", "http://localhost:3000", server.base.as_str()] {
        answers(&browser, origin).await.iter().for_each(|reply| readable_by(reply, origin));
    }
    answers(&browser, "null").await.iter().for_each(unreadable);
}

#[tokio::test]
async fn k04_preflights_are_answered_for_whoever_may_ask() {
    let ask = async |server: &Keyrack, origin: &str, path: &str| {
        let browser = server.browser();
        let request = from(browser.request(Method::OPTIONS, path), origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-development-session");
        let reply = browser.send(request).await;
        assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{reply:?}");
        reply
    };
    let (staging, production) = (Keyrack::start().await, production().await);
    for path in ["/session", "/auth/signin", "/session/switch-sign-in", "/nowhere"] {
        for (server, origin) in [(&staging, "https://anything.example"), (&production, FRIEND)] {
            let reply = ask(server, origin, path).await;
            readable_by(&reply, origin);
            let methods = reply.header("access-control-allow-methods").unwrap();
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                assert!(methods.contains(method), "{methods}");
            }
            let headers = reply.header("access-control-allow-headers").unwrap();
            assert!(
                headers.contains("content-type") && headers.contains("x-development-session"),
                "{headers}"
            );
            assert!(reply.header("access-control-max-age").is_some());
        }
        for origin in STRANGERS {
            unreadable(&ask(&production, origin, path).await);
        }
    }
}

/// Every call that changes something.
const MUTATIONS: [&str; 6] = [
    "/session/switch-sign-in",
    "/session/sign-out",
    "/auth/signin",
    "/auth/signup",
    "/auth/prepare-verification",
    "/auth/attempt-verification",
];

#[tokio::test]
async fn k01_a_cookie_changes_nothing_for_a_page_that_is_not_listed() {
    let server = production().await;
    server.signed_up("bob").await;
    let browser = server.signed_up("ada").await;
    let form = sign_in_form("bob", PASSWORD).to_string();
    let urlencoded = format!("email=bob%40example.com&password={}", PASSWORD.replace(' ', "+"));
    let multipart =
        "--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nbob@example.com\r\n--b--\r\n";
    let simple: [(Option<&str>, &str); 8] = [
        (Some("application/x-www-form-urlencoded"), &urlencoded),
        (Some("multipart/form-data; boundary=b"), multipart),
        (Some("text/plain"), &form),
        (Some("text/plain; application/json"), &form),
        (Some("application/json"), &form),
        (Some("APPLICATION/JSON;x"), &form),
        (None, &form),
        (None, ""),
    ];
    let before = browser.session().await;
    let origins = STRANGERS.iter().map(|origin| vec![("origin", *origin)]);
    let disguised = [
        vec![],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("sec-fetch-site", "Same-Origin")],
        vec![("referer", FRIEND)],
        vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        vec![("origin", ""), ("sec-fetch-site", "same-origin")],
    ];
    for headers in origins.chain(disguised) {
        for path in MUTATIONS {
            for (kind, body) in simple {
                let mut request = from_nowhere(&browser, &server, Method::POST, path).body(body.to_owned());
                for (name, value) in headers.iter().chain(kind.map(|kind| ("content-type", kind)).iter()) {
                    request = request.header(*name, *value);
                }
                let reply = browser.send(request).await;
                assert_eq!(reply.refused(), (403, "origin_not_allowed".to_owned()), "{path} {headers:?}");
            }
        }
    }
    assert_eq!(browser.session().await, before);
}

#[tokio::test]
async fn a_page_that_may_not_read_a_stream_cannot_keep_one_open_either() {
    let server = production().await;
    let browser = server.signed_up("ada").await;
    let site = |from| ("sec-fetch-site", from);
    let refused = [
        vec![site("same-site")],
        vec![site("cross-site")],
        vec![site("same-site"), ("origin", "https://other.example.com")],
        vec![site("cross-site"), ("origin", "null")],
    ];
    let taken = [
        vec![],
        vec![site("same-origin")],
        vec![site("none")],
        vec![site("same-site"), ("origin", FRIEND)],
        vec![site("cross-site"), ("origin", FRIEND)],
    ];
    for (cases, status) in [(refused.as_slice(), 403), (taken.as_slice(), 200)] {
        for headers in cases {
            let asks = from_nowhere(&browser, &server, Method::GET, "/session/events");
            let asks = headers.iter().fold(asks, |asks, (name, value)| asks.header(*name, *value));
            assert_eq!(asks.send().await.unwrap().status(), status, "{headers:?}");
        }
    }
}

#[tokio::test]
async fn k01_no_method_that_may_change_something_is_let_through_unasked() {
    let server = production().await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    browser.signs_up(&server, "bob").await;
    for method in
        [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::from_bytes(b"MOVE").unwrap()]
    {
        for path in MUTATIONS.iter().chain(&["/session", "/me", "/nowhere"]) {
            let path = format!("{path}?sign_in_id={ada}");
            let request = from_nowhere(&browser, &server, method.clone(), &path);
            let refusal = browser.send(request.header("origin", "https://evil.example")).await.refused();
            assert_eq!(refusal, (403, "origin_not_allowed".to_owned()), "{method} {path}");
        }
    }
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
}

#[tokio::test]
async fn what_says_that_it_comes_from_a_listed_page_may_change_something() {
    let server = production().await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    let switch = json!({ "sign_in_id": ada });
    let may: [&[(&str, &str)]; 4] = [
        &[("origin", FRIEND)],
        &[("origin", FRIEND), ("sec-fetch-site", "cross-site")],
        &[("origin", &server.base)],
        &[("sec-fetch-site", "same-origin")],
    ];
    for headers in may {
        let mut request =
            from_nowhere(&browser, &server, Method::POST, "/session/switch-sign-in").json(&switch);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(browser.send(request).await.status, 200, "{headers:?}");
    }
    // A form's content types are still those of a form.
    let request =
        from_nowhere(&browser, &server, Method::POST, "/session/switch-sign-in").header("origin", FRIEND);
    let text = request.header("content-type", "text/plain").body(switch.to_string());
    assert_eq!(browser.send(text).await.refused(), (415, "unsupported_media_type".to_owned()));
}

#[tokio::test]
async fn k01_a_get_changes_nothing_whatever_it_claims_to_be() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let browser = server.signed_up("ada").await;
        let ada = browser.sign_in_of("ada").await;
        browser.signs_up(&server, "bob").await;
        let before = browser.session().await;
        for path in MUTATIONS {
            for method in [Method::GET, Method::HEAD] {
                let path = format!("{path}?sign_in_id={ada}&email=ada%40example.com&_method=POST");
                let request = browser.request(method, &path);
                let overridden = ["x-http-method-override", "x-http-method", "x-method-override"];
                let request = overridden.iter().fold(request, |request, name| request.header(*name, "POST"));
                assert_eq!(browser.send(request).await.status, 405, "{path}");
            }
        }
        for path in ["/session", "/session?sign_in_id=x", "/session/token", "/me", "/deployment"] {
            for method in [Method::GET, Method::HEAD] {
                assert_eq!(browser.send(browser.request(method, path)).await.status, 200, "{path}");
            }
        }
        assert_eq!(browser.session().await, before);
    }
}
