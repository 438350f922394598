//! Budgets of codes (area D): what strangers ask and guess keeps nobody from a code where they are known, and costs nobody
//! else's text messages; and a hundred wrong codes in a row take months.

use crate::support::{Browser, Keyrack, other_than, refused};
use keyrack_server::config::FieldUse;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
const ADAS: &str = "+491701234567";

/// A server on which codes to phone numbers sign in too, and ada has one; and the browser in which she was.
async fn started() -> (Keyrack, Browser) {
    let server = Keyrack::start_with(|deployment| {
        (deployment.auth.phone, deployment.auth.phone_otp) = (FieldUse::Optional, true);
        (deployment.lifetimes.attempt_ms, deployment.lifetimes.code_ms) = (24 * HOUR, 24 * HOUR);
    })
    .await;
    let ada = server.signed_up("ada").await;
    server.has_phone("ada", ADAS).await;
    server.advance(HOUR);
    (server, ada)
}

async fn begins(browser: &Browser, strategy: &str) -> String {
    match strategy {
        "phone_otp" => browser.begins_by_phone(ADAS).await,
        _ => browser.begins_by_mail(strategy, "ada").await,
    }
}

/// How many codes went to ada.
async fn sent(server: &Keyrack, strategy: &str) -> usize {
    match strategy {
        "phone_otp" => server.texts(ADAS).await.len(),
        _ => server.mails("ada").await.iter().filter(|mail| mail.mail.code.is_some()).count(),
    }
}

async fn newest(server: &Keyrack, strategy: &str) -> String {
    match strategy {
        "phone_otp" => server.texted_code(ADAS).await,
        _ => server.code("ada").await,
    }
}

/// A stranger asks for all codes that are to be had by it, and guesses until no guess is looked at.
async fn used_up(server: &Keyrack, strategy: &str) {
    let stranger = server.browser();
    let attempt = begins(&stranger, strategy).await;
    for _ in 0..6 {
        stranger.asks_to_sign_in(&attempt, strategy).await.ok();
        let code = newest(server, strategy).await;
        for step in 1..=2 {
            let _ = stranger.types(&attempt, &other_than(&code, step)).await;
        }
        server.advance(MINUTE);
    }
    let mut last = (400, String::new());
    for _ in 0..3 {
        last = stranger.types(&attempt, "000000").await.refused();
    }
    assert_eq!(last, refused(429, "too_many_attempts"));
}

#[tokio::test]
async fn d12_no_stranger_keeps_an_owner_from_codes_where_they_were_signed_in() {
    for strategy in ["email_otp", "magic_link", "phone_otp"] {
        let (server, ada) = started().await;
        ada.signs_up(&server, "bob").await;
        let hers = json!({ "sign_in_id": ada.sign_in_of("ada").await });
        ada.post("/session/sign-out", hers).await.ok();
        used_up(&server, strategy).await;
        // On a browser in which she never was: the bound holds for whoever it is.
        let (before, unknown) = (sent(&server, strategy).await, server.browser());
        let attempt = begins(&unknown, strategy).await;
        unknown.asks_to_sign_in(&attempt, strategy).await.ok();
        assert_eq!(sent(&server, strategy).await, before);
        // On hers, at once.
        let attempt = begins(&ada, strategy).await;
        ada.asks_to_sign_in(&attempt, strategy).await.ok();
        assert_eq!(sent(&server, strategy).await, before + 1, "{strategy}");
        let code = newest(&server, strategy).await;
        assert_eq!(ada.types(&attempt, &other_than(&code, 1)).await.refused().1, "INVALID_CODE");
        ada.types(&attempt, &code).await.ok();
        assert_eq!(ada.accounts().await, ["bob", "ada*"]);
        // What strangers guessed is not forgotten by that.
        let attempt = begins(&unknown, strategy).await;
        assert_eq!(unknown.types(&attempt, "000000").await.refused().0, 429);
    }
}

