//! Bad input: a clear refusal with a stable code, and nothing changed.

use crate::support::{Browser, Keyrack, PASSWORD, code_form, sign_in_form, sign_up_form};
use serde_json::{Value, json};

pub fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Posts something that must be refused and must change nothing.
pub async fn refuses(browser: &Browser, path: &str, body: Value) -> (u16, String) {
    let before = browser.session().await;
    let refusal = browser.post(path, body).await.refused();
    assert_eq!(browser.session().await, before);
    refusal
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let wrong = browser.sign_in("bob", "not the password").await;
    let unknown = browser.sign_in("nobody", "not the password").await;
    assert_eq!(wrong.refused(), refused(401, "INVALID_CREDENTIALS"));
    assert_eq!(wrong.text, unknown.text);
    let names =
        |reply: &crate::support::Reply| reply.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&wrong), names(&unknown));
    for typed in ["", " ", "correct horse battery ", "Correct horse battery"] {
        let code = if typed.is_empty() {
            refused(400, "REQUIRED_FIELD")
        } else {
            refused(401, "INVALID_CREDENTIALS")
        };
        assert_eq!(refuses(&browser, "/auth/signin", sign_in_form("bob", typed)).await, code);
    }
    let giant = "a".repeat(60_000);
    assert_eq!(browser.sign_in("bob", &giant).await.refused(), refused(401, "INVALID_CREDENTIALS"));
}

#[tokio::test]
async fn a_code_works_once_in_its_own_attempt_and_time() {
    let server = Keyrack::start().await;
    let (browser, other) = (server.browser(), server.browser());
    let attempt = browser.begins_sign_up("ada").await;
    let foreign = other.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    other.asks_for_code(&foreign).await.ok();
    let (code, foreign_code) = (server.code("ada").await, server.code("bob").await);

    let path = "/auth/attempt-verification";
    assert_eq!(
        refuses(&browser, path, code_form(&attempt, &foreign_code)).await,
        refused(400, "INVALID_CODE")
    );
    for (who, which) in [(&browser, &foreign), (&other, &attempt)] {
        assert_eq!(refuses(who, path, code_form(which, &code)).await, refused(400, "BAD_SIGN_IN_ATTEMPT"));
        assert_eq!(who.asks_for_code(which).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    }
    server.advance(600_000);
    let expired = refuses(&browser, path, code_form(&attempt, &code)).await;
    assert_eq!(expired, refused(400, "verification_code_expired"));

    browser.asks_for_code(&attempt).await.ok();
    let renewed = server.code("ada").await;
    browser.enters_code(&attempt, &renewed).await.ok();
    let used = refuses(&browser, path, code_form(&attempt, &renewed)).await;
    assert_eq!(used, refused(400, "BAD_SIGN_IN_ATTEMPT"));
}

#[tokio::test]
async fn d01_five_wrong_guesses_kill_a_code_and_a_new_one_kills_the_old() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("ada").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(browser.enters_code(&attempt, wrong).await.refused(), refused(400, "INVALID_CODE"));
    }
    assert_eq!(browser.enters_code(&attempt, &code).await.refused(), refused(400, "INVALID_CODE"));

    server.advance(60_000);
    browser.asks_for_code(&attempt).await.ok();
    let second = server.code("ada").await;
    server.advance(60_000);
    browser.asks_for_code(&attempt).await.ok();
    if second != server.code("ada").await {
        assert_eq!(browser.enters_code(&attempt, &second).await.refused(), refused(400, "INVALID_CODE"));
    }
    browser.enters_code(&attempt, &server.code("ada").await).await.ok();
}

#[tokio::test]
async fn d12_codes_are_mailed_once_a_minute_at_most_and_five_an_hour() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    for (advance, mails) in [(0, 1), (59_999, 1), (1, 2), (60_000, 3), (60_000, 4), (60_000, 5), (60_000, 5)]
    {
        server.advance(advance);
        let answer = browser.asks_for_code(&attempt).await.ok();
        let sent = json!({ "otp_sent": true, "masked_email": "a•••@example.com", "verification_method": "email_otp" });
        assert_eq!(answer, sent);
        assert_eq!(server.mails("ada").await.len(), mails);
    }
    // Another browser and another attempt do not refill the budget of the address; the hour does.
    let other = server.browser();
    let second = other.begins_sign_up("ada").await;
    other.asks_for_code(&second).await.ok();
    assert_eq!(server.mails("ada").await.len(), 5);
    server.advance(3_600_000);
    let third = other.begins_sign_up("ada").await;
    other.asks_for_code(&third).await.ok();
    assert_eq!(server.mails("ada").await.len(), 6);
}

