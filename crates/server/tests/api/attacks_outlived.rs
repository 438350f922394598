//! Sign-ins under way that outlive what they were begun with (area C): an address, a number or a password that the account
//! has no more opens nothing, neither at once nor later.

use crate::support::{Browser, Keyrack, PASSWORD, STEP_MS, refused};
use keyrack_server::config::FieldUse;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
const ADAS: &str = "+491701234567";

/// A server on which ada has a second address and a number, both proved; the path of each, by its name.
async fn started() -> (Keyrack, Browser, impl Fn(&str) -> String) {
    let server = Keyrack::start_with(|deployment| {
        (deployment.auth.phone, deployment.auth.phone_otp) = (FieldUse::Optional, true);
    })
    .await;
    let ada = server.signed_up("ada").await;
    let old = ada.also_has(&server, "old").await;
    server.has_phone("ada", ADAS).await;
    let phone = ada.get("/me/phone-numbers").await.ok()[0]["id"].as_str().unwrap().to_owned();
    server.advance(HOUR);
    ada.proves_again().await;
    let path = move |strategy: &str| match strategy {
        "phone_otp" => format!("/me/phone-numbers/{phone}/delete"),
        _ => format!("/me/email-addresses/{old}/delete"),
    };
    (server, ada, path)
}

/// Begins a sign-in by the old address or the number.
async fn begins(browser: &Browser, strategy: &str) -> String {
    match strategy {
        "phone_otp" => browser.begins_by_phone(ADAS).await,
        _ => browser.begins_by_mail(strategy, "old").await,
    }
}

/// How many codes went to the old address or to the number.
async fn sent(server: &Keyrack, strategy: &str) -> usize {
    match strategy {
        "phone_otp" => server.texts(ADAS).await.len(),
        _ => server.mails("old").await.iter().filter(|mail| mail.mail.code.is_some()).count(),
    }
}

async fn newest(server: &Keyrack, strategy: &str) -> (String, String) {
    if strategy == "phone_otp" {
        return (server.texted_code(ADAS).await, String::new());
    }
    let mail = server.mails("old").await.pop().unwrap().mail;
    let link = mail.link.unwrap_or_default();
    let token = link.split_once("token=").map(|(_, rest)| rest.split('&').next().unwrap().to_owned());
    (mail.code.unwrap(), token.unwrap_or_default())
}

#[tokio::test]
async fn c08_an_address_or_a_number_that_was_removed_signs_nobody_in_and_is_sent_nothing() {
    for strategy in ["email_otp", "magic_link", "phone_otp"] {
        let (server, ada, path) = started().await;
        let thief = server.browser();
        let attempt = begins(&thief, strategy).await;
        let before = thief.asks_to_sign_in(&attempt, strategy).await;
        let (code, token) = newest(&server, strategy).await;
        ada.post(&path(strategy), json!({})).await.ok();
        if !token.is_empty() {
            for here in [false, true] {
                let form = json!({ "attempt": attempt, "token": token, "here": here });
                let confirmed = thief.post("/auth/verify-magic-link", form).await;
                assert_eq!(confirmed.refused(), refused(400, "link_not_valid"));
            }
        }
        assert_eq!(thief.types(&attempt, &code).await.refused(), refused(400, "INVALID_CODE"), "{strategy}");
        server.advance(MINUTE);
        let mailed = sent(&server, strategy).await;
        let after = thief.asks_to_sign_in(&attempt, strategy).await;
        assert_eq!(after.ok(), before.ok());
        assert_eq!(sent(&server, strategy).await, mailed, "{strategy}");
        assert_eq!(thief.types(&attempt, &code).await.refused().1, "INVALID_CODE");
        assert!(thief.accounts().await.is_empty());
    }
}

#[tokio::test]
async fn c08_what_was_begun_by_it_ends_at_the_second_factor_too() {
    for strategy in ["email_otp", "magic_link", "phone_otp"] {
        let (server, ada, path) = started().await;
        let authenticator = ada.adds_authenticator(&server).await;
        server.advance(STEP_MS * 2);
        let thief = server.browser();
        let attempt = begins(&thief, strategy).await;
        thief.asks_to_sign_in(&attempt, strategy).await.ok();
        thief.types(&attempt, &newest(&server, strategy).await.0).await.ok();
        assert_eq!(thief.attempt().await["current_step"], "verify_second_factor");
        ada.post(&path(strategy), json!({})).await.ok();
        let right = authenticator.code(server.app.world.clock.now_ms());
        let answer = thief.types(&attempt, &right).await.refused();
        assert_eq!(answer, refused(400, "BAD_SIGN_IN_ATTEMPT"), "{strategy}");
        assert_eq!(thief.attempt().await, Value::Null);
    }
}

#[tokio::test]
async fn c08_a_password_that_was_changed_ends_what_was_begun_with_it() {
    let (server, ada, _) = started().await;
    let authenticator = ada.adds_authenticator(&server).await;
    server.advance(STEP_MS * 2);
    // One that said first who it is, and one by the number, which never needed the password.
    let (thief, other) = (server.browser(), server.browser());
    let form = json!({ "email": "ada@example.com", "ask_password": true });
    let session = thief.post("/auth/signin", form).await.ok();
    let attempt = session["signin_attempts"][0]["id"].as_str().unwrap().to_owned();
    thief.types(&attempt, PASSWORD).await.ok();
    let by_phone = other.begins_by_phone(ADAS).await;
    other.asks_to_sign_in(&by_phone, "phone_otp").await.ok();
    let form = json!({ "current_password": PASSWORD, "new_password": "another good phrase" });
    ada.post("/me/update-password", form).await.ok();
    let right = authenticator.code(server.app.world.clock.now_ms());
    assert_eq!(thief.types(&attempt, &right).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    let code = server.texted_code(ADAS).await;
    assert_eq!(other.types(&by_phone, &code).await.refused(), refused(400, "INVALID_CODE"));
}

#[tokio::test]
async fn a_link_of_an_attempt_whose_time_is_over_signs_no_other_browser_in_either() {
    let (server, ..) = started().await;
    let asker = server.browser();
    let attempt = begins(&asker, "magic_link").await;
    server.advance(29 * MINUTE);
    asker.asks_to_sign_in(&attempt, "magic_link").await.ok();
    let (_, token) = newest(&server, "magic_link").await;
    server.advance(2 * MINUTE);
    let elsewhere = server.browser();
    let form = json!({ "attempt": attempt, "token": token, "here": true });
    let confirmed = elsewhere.post("/auth/verify-magic-link", form).await;
    assert_eq!(confirmed.refused(), refused(400, "verification_code_expired"));
    assert!(elsewhere.accounts().await.is_empty());
}
