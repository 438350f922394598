//! An application's server is told who its visitor is, by a browser that it sends to and fro.

use crate::support::{Browser, Keyrack, Operator, Reply, claims};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_server::config::Mode;
use serde_json::{Value, json};

pub const APP: &str = "http://127.0.0.1:3999";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const STATE: &str = "ThisIsWhatTheServerRecognisesTheAnswerBy_0123456789";

/// A production deployment whose application is at [`APP`].
pub async fn with_an_app() -> Keyrack {
    Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.allowed_origins.push(APP.to_owned());
    })
    .await
}

/// Where the browser is sent by an application's server that keeps `verifier`.
pub fn begins(server: &Keyrack, back_to: &str, verifier: &str) -> String {
    let challenge = BASE64.encode(digest(&SHA256, verifier.as_bytes()));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("redirect_url", back_to), ("code_challenge", &challenge), ("state", STATE)])
        .finish();
    format!("{}/handshake?{query}", server.base)
}

/// A navigation of this browser.
pub async fn goes(server: &Keyrack, browser: &Browser, to: &str, cookie: &str) -> Reply {
    let name = format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap());
    let own = browser.credential().map(|rack| format!("{name}={rack}; ")).unwrap_or_default();
    let client = crate::support::still();
    let request =
        client.get(to).header("cookie", format!("{own}{cookie}")).header("sec-fetch-mode", "navigate");
    Reply::read(request.header("sec-fetch-dest", "document").send().await.unwrap()).await
}

/// The code with which a browser is sent back to `back_to`.
pub async fn code(server: &Keyrack, browser: &Browser, back_to: &str) -> String {
    let reply = goes(server, browser, &begins(server, back_to, VERIFIER), "").await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    let location = url::Url::parse(reply.header("location").unwrap()).unwrap();
    location.query_pairs().find(|(name, _)| name == "keyrack_handshake").unwrap().1.into_owned()
}

async fn exchanges(server: &Keyrack, body: Value) -> Reply {
    let request = crate::support::client().post(format!("{}/handshake/exchange", server.base)).json(&body);
    Reply::read(request.send().await.unwrap()).await
}

fn of(code: &str) -> Value {
    json!({ "code": code, "code_verifier": VERIFIER, "origin": APP })
}

