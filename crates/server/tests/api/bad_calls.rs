//! Calls that name what does not exist, and bodies that nobody can read: a clear refusal, and nothing changed.

use crate::bad_input::{refused, refuses};
use crate::support::Keyrack;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn calls_that_name_what_does_not_exist_are_refused() {
    let server = Keyrack::start().await;
    let (browser, stranger) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let foreign = stranger.sign_in_of("bob").await;
    let attempt = browser.begins_sign_up("cyd").await;
    let unknown = "sin_00000000000000000000000000";
    let cases = [
        ("/session/switch-sign-in", json!({ "sign_in_id": foreign }), 404, "sign_in_not_found"),
        ("/session/switch-sign-in", json!({ "sign_in_id": unknown }), 404, "sign_in_not_found"),
        ("/session/switch-sign-in", json!({ "sign_in_id": attempt }), 404, "sign_in_not_found"),
        ("/session/switch-sign-in", json!({}), 400, "REQUIRED_FIELD"),
        ("/session/sign-out", json!({ "sign_in_id": foreign }), 404, "sign_in_not_found"),
        ("/session/sign-out", json!({ "sign_in_id": unknown }), 404, "sign_in_not_found"),
        ("/auth/signin", json!({ "strategy": "passkey" }), 400, "unsupported_strategy"),
        ("/auth/prepare-verification", json!({}), 400, "REQUIRED_FIELD"),
        (
            "/auth/prepare-verification",
            json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "phone_otp" }),
            400,
            "VERIFICATION_STRATEGY_REQUIRED",
        ),
        (
            "/auth/attempt-verification",
            json!({ "attempt_identifier": attempt, "identifier_type": "signin", "verification_code": "123456" }),
            400,
            "BAD_SIGN_IN_ATTEMPT",
        ),
    ];
    for (path, body, status, code) in cases {
        assert_eq!(refuses(&browser, path, body).await, refused(status, code), "{path}");
    }
    assert_eq!(stranger.accounts().await, ["bob*"]);
    let nobody = server.browser();
    for path in ["/session/switch-sign-in", "/session/sign-out"] {
        let refusal = nobody.post(path, json!({ "sign_in_id": foreign })).await.refused();
        assert_eq!(refusal, refused(404, "sign_in_not_found"));
    }
    assert_eq!(
        browser.get("/session/token?template=other").await.refused(),
        refused(404, "template_not_found")
    );
    assert_eq!(browser.get("/nowhere").await.refused(), refused(404, "not_found"));
    let wrong_method = browser.send(browser.request(Method::DELETE, "/session")).await;
    assert_eq!(wrong_method.refused(), refused(405, "method_not_allowed"));
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let before = browser.session().await;
    let megabyte = "a".repeat(1 << 20);
    let post = |kind: &'static str, body: String| {
        browser.request(Method::POST, "/auth/signup").header("content-type", kind).body(body)
    };
    let cases = [
        (post("application/json", "{".to_owned()), refused(400, "BAD_REQUEST_BODY")),
        (post("application/json", "[]".to_owned()), refused(400, "BAD_REQUEST_BODY")),
        (post("application/json", "\u{feff}{}".to_owned()), refused(400, "BAD_REQUEST_BODY")),
        (post("application/json", "[".repeat(60_000)), refused(400, "BAD_REQUEST_BODY")),
        (
            post("text/plain", "{\"email\":\"bob@example.com\"}".to_owned()),
            refused(415, "unsupported_media_type"),
        ),
        (post("application/jsonp", "{}".to_owned()), refused(415, "unsupported_media_type")),
        (post("multipart/form-data", "x".to_owned()), refused(400, "BAD_REQUEST_BODY")),
        (
            post("multipart/form-data; boundary=b", "--b\r\nbroken".to_owned()),
            refused(400, "BAD_REQUEST_BODY"),
        ),
        (post("application/json", megabyte.clone()), refused(413, "body_too_large")),
        (post("application/x-www-form-urlencoded", megabyte), refused(413, "body_too_large")),
        (post("application/x-www-form-urlencoded", "a=b&".repeat(101)), refused(400, "BAD_REQUEST_BODY")),
    ];
    for (request, expected) in cases {
        assert_eq!(browser.send(request).await.refused(), expected);
    }
    assert_eq!(browser.session().await, before);
}
