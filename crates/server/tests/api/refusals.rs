//! Every call with every field missing or of a wrong type, and attempts that are somebody else's.

use crate::support::{Browser, Keyrack, PASSWORD, code_form};
use serde_json::{Value, json};

/// Posts something that must be refused and must change nothing.
async fn refuses(browser: &Browser, path: &str, body: Value) -> (u16, String, String) {
    let before = browser.session().await;
    let reply = browser.post(path, body).await;
    let (status, code) = reply.refused();
    assert_eq!(browser.session().await, before, "{path}");
    (status, code, reply.json()["message"].as_str().unwrap().to_owned())
}

/// Each call in a form that works, and the fields that it cannot do without.
fn calls(attempt: &str) -> [(&'static str, Value, &'static [&'static str]); 5] {
    let about = json!({ "attempt_identifier": attempt, "identifier_type": "signup" });
    let with = |field: &str, value: &str| {
        let mut form = about.clone();
        form[field] = json!(value);
        form
    };
    [
        ("/session/switch-sign-in", json!({ "sign_in_id": "sin_x" }), &["sign_in_id"]),
        ("/auth/signin", json!({ "email": "bob@example.com", "password": PASSWORD }), &["email", "password"]),
        ("/auth/signup", json!({ "email": "cyd@example.com", "password": PASSWORD }), &["email", "password"]),
        (
            "/auth/prepare-verification",
            with("strategy", "email_otp"),
            &["attempt_identifier", "identifier_type", "strategy"],
        ),
        (
            "/auth/attempt-verification",
            with("verification_code", "123456"),
            &["attempt_identifier", "identifier_type", "verification_code"],
        ),
    ]
}

#[tokio::test]
async fn a_missing_field_is_named_and_nothing_happens() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let attempt = browser.begins_sign_up("dan").await;
    for (path, form, fields) in calls(&attempt) {
        for field in fields {
            for absent in [None, Some(json!(null)), Some(json!("")), Some(json!("undefined"))] {
                let mut form = form.clone();
                form.as_object_mut().unwrap().remove(*field);
                if let Some(value) = absent {
                    form[*field] = value;
                }
                let (status, code, message) = refuses(&browser, path, form).await;
                let expected = match *field {
                    "strategy" => "VERIFICATION_STRATEGY_REQUIRED",
                    "verification_code" => "CODE_REQUIRED",
                    _ => "REQUIRED_FIELD",
                };
                assert_eq!((status, code.as_str()), (400, expected), "{path} {field}");
                assert!(expected != "REQUIRED_FIELD" || message.contains(field), "{field}: {message}");
            }
        }
    }
    assert_eq!(server.mails("dan").await.len(), 0);
}

#[tokio::test]
async fn a_field_that_is_no_text_is_refused_by_name() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let attempt = browser.begins_sign_up("dan").await;
    for (path, form, fields) in calls(&attempt) {
        for field in fields {
            let texts = [json!([form[*field]]), json!({ "$ne": "" }), json!({ "value": form[*field] })];
            let others = [json!(0), json!(-1), json!(1e300), json!(true), json!(false), json!([]), json!({})];
            for value in texts.into_iter().chain(others) {
                let mut form = form.clone();
                form[*field] = value.clone();
                let (status, code, message) = refuses(&browser, path, form).await;
                assert_eq!((status, code.as_str()), (400, "BAD_REQUEST_BODY"), "{path} {field} {value}");
                assert!(message.contains(field), "{field}: {message}");
            }
        }
    }
}