#[tokio::test]
async fn a_server_is_told_who_is_signed_in_in_the_browser_that_it_sends_to_and_fro() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    let sent = goes(&server, &ada, &begins(&server, &format!("{APP}/a?b=c#d"), VERIFIER), "").await;
    assert_eq!((sent.status, sent.header("cache-control")), (303, Some("no-store")));
    assert_eq!(sent.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(sent.header("access-control-allow-origin"), None);
    let location = sent.header("location").unwrap();
    assert!(location.starts_with(&format!("{APP}/a?b=c&keyrack_handshake=hsk_")), "{location}");
    assert!(location.ends_with(&format!("&keyrack_state={STATE}#d")), "{location}");
    assert!(!location.contains(ada.credential().unwrap().split('~').next().unwrap()));

    let code = code(&server, &ada, &format!("{APP}/")).await;
    let told = exchanges(&server, of(&code)).await.ok();
    let token = told["token"]["token"].as_str().unwrap();
    let said = claims(token);
    let session = ada.session().await;
    assert_eq!((&told["signed_in"], &said["sub"]), (&json!(true), &session["active_signin"]["user_id"]));
    assert_eq!((&said["azp"], &said["sid"]), (&json!(APP), &session["id"]));
    assert!(told["token"]["lifetime_ms"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn who_is_signed_out_comes_back_with_a_code_too_and_leaves_no_row() {
    let server = with_an_app().await;
    let stranger = server.browser();
    let code = code(&server, &stranger, APP).await;
    assert!(code.starts_with("out."), "{code}");
    assert_eq!(exchanges(&server, of(&code)).await.ok(), json!({ "signed_in": false, "token": null }));
    for body in [
        json!({ "code": code, "code_verifier": VERIFIER.replace('d', "e"), "origin": APP }),
        json!({ "code": code, "code_verifier": VERIFIER, "origin": server.base }),
        json!({ "code": format!("{code}x"), "code_verifier": VERIFIER, "origin": APP }),
        json!({ "code": code.replace("out.", "out.9"), "code_verifier": VERIFIER, "origin": APP }),
    ] {
        assert_eq!(exchanges(&server, body).await.refused(), (400, "handshake_code_invalid".to_owned()));
    }
    assert_eq!(server.count("select count(*) from handshakes where deployment_id = $1").await, 0);
    assert_eq!(server.count("select count(*) from sessions where deployment_id = $1").await, 0);
    server.advance(60_000);
    assert_eq!(exchanges(&server, of(&code)).await.refused().1, "handshake_code_invalid");
}

#[tokio::test]
async fn b01_a_handshakes_code_is_good_once_also_when_two_use_it_at_once() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    for _ in 0..10 {
        let code = code(&server, &ada, APP).await;
        let (one, other) = tokio::join!(exchanges(&server, of(&code)), exchanges(&server, of(&code)));
        let good = [&one, &other].into_iter().filter(|reply| reply.status == 200).count();
        assert_eq!(good, 1, "{} {}", one.text, other.text);
        assert_eq!(exchanges(&server, of(&code)).await.refused(), (400, "handshake_code_invalid".to_owned()));
    }
}

#[tokio::test]
async fn b03_a_handshakes_code_is_good_for_its_server_alone_and_a_try_elsewhere_uses_nothing_up() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    let code = code(&server, &ada, APP).await;
    let (id, secret) = code.split_once('.').unwrap();
    let mut wrong = vec![
        json!({ "code": code, "code_verifier": VERIFIER.replace('d', "e"), "origin": APP }),
        json!({ "code": code, "code_verifier": "short", "origin": APP }),
        json!({ "code": code, "code_verifier": VERIFIER, "origin": server.base }),
        json!({ "code": code, "code_verifier": VERIFIER, "origin": "https://evil.example" }),
    ];
    for text in [id.to_owned(), format!("{id}."), secret.to_owned(), format!("{id}.{}", &secret[1..])] {
        wrong.push(of(&text));
    }
    for body in wrong {
        assert_eq!(exchanges(&server, body.clone()).await.refused().1, "handshake_code_invalid", "{body}");
    }
    let program = crate::native::program(&server, reqwest::Method::POST, "/device/poll", "");
    let polled = Reply::read(program.json(&json!({ "device_code": code })).send().await.unwrap()).await;
    assert_eq!(polled.refused().1, "expired_token");
    exchanges(&server, of(&code)).await.ok();
}

#[tokio::test]
async fn b05_a_handshakes_code_is_over_after_a_minute_and_with_the_sign_in() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    let first = code(&server, &ada, APP).await;
    server.advance(59_999);
    exchanges(&server, of(&first)).await.ok();
    let late = code(&server, &ada, APP).await;
    server.advance(60_000);
    assert_eq!(exchanges(&server, of(&late)).await.refused().1, "handshake_code_invalid");

    let ended = code(&server, &ada, APP).await;
    ada.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(exchanges(&server, of(&ended)).await.refused().1, "handshake_code_invalid");
    ada.sign_in("ada", crate::support::PASSWORD).await.ok();
    let disabled = code(&server, &ada, APP).await;
    Operator(&server).post("/users/ada@example.com/disable").await.ok();
    assert_eq!(exchanges(&server, of(&disabled)).await.refused().1, "handshake_code_invalid");
}