#[tokio::test]
async fn d12_no_stranger_keeps_whoever_is_signed_in_from_proving_it_again() {
    for strategy in ["email_otp", "phone_otp"] {
        let (server, ada) = started().await;
        used_up(&server, strategy).await;
        ada.post("/session/reauthenticate/prepare", json!({ "method": strategy })).await.ok();
        let body = json!({ "method": strategy, "verification_code": newest(&server, strategy).await });
        ada.post("/session/reauthenticate", body).await.ok();
    }
}

/// Signs up with an address, as often as a code is sent for it, and guesses.
async fn signs_up_and_guesses(server: &Keyrack, name: &str) {
    let stranger = server.browser();
    let attempt = stranger.begins_sign_up(name).await;
    for _ in 0..6 {
        stranger.asks_for_code(&attempt).await.ok();
        for typed in ["000000", "000001"] {
            let _ = stranger.enters_code(&attempt, typed).await;
        }
        server.advance(MINUTE);
    }
}

#[tokio::test]
async fn d12_sign_ups_with_an_address_use_up_no_code_of_whoever_has_it_or_adds_it() {
    let (server, ada) = started().await;
    signs_up_and_guesses(&server, "ada").await;
    server.browser().signs_in_by_code(&server, "ada").await;
    signs_up_and_guesses(&server, "countess").await;
    ada.proves_again().await;
    let id = ada.adds_address("countess").await;
    ada.asks_for_address_code(&id).await;
    ada.verifies_address(&id, &server.code("countess").await).await.ok();
}

#[tokio::test]
async fn d03_days_of_guessing_at_an_address_come_to_a_guess_a_day() {
    let (server, _) = started().await;
    let mut judged = Vec::new();
    for _ in 0..6 {
        let mut today = 0;
        for _ in 0..24 {
            let stranger = server.browser();
            let attempt = stranger.begins_by_mail("email_otp", "ada").await;
            for _ in 0..3 {
                stranger.asks_to_sign_in(&attempt, "email_otp").await.ok();
                let wrong = other_than(&server.code("ada").await, 1);
                today += usize::from(stranger.types(&attempt, &wrong).await.refused().0 == 400);
                server.advance(20 * MINUTE);
            }
        }
        judged.push(today);
    }
    assert!(judged[0] <= 22 && judged[3..].iter().all(|day| *day <= 1), "{judged:?}");
    server.advance(24 * HOUR);
    server.browser().signs_in_by_code(&server, "ada").await;
}