#[tokio::test]
async fn d13_only_six_ascii_digits_are_a_code_and_nothing_else_spends_a_guess() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("ada").await;
    let odd = [
        (json!(code.parse::<i64>().unwrap()), "BAD_REQUEST_BODY"),
        (json!([code]), "BAD_REQUEST_BODY"),
        (json!({ "code": code }), "BAD_REQUEST_BODY"),
        (json!(true), "BAD_REQUEST_BODY"),
        (json!(null), "CODE_REQUIRED"),
        (json!(""), "CODE_REQUIRED"),
        (json!(code[..5]), "INVALID_CODE"),
        (json!(format!(" {code}")), "INVALID_CODE"),
        (json!("１２３４５６"), "INVALID_CODE"),
        (json!("1".repeat(50_000)), "INVALID_CODE"),
    ];
    for (value, expected) in odd {
        let form =
            json!({ "attempt_identifier": attempt, "identifier_type": "signup", "verification_code": value });
        let refusal = refuses(&browser, "/auth/attempt-verification", form).await;
        assert_eq!(refusal, refused(400, expected));
    }
    browser.enters_code(&attempt, &code).await.ok();
}

#[tokio::test]
async fn a_browser_holds_five_accounts_and_no_sixth() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    for name in ["a", "b", "c", "d"] {
        browser.signs_up(&server, name).await;
    }
    let late = browser.begins_sign_up("late").await;
    browser.asks_for_code(&late).await.ok();
    browser.signs_up(&server, "e").await;
    server.signed_up("f").await;

    let full = refused(400, "too_many_accounts");
    assert_eq!(refuses(&browser, "/auth/signin", sign_in_form("f", PASSWORD)).await, full);
    assert_eq!(refuses(&browser, "/auth/signup", sign_up_form("g")).await, full);
    let code = server.code("late").await;
    assert_eq!(refuses(&browser, "/auth/attempt-verification", code_form(&late, &code)).await, full);
    let again = refuses(&browser, "/auth/signin", sign_in_form("a", PASSWORD)).await;
    assert_eq!(again, refused(400, "USER_ALREADY_SIGNED_IN"));

    // The refusal has spent nothing: with a place free, the same code works.
    let first = browser.sign_in_of("a").await;
    browser.post("/session/sign-out", json!({ "sign_in_id": first })).await.ok();
    browser.enters_code(&late, &code).await.ok();
    assert_eq!(browser.accounts().await, ["b", "c", "d", "e", "late*"]);
}

#[tokio::test]
async fn an_attempt_ends_after_thirty_minutes_to_the_millisecond() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    server.advance(1_799_999);
    browser.asks_for_code(&attempt).await.ok();
    server.advance(1);
    let ended = refused(400, "BAD_SIGN_IN_ATTEMPT");
    assert_eq!(browser.enters_code(&attempt, &server.code("ada").await).await.refused(), ended);
    assert_eq!(browser.asks_for_code(&attempt).await.refused(), ended);
    assert_eq!(browser.session().await["id"], "");
}

#[tokio::test]
async fn sign_up_says_which_field_is_missing_or_wrong() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let with = |field: &str, value: Value| {
        let mut form = sign_up_form("bob");
        form[field] = value;
        form
    };
    let cases = [
        (with("email", json!(null)), "REQUIRED_FIELD"),
        (with("email", json!("undefined")), "REQUIRED_FIELD"),
        (with("password", json!("")), "REQUIRED_FIELD"),
        (with("email", json!("bob")), "invalid_email"),
        (with("email", json!(7)), "BAD_REQUEST_BODY"),
        (with("password", json!("fourteen chars")), "password_too_short"),
        (with("password", json!("passwordpassword")), "password_breached"),
        (with("password", json!("bob@example.com 1")), "password_names_you"),
        (with("password", json!("a".repeat(129))), "password_too_long"),
        (with("first_name", json!("a\r\nBcc: eve@example.com")), "invalid_name"),
        (with("last_name", json!("a".repeat(101))), "invalid_name"),
        (with("first_name", json!(["a"])), "BAD_REQUEST_BODY"),
    ];
    for (form, code) in cases {
        assert_eq!(refuses(&browser, "/auth/signup", form).await, refused(400, code));
    }
    let missing = browser.post("/auth/signup", json!({})).await;
    assert!(missing.text.contains("The field email is missing."), "{}", missing.text);
    let longest = (0..128).map(|n| char::from_u32(33 + n * n % 89).unwrap()).collect();
    for password in ["fifteen letters".to_owned(), longest] {
        browser.post("/auth/signup", with("password", json!(password))).await.ok();
    }
}