#[tokio::test]
async fn b09_a_browser_is_sent_back_to_listed_origins_only_and_nothing_leaves_for_another() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    let base = &server.base;
    for back_to in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/",
        "/a",
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://127.0.0.1:3999@evil.example/",
        "http://evil.example@127.0.0.1:3999/",
        "http://127.0.0.1:3999:80/",
        "http://127.0.0.1:39990/",
        "https://127.0.0.1:3999/",
        "http://127.0.0.1.evil.example:3999/",
        "http://127.0.0.1:3999\\@evil.example/",
        "http://127.0.0.1:3999\t.evil.example/",
        "http://127.0.0.1:3999\r\nLocation: https://evil.example/",
        "http://127.0.0.1%2eevil.example:3999/",
        "http:127.0.0.1:3999",
        "http:///127.0.0.1:3999",
        " http://127.0.0.1:3999/",
        "http://localhost:3999/",
        "http://2130706433:3998/",
        "ftp://127.0.0.1:3999/",
        "null",
        "http://127.0.0.1\u{ff0e}evil.example:3999/",
    ] {
        let reply = goes(&server, &ada, &begins(&server, back_to, VERIFIER), "").await;
        assert_eq!((reply.status, reply.header("location")), (400, None), "{back_to}");
        assert!(reply.text.contains("handshake_refused") && !reply.text.contains("evil"), "{back_to}");
        assert!(!reply.text.contains("hsk_"), "{back_to}");
    }
    assert_eq!(server.count("select count(*) from handshakes where deployment_id = $1").await, 0);
    for good in [APP.to_owned(), format!("{APP}/a/b?c=//evil.example"), format!("{base}/x")] {
        let reply = goes(&server, &ada, &begins(&server, &good, VERIFIER), "").await;
        let location = url::Url::parse(reply.header("location").unwrap()).unwrap();
        let origin = location.origin().ascii_serialization();
        assert!(reply.status == 303 && (origin == APP || origin == *base), "{good}");
    }
}

#[tokio::test]
async fn b09_without_what_binds_the_answer_and_by_anything_but_a_navigation_nobody_is_sent_back() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    let whole = begins(&server, APP, VERIFIER);
    for without in ["code_challenge", "state", "redirect_url"] {
        let mut url = url::Url::parse(&whole).unwrap();
        let rest: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != without)
            .map(|(n, v)| (n.into(), v.into()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(rest);
        assert_eq!(goes(&server, &ada, url.as_str(), "").await.status, 400, "{without}");
    }
    let name = format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap());
    let client = crate::support::still();
    for (mode, dest) in
        [("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe"), ("no-cors", "script")]
    {
        let request = client.get(&whole).header("cookie", format!("{name}={}", ada.credential().unwrap()));
        let reply =
            request.header("sec-fetch-mode", mode).header("sec-fetch-dest", dest).send().await.unwrap();
        assert_eq!((reply.status().as_u16(), reply.headers().get("location")), (400, None), "{dest}");
    }
    // Pages fetch nothing with it either, also those of listed origins.
    let code = code(&server, &ada, APP).await;
    for (mark, value) in
        [("origin", APP), ("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")]
    {
        let request = client.post(format!("{}/handshake/exchange", server.base)).json(&of(&code));
        let reply = Reply::read(request.header(mark, value).send().await.unwrap()).await;
        assert_eq!(reply.refused(), (403, "origin_not_allowed".to_owned()), "{mark}: {value}");
    }
    exchanges(&server, of(&code)).await.ok();
}

#[tokio::test]
async fn in_staging_nobody_is_sent_to_and_fro() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let reply = goes(&server, &browser, &begins(&server, &server.base, VERIFIER), "").await;
    assert_eq!((reply.status, reply.text.contains("handshake_refused")), (400, true));
}

#[tokio::test]
async fn what_a_handshake_left_is_swept() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    code(&server, &ada, APP).await;
    let count = "select count(*) from handshakes where deployment_id = $1";
    assert_eq!(server.count(count).await, 1);
    server.advance(60_001 + server.app.sites[0].config.retention.codes_ms);
    keyrack_server::sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(count).await, 0);
}
