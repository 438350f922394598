//! Attacks by the form of the input (areas K and M): line breaks, odd JSON, odd forms, odd numbers.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, sign_in_form, sign_up_form};
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

const BAD_BODY: &str = "BAD_REQUEST_BODY";

/// Posts bytes as they are.
async fn posts(browser: &Browser, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Reply {
    browser.send(browser.request(Method::POST, path).header("content-type", kind).body(body)).await
}

#[tokio::test]
async fn k10_line_breaks_get_into_no_mail_and_no_header() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    for hidden in [
        "\r\nBcc: eve@evil.example",
        "\nSubject: hello",
        "\r",
        "\u{2028}x",
        "\u{0}",
        "%0d%0aBcc: eve@evil.example",
    ] {
        let mut form = sign_up_form("ada");
        form["email"] = json!(format!("ada{hidden}@example.com"));
        assert_eq!(browser.post("/auth/signup", form).await.refused().1, "invalid_email", "{hidden:?}");
        let mut form = sign_up_form("ada");
        form["email"] = json!(format!("ada@example.com{hidden}x"));
        assert_eq!(browser.post("/auth/signup", form).await.refused().1, "invalid_email", "{hidden:?}");
        if hidden.starts_with('%') {
            continue;
        }
        let mut form = sign_up_form("ada");
        form["first_name"] = json!(format!("Ada{hidden}x"));
        assert_eq!(browser.post("/auth/signup", form).await.refused().1, "invalid_name", "{hidden:?}");
    }
    for path in [
        "/session/switch-sign-in?sign_in_id=x%0d%0aSet-Cookie:%20a=b",
        "/session/sign-out?sign_in_id=x%0d%0a%0d%0a<html>",
        "/session/x%0d%0aSet-Cookie:%20a=b",
    ] {
        let answer = browser.post(path, json!({})).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (404, None), "{path}");
    }
}

#[tokio::test]
async fn k10_what_a_stranger_filled_in_is_in_no_mail_and_each_mail_has_one_recipient() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let mut form = sign_up_form("ada");
    form["first_name"] = json!("<a href=https://evil.example>click</a>");
    form["last_name"] = json!("https://evil.example");
    let attempt = browser.post("/auth/signup", form).await.ok()["signup_attempts"][0]["id"].clone();
    browser.asks_for_code(attempt.as_str().unwrap()).await.ok();
    let mails = server.mails("ada").await;
    let mail = &mails[0].mail;
    assert_eq!((mails.len(), mail.to.as_str()), (1, "ada@example.com"));
    for part in [&mail.subject, &mail.text, &mail.html, &mail.from] {
        assert!(!part.contains("evil") && !part.contains("click"), "{part}");
    }
}

#[tokio::test]
async fn m03_json_that_is_none_or_odd_is_refused_fast_and_nothing_happens() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
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
    for path in ["/auth/signup", "/auth/signin", "/session/sign-out", "/session/switch-sign-in"] {
        for body in &bodies {
            let answer = posts(&browser, path, "application/json", body.clone()).await;
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
async fn a_quote_in_any_field_is_a_letter_like_any_other() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let before = browser.session().await;
    for sql in [
        "' or '1'='1",
        "'; drop table users; --",
        "\" or \"\"=\"",
        "%",
        "_",
        "$1",
        "\\'",
        "ada@example.com'--",
    ] {
        let refusals = [
            browser.post("/auth/signin", sign_in_form("ada", sql)).await,
            browser.post("/session/switch-sign-in", json!({ "sign_in_id": sql })).await,
            browser.post("/session/sign-out", json!({ "sign_in_id": sql })).await,
        ];
        assert!(refusals.iter().all(|refusal| (400..500).contains(&refusal.refused().0)), "{sql}");
        let mut form = sign_up_form("bob");
        form["first_name"] = json!(sql);
        let session = server.browser().post("/auth/signup", form).await.ok();
        assert_eq!(session["signup_attempts"][0]["first_name"], sql);
        server.advance(60_000);
    }
    assert_eq!(browser.session().await, before);
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 1);
}
