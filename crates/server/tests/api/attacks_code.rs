//! Attacks on mailed codes (area D): guessing over many attempts, crossing, replaying.

use crate::support::{Browser, Keyrack, code_form, sign_in_form};
use reqwest::Method;
use serde_json::json;

const HOUR: i64 = 3_600_000;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A code of six digits that is not this one.
fn other_than(code: &str, step: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + step) % 1_000_000)
}

/// A server on which attempts and codes live long enough to be guessed at for hours.
async fn patient() -> Keyrack {
    Keyrack::start_with(|deployment| {
        (deployment.lifetimes.attempt_ms, deployment.lifetimes.code_ms) = (24 * HOUR, 24 * HOUR);
    })
    .await
}

/// Guesses wrongly four times; how many of the guesses were judged at all.
async fn four_guesses(browser: &Browser, attempt: &str, code: &str) -> usize {
    let mut judged = 0;
    for step in 1..=4 {
        let (status, why) = browser.enters_code(attempt, &other_than(code, step)).await.refused();
        match (status, why.as_str()) {
            (400, "INVALID_CODE") => judged += 1,
            (429, "too_many_attempts") => {}
            other => panic!("{other:?}"),
        }
    }
    judged
}

#[tokio::test]
async fn d03_asking_for_new_codes_does_not_refill_the_budget_of_wrong_guesses() {
    let server = patient().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("victim").await;
    for hour in 0..2 {
        let mut judged = 0;
        for _ in 0..50 {
            browser.asks_for_code(&attempt).await.ok();
            let code = server.code("victim").await;
            judged += four_guesses(&browser, &attempt, &code).await;
            server.advance(60_000);
        }
        // Ten, and those that the doubling pauses between them leave.
        assert_eq!(judged, [17, 1][hour], "hour {hour}");
        assert!(server.mails("victim").await.len() <= 5 * (hour + 1));
        server.advance(HOUR - 50 * 60_000);
    }
    // The right code of the newest mail still works once the pause is over.
    server.advance(HOUR);
    browser.asks_for_code(&attempt).await.ok();
    browser.enters_code(&attempt, &server.code("victim").await).await.ok();
}

#[tokio::test]
async fn d03_many_attempts_for_one_address_share_its_budget() {
    let server = patient().await;
    let mut judged = 0;
    for _ in 0..50 {
        let browser = server.browser();
        let attempt = browser.begins_sign_up("victim").await;
        browser.asks_for_code(&attempt).await.ok();
        let code = server.code("victim").await;
        judged += four_guesses(&browser, &attempt, &code).await;
        server.advance(60_000);
    }
    assert_eq!((judged, server.mails("victim").await.len()), (17, 5));
    // Another address has a budget of its own.
    server.signed_up("bystander").await;
}

#[tokio::test]
async fn d04_a_code_fits_no_other_attempt_not_even_of_the_same_browser_for_the_same_address() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let (first, second) = (browser.begins_sign_up("ada").await, browser.begins_sign_up("ada").await);
    browser.asks_for_code(&first).await.ok();
    let first_code = server.code("ada").await;
    server.advance(60_000);
    browser.asks_for_code(&second).await.ok();
    let second_code = server.code("ada").await;
    assert_ne!(first_code, second_code);

    for (attempt, code) in [(&first, &second_code), (&second, &first_code)] {
        assert_eq!(browser.enters_code(attempt, code).await.refused(), refused(400, "INVALID_CODE"));
    }
    // Each cross-over has cost one guess, so four are left.
    for step in 1..=4 {
        let guess = other_than(&first_code, step);
        assert_eq!(browser.enters_code(&first, &guess).await.refused(), refused(400, "INVALID_CODE"));
    }
    assert_eq!(browser.enters_code(&first, &first_code).await.refused(), refused(400, "INVALID_CODE"));
    browser.enters_code(&second, &second_code).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn d04_a_sign_up_code_is_no_password_and_no_sign_in_code() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let attempt = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("bob").await;
    let stranger = server.browser();
    for name in ["ada", "bob"] {
        let answer = stranger.post("/auth/signin", sign_in_form(name, &code)).await;
        assert_eq!(answer.refused(), refused(401, "INVALID_CREDENTIALS"));
    }
    let mut form = code_form(&attempt, &code);
    form["identifier_type"] = json!("signin");
    let crossed = browser.post("/auth/attempt-verification", form).await;
    assert_eq!(crossed.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    browser.enters_code(&attempt, &code).await.ok();
}

#[tokio::test]
async fn d05_a_code_that_was_used_is_used_in_the_same_and_in_a_new_attempt_and_after_a_restart() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("ada").await;
    let earlier = browser.copied();
    browser.enters_code(&attempt, &code).await.ok();

    let users = "select count(*) from users where deployment_id = $1";
    let replays = async |server: &Keyrack| {
        for tab in [&browser, &earlier] {
            let replay = tab.send_and_lose(
                tab.request(Method::POST, "/auth/attempt-verification").json(&code_form(&attempt, &code)),
            );
            assert_eq!(replay.await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
        }
        let stranger = server.browser();
        let fresh = stranger.begins_sign_up("ada").await;
        stranger.asks_for_code(&fresh).await.ok();
        assert_eq!(stranger.enters_code(&fresh, &code).await.refused(), refused(400, "INVALID_CODE"));
        assert_eq!(server.count(users).await, 1);
    };
    replays(&server).await;
    let server = server.restart().await;
    replays(&server).await;
}
