//! What only `keyrack dev` has: captured mail, a clock that moves; for this machine and nobody else.

use crate::support::{Browser, Keyrack, Reply};
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::{Value, json};

/// The addresses of the captured messages, in the order in which they are shown.
async fn addressees(browser: &Browser, path: &str) -> Vec<String> {
    let shown = browser.get(path).await.json();
    let messages = shown["messages"].as_array().expect("messages").iter();
    messages.map(|message| message["to"].as_str().unwrap().split('@').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_outbox_shows_captured_mail_oldest_first_filters_and_forgets_it() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    for name in ["ada", "bob", "ada"] {
        let attempt = browser.begins_sign_up(name).await;
        browser.asks_for_code(&attempt).await.ok();
        server.advance(60_000);
    }
    assert_eq!(addressees(&browser, "/dev/outbox").await, ["ada", "bob", "ada"]);
    assert_eq!(addressees(&browser, "/dev/outbox?to=ada@example.com").await, ["ada", "ada"]);
    assert_eq!(addressees(&browser, "/dev/outbox?to=bob%40example.com").await, ["bob"]);
    assert_eq!(addressees(&browser, "/dev/outbox?to=nobody@example.com").await, Vec::<String>::new());
    // A filter that is no address filters nothing out by accident.
    assert_eq!(addressees(&browser, "/dev/outbox?to=ada").await, Vec::<String>::new());

    let gone = browser.send(browser.request(Method::DELETE, "/dev/outbox")).await;
    assert_eq!((gone.status, gone.json()), (200, json!({ "messages": [] })));
    assert_eq!(addressees(&browser, "/dev/outbox").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_captured_message_has_its_code_and_a_note_has_none() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.advance(3_600_000);
    let stranger = server.browser();
    let attempt = stranger.begins_sign_up("ada").await;
    stranger.asks_for_code(&attempt).await.ok();

    let shown = browser.get("/dev/outbox").await.json();
    let [code, note] = shown["messages"].as_array().unwrap().as_slice() else { panic!("{shown}") };
    assert_eq!(code["code"], server.mails("ada").await[0].mail.code.clone().unwrap());
    assert_eq!(code["created_at"], "2026-01-01T00:00:00.000Z");
    assert_eq!(note["code"], Value::Null);
    for message in [code, note] {
        let mut keys: Vec<&str> = message.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        let named = ["code", "created_at", "html", "id", "kind", "link", "subject", "text", "to"];
        assert_eq!(keys, named);
        assert_eq!((&message["kind"], &message["link"]), (&json!("email"), &Value::Null));
    }
    assert_ne!(code["id"], note["id"]);
}

#[tokio::test]
async fn the_clock_moves_forwards_by_what_was_asked_and_with_it_everything_else() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let now = 1_767_225_600_000_i64;
    assert_eq!(browser.get("/dev/clock").await.json(), json!({ "now_ms": now }));
    let moved = browser.post("/dev/clock", json!({ "advance_ms": 1500 })).await;
    assert_eq!((moved.status, moved.json()), (200, json!({ "now_ms": now + 1500 })));

    let backwards = [json!({ "advance_ms": -1 }), json!({ "advance_ms": 400_000_000_000_i64 })];
    let unreadable = [json!({}), json!({ "advance_ms": "1" }), json!({ "advance_ms": 1.5 }), json!([1])];
    for body in backwards.into_iter().chain(unreadable) {
        let refusal = browser.post("/dev/clock", body.clone()).await.refused();
        assert_eq!(refusal, (400, "BAD_REQUEST_BODY".to_owned()), "{body}");
    }
    assert_eq!(browser.get("/dev/clock").await.json(), json!({ "now_ms": now + 1500 }));
    browser.post("/dev/clock", json!({ "advance_ms": 604_800_000 })).await;
    assert_eq!(browser.session().await["end_reason"], "idle");
}

/// Nothing of it may be read by a page of another origin.
#[track_caller]
fn without_cors(reply: &Reply) {
    assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{reply:?}");
}

#[tokio::test]
async fn the_development_routes_answer_this_machine_only_and_send_no_cors_headers() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| {
            deployment.mode = mode;
            deployment.hosts.push("app.example.com".to_owned());
            deployment.hosts.push("localhost".to_owned());
        })
        .await;
        let (browser, now) = (server.browser(), server.app.world.clock.now_ms());
        let foreign = [
            ("host", "app.example.com"),
            ("host", "localhost.example.com"),
            ("host", "127.0.0.1.example.com"),
            ("origin", "https://evil.example.com"),
            ("origin", "http://localhost.example.com"),
            ("origin", "null"),
            ("forwarded", "for=203.0.113.7"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-host", "localhost"),
            ("x-forwarded-proto", "https"),
            ("x-real-ip", "127.0.0.1"),
        ];
        for (name, value) in foreign {
            for (method, path) in ROUTES {
                let mut request = browser.request(method, path).json(&json!({ "advance_ms": 1 }));
                request = replacing(request, name, value);
                let reply = browser.send(request).await;
                assert_eq!(reply.refused().0, 404, "{path} {name}: {value}");
                without_cors(&reply);
            }
        }
        assert_eq!(server.app.world.clock.now_ms(), now);
        for (name, value) in
            [("host", "localhost:4400"), ("host", "LOCALHOST"), ("origin", "http://127.0.0.1:5173")]
        {
            let reply =
                browser.send(replacing(browser.request(Method::GET, "/dev/outbox"), name, value)).await;
            assert_eq!(reply.status, 200, "{name}: {value}: {}", reply.text);
            without_cors(&reply);
        }
        without_cors(&browser.send(browser.request(Method::OPTIONS, "/dev/outbox")).await);
    }
}

const ROUTES: [(Method, &str); 4] = [
    (Method::GET, "/dev/outbox"),
    (Method::DELETE, "/dev/outbox"),
    (Method::GET, "/dev/clock"),
    (Method::POST, "/dev/clock"),
];

/// The request with one header said otherwise.
fn replacing(request: reqwest::RequestBuilder, name: &'static str, value: &str) -> reqwest::RequestBuilder {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(name, value.parse().unwrap());
    request.headers(headers)
}

#[tokio::test]
async fn without_keyrack_dev_the_routes_are_not_there() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    let browser = server.signed_up("ada").await;
    for (method, path) in ROUTES {
        let reply = browser.send(browser.request(method, path)).await;
        assert_eq!(reply.refused(), (404, "not_found".to_owned()), "{path}");
    }
    for path in ["/outbox", "/api/private", "/index.html"] {
        assert_eq!(browser.get(path).await.refused(), (404, "not_found".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn without_a_virtual_clock_there_is_no_clock_to_move() {
    let server = Keyrack::start_configured(|config| config.virtual_clock = false).await;
    let browser = server.browser();
    assert_eq!(browser.get("/dev/clock").await.refused(), (404, "not_found".to_owned()));
    let moved = browser.post("/dev/clock", json!({ "advance_ms": 1 })).await;
    assert_eq!(moved.refused(), (404, "not_found".to_owned()));
    assert_eq!(browser.get("/dev/outbox").await.status, 200);
}
