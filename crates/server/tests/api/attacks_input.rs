//! Attacks by the form of the input (area M): odd JSON, odd forms, odd numbers.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, Route, routes, sign_in_form};
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

const BAD_BODY: &str = "BAD_REQUEST_BODY";

/// Posts bytes as they are.
async fn posts(browser: &Browser, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Reply {
    browser.send(browser.request(Method::POST, path).header("content-type", kind).body(body)).await
}

#[tokio::test]
async fn m03_json_that_is_none_or_odd_is_refused_fast_and_nothing_happens() {
    let server = Keyrack::start().await;
    let (browser, master) = (server.signed_up("ada").await, server.master().await);
    let before = browser.session().await;
    let deep =
        |open: &str, close: &str| format!("{{\"email\":{}{}}}", open.repeat(15_000), close.repeat(15_000));
    let long_number = format!("{{\"email\":{}}}", "9".repeat(60_000));
    let many_keys: String = (0..6_000).map(|n| format!("\"k{n}\":1,")).collect();
    let bodies: [Vec<u8>; 16] = [
        deep("[", "]").into(),
        "{\"email\":".repeat(6_000).into(),
        "[".repeat(60_000).into(),
        long_number.into(),
        format!("{{{many_keys}\"email\":\"x\"}}").into(),
        "{\"email\":NaN}".into(),
        "{\"email\":\"\\ud800\"}".into(),
        b"{\"email\":\"\xff\xfe\"}".into(),
        "\u{feff}{\"email\":\"x\"}".into(),
        "{\"email\":\"x\"} trailing".into(),
        "{\"email\":\"x\"}{}".into(),
        "{/* comment */\"email\":\"x\"}".into(),
        "{'email':'x'}".into(),
        "{\"email\":\"x\",}".into(),
        "null".into(),
        "\"email\"".into(),
    ];
    for Route { method, path, .. } in routes().into_iter().filter(Route::reads_body) {
        for body in &bodies {
            let request = browser.request(method.clone(), &path).header("content-type", "application/json");
            let answer = browser.send(master.on(&path, request).body(body.clone())).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert_eq!(answer.refused(), (400, BAD_BODY.to_owned()), "{path} {shown}");
        }
    }
    assert_eq!(browser.session().await, before);
}

#[tokio::test]
async fn m03_of_a_key_that_stands_twice_every_kind_of_body_means_the_first() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.signed_up("eve").await;
    let (ada, eve) = ("ada@example.com", "eve@example.com");
    let multipart = |pairs: [(&str, &str); 3]| {
        pairs
            .map(|(name, value)| {
                format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            })
            .concat()
            + "--b--\r\n"
    };
    for (kind, body) in [
        (
            "application/json",
            format!("{{\"email\":\"{ada}\",\"password\":\"{PASSWORD}\",\"email\":\"{eve}\"}}"),
        ),
        ("application/x-www-form-urlencoded", format!("email={ada}&password={PASSWORD}&email={eve}")),
        (
            "multipart/form-data; boundary=b",
            multipart([("email", ada), ("password", PASSWORD), ("email", eve)]),
        ),
    ] {
        let browser = server.browser();
        posts(&browser, "/auth/signin", kind, body).await.ok();
        assert_eq!(browser.accounts().await, ["ada*"], "{kind}");
    }
}

#[tokio::test]
async fn m04_a_multipart_bomb_is_refused() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let part = |headers: &str, value: &str| format!("--b\r\n{headers}\r\n\r\n{value}\r\n");
    let field = |name: &str| format!("content-disposition: form-data; name=\"{name}\"");
    let many_headers: String = (0..4_000).map(|n| format!("x{n}: y\r\n")).collect();
    let long = "a".repeat(300);
    let cases = [
        ("multipart/form-data; boundary=b", part(&field("a"), "").repeat(1_000) + "--b--"),
        ("multipart/form-data; boundary=b", part(&(many_headers + &field("email")), "x") + "--b--"),
        ("multipart/form-data; boundary=b", part(&field("email"), "x")),
        ("multipart/form-data; boundary=b", "--b\r\ncontent-disposition: form-data\r\n\r\n".to_owned()),
        ("multipart/form-data; boundary=", part(&field("email"), "x") + "--b--"),
        ("multipart/form-data; boundary=\"", part(&field("email"), "x") + "--b--"),
        ("multipart/form-data", part(&field("email"), "x") + "--b--"),
        (&format!("multipart/form-data; boundary={long}"), part(&field("email"), "x") + "--b--"),
    ];
    for (kind, body) in cases {
        let (status, code) = posts(&browser, "/auth/signin", kind, body).await.refused();
        assert_eq!((status, code.as_str()), (400, BAD_BODY), "{kind}");
    }
    assert_eq!(browser.credential(), None);
}