#[tokio::test]
async fn no_strategy_or_kind_of_attempt_is_made_up() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    for strategy in ["plain_username", "phone_otp", "passkey", "PLAIN_EMAIL", "\u{0}"] {
        let form = json!({ "strategy": strategy, "email": "ada@example.com", "password": PASSWORD });
        let (status, code, _) = refuses(&browser, "/auth/signin", form).await;
        assert_eq!((status, code.as_str()), (400, "unsupported_strategy"), "{strategy:?}");
    }
    for strategy in ["magic_link", "phone_otp", "EMAIL_OTP", "email_otp "] {
        let form =
            json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": strategy });
        let (status, code, _) = refuses(&browser, "/auth/prepare-verification", form).await;
        assert_eq!((status, code.as_str()), (400, "VERIFICATION_STRATEGY_REQUIRED"), "{strategy:?}");
    }
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("ada").await;
    for kind in ["signin", "SIGNUP", "signup ", "reset"] {
        let mut form = code_form(&attempt, &code);
        form["identifier_type"] = json!(kind);
        let (status, refusal, _) = refuses(&browser, "/auth/attempt-verification", form).await;
        assert_eq!((status, refusal.as_str()), (400, "BAD_SIGN_IN_ATTEMPT"), "{kind:?}");
    }
    // None of it has cost the code a guess.
    browser.enters_code(&attempt, &code).await.ok();
}

#[tokio::test]
async fn d04_an_attempt_is_its_browsers_alone_also_among_one_persons_browsers() {
    let server = Keyrack::start().await;
    let laptop = server.signed_up("ada").await;
    let phone = server.signed_in("ada").await;
    let attempt = laptop.begins_sign_up("bob").await;
    laptop.asks_for_code(&attempt).await.ok();
    let code = server.code("bob").await;
    let unknown = "att_00000000000000000000000000";
    for (who, name) in [(&phone, "phone"), (&server.browser(), "nobody")] {
        let before = who.session().await;
        let [foreign, missing] =
            [who.enters_code(&attempt, &code).await, who.enters_code(unknown, &code).await];
        assert_eq!(foreign.refused(), (400, "BAD_SIGN_IN_ATTEMPT".to_owned()), "{name}");
        assert_eq!(foreign.text, missing.text, "{name}: an attempt that exists shows");
        let [foreign, missing] = [who.asks_for_code(&attempt).await, who.asks_for_code(unknown).await];
        assert_eq!(foreign.refused(), (400, "BAD_SIGN_IN_ATTEMPT".to_owned()), "{name}");
        assert_eq!(foreign.text, missing.text, "{name}: an attempt that exists shows");
        assert_eq!(who.session().await, before);
    }
    assert_eq!(server.mails("bob").await.len(), 1);
    let completed = laptop.enters_code(&attempt, &code).await.ok();
    assert_eq!(completed["active_signin"]["user"]["email_address"], "bob@example.com");
    assert_eq!(laptop.asks_for_code(&attempt).await.refused().1, "BAD_SIGN_IN_ATTEMPT");
}

#[tokio::test]
async fn c16_a_taken_address_has_the_same_pauses_budget_and_guesses_as_a_free_one() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(3_600_000);
    let (taken, free) = (server.browser(), server.browser());
    let (ada, bob) = (taken.begins_sign_up("ada").await, free.begins_sign_up("bob").await);
    let masked = |text: String| text.replace("b•••", "a•••");
    for advance in [0, 1_000, 59_000, 60_000, 60_000, 60_000, 60_000, 60_000] {
        server.advance(advance);
        let [one, other] = [taken.asks_for_code(&ada).await, free.asks_for_code(&bob).await];
        assert_eq!((one.status, one.text), (200, masked(other.text)));
    }
    assert_eq!((server.mails("ada").await.len(), server.mails("bob").await.len()), (2, 5));
    let code = server.code("bob").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for guess in 1..=12 {
        let [one, other] = [taken.enters_code(&ada, wrong).await, free.enters_code(&bob, wrong).await];
        assert_eq!((one.status, &one.text), (other.status, &other.text), "guess {guess}");
        assert_eq!(one.header("retry-after"), other.header("retry-after"), "guess {guess}");
    }
    server.advance(600_000);
    let [one, other] = [taken.enters_code(&ada, wrong).await, free.enters_code(&bob, wrong).await];
    assert_eq!((one.status, one.text), (other.status, other.text));
}