/// A server that sends so many text messages a day, to which clients come from many addresses.
async fn paying(per_day: u32) -> Keyrack {
    let server = Keyrack::start_configured(|config| {
        let deployment = &mut config.deployments[0];
        (deployment.auth.phone, deployment.auth.phone_otp) = (FieldUse::Optional, true);
        (deployment.text_messages.per_day, deployment.text_messages.per_range) = (per_day, 1000);
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    server.signed_up("ada").await;
    server.has_phone("ada", ADAS).await;
    server
}

async fn asks_by_phone(browser: &Browser, number: &str) {
    let attempt = browser.begins_by_phone(number).await;
    browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
}

#[tokio::test]
async fn d11_numbers_of_nobody_use_up_no_text_message_of_the_deployment() {
    let server = paying(3).await;
    for number in 0..20 {
        asks_by_phone(&server.browser().at("192.0.2.1"), &format!("+4917099999{number:02}")).await;
    }
    for _ in 0..3 {
        asks_by_phone(&server.browser().at("192.0.2.2"), ADAS).await;
        server.advance(MINUTE);
    }
    assert_eq!(server.texts(ADAS).await.len(), 3);
    asks_by_phone(&server.browser().at("192.0.2.2"), ADAS).await;
    assert_eq!(server.texts(ADAS).await.len(), 3, "a day's are sent");
}

#[tokio::test]
async fn d11_strangers_leave_a_fifth_of_the_text_messages_to_whoever_is_known() {
    let server = paying(5).await;
    let bob = server.signed_up("bob").await;
    server.has_phone("bob", "+431701234567").await;
    for _ in 0..6 {
        asks_by_phone(&server.browser().at("192.0.2.2"), ADAS).await;
        server.advance(MINUTE);
        server.texts(ADAS).await;
    }
    assert_eq!(server.texts(ADAS).await.len(), 4);
    let asks = async || {
        bob.post("/session/reauthenticate/prepare", json!({ "method": "phone_otp" })).await.ok();
        server.advance(MINUTE);
        server.texts("+431701234567").await.len()
    };
    assert_eq!([asks().await, asks().await], [1, 1], "that is all that is paid for");
}

#[tokio::test]
async fn d11_an_account_that_is_known_in_many_browsers_gets_no_more_text_messages_for_that() {
    let (server, _) = started().await;
    let mut browsers = Vec::new();
    for _ in 0..5 {
        browsers.push(server.signed_in("ada").await);
    }
    for _ in 0..4 {
        for browser in &browsers {
            browser.post("/session/reauthenticate/prepare", json!({ "method": "phone_otp" })).await.ok();
            let attempt = browser.begins_by_phone(ADAS).await;
            browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
            server.texts(ADAS).await;
        }
        server.advance(HOUR);
    }
    assert_eq!(server.texts(ADAS).await.len(), 10);
}

/// How many rows there are of what a request for a code writes.
async fn rows(server: &Keyrack) -> Vec<i64> {
    vec![
        server.count("select count(*) from outbox where deployment_id = $1").await,
        server.count("select count(*) from throttles where deployment_id = $1").await,
        server.count("select count(*) from one_time_secrets where deployment_id = $1").await,
        server.count("select count(*) from audit where deployment_id = $1").await,
    ]
}

/// How many rows `call` adds.
async fn added(server: &Keyrack, call: impl AsyncFnOnce()) -> Vec<i64> {
    let before = rows(server).await;
    call().await;
    rows(server).await.iter().zip(before).map(|(after, before)| after - before).collect()
}

#[tokio::test]
async fn c15_a_code_of_nobody_writes_as_many_rows_as_one_that_is_sent() {
    let (server, ada) = started().await;
    for strategy in ["email_otp", "magic_link"] {
        let mut all: Vec<Vec<i64>> = Vec::new();
        for name in ["ada", "nobody"] {
            let browser = server.browser();
            let attempt = browser.begins_by_mail(strategy, name).await;
            all.push(
                added(&server, async || drop(browser.asks_to_sign_in(&attempt, strategy).await.ok())).await,
            );
        }
        assert_eq!(all[0], all[1], "{strategy}");
        assert_eq!(all[0][0], 1);
        server.advance(HOUR);
    }
    let mut all: Vec<Vec<i64>> = Vec::new();
    for number in [ADAS, "+441709999999"] {
        let browser = server.browser();
        let attempt = browser.begins_by_phone(number).await;
        all.push(
            added(&server, async || drop(browser.asks_to_sign_in(&attempt, "phone_otp").await.ok())).await,
        );
    }
    // The client's and the deployment's are counted already.
    assert_eq!((all[0][0], all[1][0]), (1, 1), "{all:?}");
    server.signed_up("carol").await;
    server.advance(HOUR);
    ada.proves_again().await;
    // Of the one that is taken the owner is told once an hour: the second time nothing is sent.
    for _ in 0..2 {
        let mut all: Vec<(i64, i64)> = Vec::new();
        for name in ["carol", "nobody"] {
            let browser = server.browser();
            let attempt = browser.begins_sign_up(name).await;
            let rows = added(&server, async || drop(browser.asks_for_code(&attempt).await.ok())).await;
            all.push((rows[0], rows[3]));
        }
        assert_eq!(all, [(1, 1), (1, 1)]);
        server.advance(MINUTE);
    }
    let mut all: Vec<Value> = Vec::new();
    for name in ["carol", "somebody"] {
        let id = ada.adds_address(name).await;
        all.push(json!(added(&server, async || drop(ada.asks_for_address_code(&id).await)).await));
    }
    assert_eq!(all[0], all[1]);
}