#[tokio::test]
async fn m04_a_file_is_a_field_like_any_other_and_its_name_means_nothing() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let browser = server.browser();
    let part = |name: &str, file: &str, value: &str| {
        format!(
            "--b\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
             content-type: application/json\r\n\r\n{value}\r\n"
        )
    };
    let body =
        part("email", "../../etc/passwd", "ada@example.com") + &part("password", "a;b", PASSWORD) + "--b--";
    posts(&browser, "/auth/signin", "multipart/form-data; boundary=b", body).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

/// Numbers and what looks like them.
fn edges() -> Vec<Value> {
    let numbers = [
        json!(0),
        json!(-1),
        json!(2_147_483_648_u64),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(1e20),
    ];
    let texts = ["0", "-1", "1e3", "+1", " 1", "0x1", "007", "18446744073709551616", "NaN", "sin_", "sin_-1"];
    numbers.into_iter().chain(texts.map(Value::from)).collect()
}

#[tokio::test]
async fn m14_no_number_is_an_id_a_code_or_a_reason_for_a_5xx() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let attempt = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    let before = browser.session().await;
    for edge in edges() {
        let calls = [
            ("/session/switch-sign-in", json!({ "sign_in_id": edge })),
            ("/session/sign-out", json!({ "sign_in_id": edge })),
            (
                "/auth/attempt-verification",
                json!({ "attempt_identifier": edge, "identifier_type": "signup", "verification_code": "123456" }),
            ),
            (
                "/auth/attempt-verification",
                json!({ "attempt_identifier": attempt, "identifier_type": "signup", "verification_code": edge }),
            ),
            (
                "/auth/prepare-verification",
                json!({ "attempt_identifier": edge, "identifier_type": "signup", "strategy": "email_otp" }),
            ),
        ];
        for (path, body) in calls {
            let (status, code) = browser.post(path, body).await.refused();
            assert!(status == 400 || status == 404, "{path} {edge}: {status} {code}");
        }
        let typed = edge.as_str().map_or_else(|| edge.to_string(), str::to_owned);
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("poll", &typed).finish();
        let polled = browser.get(&format!("/session?{query}")).await.ok();
        assert_eq!(polled["revision"], before["revision"]);
    }
    assert_eq!(browser.session().await, before);
    browser.enters_code(&attempt, &server.code("bob").await).await.ok();
}

#[tokio::test]
async fn m14_the_development_clock_takes_no_number_that_would_wrap_it() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let before = server.app.world.clock.now_ms();
    for wrong in [
        json!(i64::MAX),
        json!(i64::MIN),
        json!(-1),
        json!(u64::MAX),
        json!(1e20),
        json!(1.5),
        json!("1"),
        json!(null),
    ] {
        let answer = browser.post("/dev/clock", json!({ "advance_ms": wrong })).await;
        assert_eq!(answer.refused().0, 400, "{wrong}");
    }
    assert_eq!(server.app.world.clock.now_ms(), before);
}

#[tokio::test]
async fn m05_a_body_that_was_packed_is_refused_unread() {
    let server = Keyrack::start().await;
    // Some routes ask who it is before they read.
    let (browser, master) = (server.signed_up("ada").await, server.master().await);
    let form = sign_in_form("ada", PASSWORD).to_string();
    for route in routes().into_iter().filter(Route::reads_body) {
        let codings: [&[&str]; 9] = [
            &["gzip"],
            &["br"],
            &["zstd"],
            &["deflate"],
            &["gzip, gzip"],
            &["GZIP"],
            &["identity", "gzip"],
            &["gzip, identity"],
            &["identity, identity"],
        ];
        for coding in codings {
            let request =
                browser.request(route.method.clone(), &route.path).header("content-type", "application/json");
            let request =
                coding.iter().fold(request, |request, coding| request.header("content-encoding", *coding));
            let reply = browser.send(master.on(&route.path, request).body(form.clone())).await;
            assert_eq!(reply.refused(), (415, "unsupported_media_type".to_owned()), "{route:?} {coding:?}");
        }
    }
    let browser = server.browser();
    let plain = browser.request(Method::POST, "/auth/signin").header("content-encoding", "identity");
    browser.send(plain.header("content-type", "application/json").body(form)).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}
