//! The step `verify_phone` of a sign-in: a number that is to be proved, replaced, or taken over from somebody else.

use crate::numbers::also_has;
use crate::recovery::{asks, is_gone, mailed_token, resets};
use crate::support::{Browser, Keyrack, PASSWORD, STEP_MS, refused};
use keyrack_server::config::{Config, FieldUse};
use serde_json::{Value, json};

const MISTYPED: &str = "+491701234568";
const RIGHT: &str = "+491701234567";

fn required(config: &mut Config) {
    config.deployments[0].auth.phone = FieldUse::Required;
    config.deployments[0].auth.second_factor.phone_otp = true;
}

/// A server that asks for a number, since ada and bob have accounts.
async fn asking() -> (Keyrack, Browser, Browser) {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let server = server.restart_with(required).await;
    let (ada, bob) = (ada.copied_to(&server), bob.copied_to(&server));
    (server, ada, bob)
}

/// Signs in with the password; the attempt.
async fn begins(server: &Keyrack, name: &str) -> (Browser, Value) {
    let browser = server.browser();
    let session = browser.sign_in(name, PASSWORD).await.ok();
    let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap().clone();
    (browser, attempt)
}

async fn fills(browser: &Browser, attempt: &Value, number: &str) -> crate::support::Reply {
    let form = json!({ "attempt_id": attempt["id"], "phone_number": number });
    browser.post("/auth/complete-profile", form).await
}

/// The texts of the mails that say what changed, newest last.
async fn notices(server: &Keyrack, name: &str) -> Vec<String> {
    let mails = server.mails(name).await.into_iter().filter(|mail| mail.mail.code.is_none());
    mails.map(|mail| mail.mail.text).collect()
}

#[tokio::test]
async fn a_mistyped_number_is_replaced_where_it_is_to_be_proved() {
    let (server, _, _) = asking().await;
    let (browser, attempt) = begins(&server, "ada").await;
    fills(&browser, &attempt, MISTYPED).await.ok();
    let (browser, attempt) = begins(&server, "ada").await;
    assert_eq!(attempt["current_step"], "verify_phone");
    let id = attempt["id"].as_str().unwrap();
    browser.asks_to_sign_in(id, "phone_otp").await.ok();
    let of_mistyped = server.texted_code(MISTYPED).await;
    let nothing = browser.post("/auth/complete-profile", json!({ "attempt_id": id })).await;
    assert_eq!(nothing.refused(), refused(400, "REQUIRED_FIELD"));
    let session = fills(&browser, &attempt, "+49 170 1234567").await.ok();
    assert_eq!(session["signin_attempts"][0]["current_step"], "verify_phone");
    assert_eq!(session["active_signin"], Value::Null);
    // A code went to the new one by itself; that of the old one fits nothing any more.
    let code = server.texted_code(RIGHT).await;
    assert_ne!(code, of_mistyped);
    assert_eq!(browser.types(id, &of_mistyped).await.refused(), refused(400, "INVALID_CODE"));
    // The same once more changes nothing, and a second message is not sent within the minute.
    fills(&browser, &attempt, RIGHT).await.ok();
    assert_eq!(server.texts(RIGHT).await.len(), 1);
    let session = browser.types(id, &code).await.ok();
    let numbers = &session["active_signin"]["user"]["phone_numbers"];
    assert_eq!((&numbers[0]["phone_number"], numbers.as_array().unwrap().len()), (&json!("1701234567"), 1));
    assert_eq!(session["active_signin"]["user"]["primary_phone_number"]["verified"], true);
    assert_eq!(fills(&browser, &attempt, MISTYPED).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
}

#[tokio::test]
async fn l06_a_number_that_is_proved_at_a_sign_in_changes_hands_and_the_old_owner_is_told() {
    let (server, ada, bob) = asking().await;
    also_has(&server, &bob, RIGHT).await;
    bob.makes_backup_codes().await;
    ada.adds_number(MISTYPED).await;
    let (browser, attempt) = begins(&server, "ada").await;
    assert_eq!(attempt["current_step"], "verify_phone");
    fills(&browser, &attempt, RIGHT).await.ok();
    server.advance(60_000);
    let id = attempt["id"].as_str().unwrap();
    browser.asks_to_sign_in(id, "phone_otp").await.ok();
    let before = notices(&server, "bob").await.len();
    browser.types(id, &server.texted_code(RIGHT).await).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
    let told = notices(&server, "bob").await.split_off(before);
    let said = "A phone number was proved by somebody else and no longer belongs to the account";
    assert!(told.len() == 1 && told[0].contains(&format!("{said}: {RIGHT}")), "{told:?}");
    assert!(!told[0].contains("From:") && !told[0].contains("ada"), "{}", told[0]);
    // He stays signed in, without it and without the factor that it was.
    assert_eq!(bob.get("/me/phone-numbers").await.ok(), json!([]));
    let have_one = "select count(*) from users where deployment_id = $1 and second_factor_at is not null";
    assert_eq!(server.count(have_one).await, 1);
}

#[tokio::test]
async fn l06_who_has_a_number_unproved_loses_it_to_whoever_proves_it_at_a_sign_in() {
    let (server, _, bob) = asking().await;
    bob.adds_number(RIGHT).await;
    let (browser, attempt) = begins(&server, "ada").await;
    fills(&browser, &attempt, RIGHT).await.ok();
    let (browser, attempt) = begins(&server, "ada").await;
    let id = attempt["id"].as_str().unwrap();
    browser.asks_to_sign_in(id, "phone_otp").await.ok();
    browser.types(id, &server.texted_code(RIGHT).await).await.ok();
    assert_eq!(bob.session().await["end_reason"], "credentials_changed");
    assert_eq!(server.count("select count(*) from phone_numbers where deployment_id = $1").await, 1);
    // The way back in is not closed: he is asked for a number again.
    assert_eq!(begins(&server, "bob").await.1["current_step"], "complete_profile");
}

#[tokio::test]
async fn c07_what_a_sign_in_changes_of_the_ways_in_is_told_recorded_and_voids_what_would_reset_the_password()
{
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let server = server
        .restart_with(|config| {
            required(config);
            config.deployments[0].auth.username = FieldUse::Required;
        })
        .await;
    let recorded = "select count(*) from audit where deployment_id = $1 and event = 'account_changed'
        and reason in ('username_changed', 'phone_given', 'phone_added') and actor = 'user'";
    let reset = async || {
        server.advance(60_000);
        asks(&server.browser(), "ada").await.ok();
        mailed_token(&server, "ada").await
    };
    let (browser, attempt) = begins(&server, "ada").await;
    let token = reset().await;
    let before = notices(&server, "ada").await.len();
    let form = json!({ "attempt_id": attempt["id"], "phone_number": MISTYPED, "username": "lovelace" });
    browser.post("/auth/complete-profile", form).await.ok();
    let told = notices(&server, "ada").await.split_off(before);
    assert!(told.iter().any(|text| text.contains("The username was changed: lovelace")), "{told:?}");
    let said = format!("A phone number was entered, which is still to be verified: {MISTYPED}");
    assert!(told.iter().any(|text| text.contains(&said)), "{told:?}");
    assert_eq!(server.count(recorded).await, 2);
    is_gone(&resets(&server.browser(), &token, "a fine new password").await);

    // Whoever has proved no mailbox makes one void an hour.
    server.advance(3_600_000);
    let (browser, attempt) = begins(&server, "ada").await;
    let token = reset().await;
    let before = notices(&server, "ada").await.len();
    fills(&browser, &attempt, RIGHT).await.ok();
    assert_eq!(server.count(recorded).await, 3);
    is_gone(&resets(&server.browser(), &token, "a fine new password").await);
    browser.types(attempt["id"].as_str().unwrap(), &server.texted_code(RIGHT).await).await.ok();
    assert_eq!(server.count(recorded).await, 4);
    let told = notices(&server, "ada").await.split_off(before);
    assert!(told.iter().any(|text| text.contains(&format!("A phone number was added: {RIGHT}"))), "{told:?}");
}

#[tokio::test]
async fn e07_whoever_has_the_password_alone_gives_no_number_to_an_account_with_a_second_factor() {
    let (server, ada, _) = asking().await;
    ada.adds_number(MISTYPED).await;
    let authenticator = ada.adds_authenticator(&server).await;
    let (browser, attempt) = begins(&server, "ada").await;
    assert_eq!(attempt["current_step"], "verify_second_factor");
    assert_eq!(attempt["remaining_steps"], json!(["verify_second_factor", "verify_phone"]));
    assert_eq!(fills(&browser, &attempt, RIGHT).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    let id = attempt["id"].as_str().unwrap();
    assert_eq!(
        browser.asks_to_sign_in(id, "phone_otp").await.refused(),
        refused(400, "last_digits_wrong"),
        "an unproved number is none"
    );
    server.advance(2 * STEP_MS);
    let now = server.app.world.clock.now_ms();
    browser.types(id, &authenticator.code(now)).await.ok();
    assert_eq!(browser.attempt().await["current_step"], "verify_phone");
    fills(&browser, &attempt, RIGHT).await.ok();
    browser.types(id, &server.texted_code(RIGHT).await).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn e07_a_number_that_waits_is_not_proved_once_the_account_has_a_second_factor() {
    let (server, ada, _) = asking().await;
    ada.adds_number(MISTYPED).await;
    let (browser, attempt) = begins(&server, "ada").await;
    assert_eq!(attempt["current_step"], "verify_phone");
    fills(&browser, &attempt, RIGHT).await.ok();
    let code = server.texted_code(RIGHT).await;
    ada.adds_authenticator(&server).await;
    let over = refused(400, "BAD_SIGN_IN_ATTEMPT");
    assert_eq!(browser.types(attempt["id"].as_str().unwrap(), &code).await.refused(), over);
    assert_eq!(browser.accounts().await, [""; 0]);
    let proved = "select count(*) from phone_numbers where deployment_id = $1 and verified_at is not null";
    assert_eq!(server.count(proved).await, 0);
}

#[tokio::test]
async fn d11_an_account_has_codes_sent_to_a_hundred_numbers_an_hour_and_no_more() {
    let (server, _, _) = asking().await;
    let server = server
        .restart_with(|config| {
            let most = &mut config.deployments[0].text_messages;
            (most.per_range, most.per_client) = (1000, 1000);
        })
        .await;
    let (browser, attempt) = begins(&server, "ada").await;
    fills(&browser, &attempt, MISTYPED).await.ok();
    let (browser, attempt) = begins(&server, "ada").await;
    for index in 0..100 {
        fills(&browser, &attempt, &format!("+1415555{:04}", 2000 + index)).await.ok();
    }
    assert_eq!(fills(&browser, &attempt, RIGHT).await.refused().1, "too_many_attempts");
}
