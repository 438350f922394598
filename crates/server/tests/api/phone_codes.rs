//! Signing in by a code that is sent to a phone number, and such a code as a second factor.

use crate::support::{Browser, Keyrack, PASSWORD, other_than, refused, typed_form};
use keyrack_server::config::{Config, FieldUse};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const ADAS: &str = "+491701234567";

/// A server on which codes to phone numbers sign in, and are second factors, and ada has one.
async fn started() -> Keyrack {
    with_phones(true).await
}

/// The same, where they are second factors or not.
async fn with_phones(are_second: bool) -> Keyrack {
    let server = Keyrack::start_with(|deployment| {
        (deployment.auth.phone, deployment.auth.phone_otp) = (FieldUse::Optional, true);
        deployment.auth.second_factor.phone_otp = are_second;
    })
    .await;
    server.signed_up("ada").await;
    server.has_phone("ada", ADAS).await;
    server
}

async fn begins(browser: &Browser, form: Value) -> String {
    let session = browser.post("/auth/signin", form).await.ok();
    session["signin_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_to_a_proved_number_signs_in_however_the_number_is_typed() {
    let server = with_phones(false).await;
    for form in [
        json!({ "phone": "+49 170 1234567" }),
        json!({ "phone": "0170/1234567", "phone_country_code": "DE" }),
        json!({ "phone": "1701234567", "phone_country_code": "+49" }),
        json!({ "phone": "0170 1234567" }),
        json!({ "phone": "1701234567" }),
    ] {
        let mut whole = form.clone();
        whole["strategy"] = json!("phone_otp");
        let browser = server.browser();
        let attempt = begins(&browser, whole).await;
        let shown = browser.attempt().await;
        assert_eq!(
            (&shown["current_step"], &shown["email"], &shown["user_id"]),
            (&json!("verify_phone_otp"), &json!(""), &Value::Null)
        );
        let prepared = browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
        assert_eq!((&prepared["otp_sent"], &prepared["masked_phone"]), (&json!(true), &json!("•••4567")));
        let code = server.texted_code(ADAS).await;
        assert_eq!(browser.types(&attempt, &other_than(&code, 1)).await.refused().1, "INVALID_CODE");
        browser.types(&attempt, &code).await.ok();
        assert_eq!(browser.accounts().await, ["ada*"], "{form}");
        server.advance(HOUR);
    }
    let proofs = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'sms'";
    assert_eq!(server.count(proofs).await, 5);
}

#[tokio::test]
async fn c15_a_number_that_nobody_has_looks_like_any_other_and_gets_no_message() {
    let server = started().await;
    for unknown in ["+491709999999", "0170 9999999"] {
        let browser = server.browser();
        let attempt = browser.begins_by_phone(unknown).await;
        assert_eq!(browser.attempt().await["current_step"], "verify_phone_otp");
        let prepared = browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
        assert_eq!((&prepared["otp_sent"], &prepared["masked_phone"]), (&json!(true), &json!("•••9999")));
        assert_eq!(browser.types(&attempt, "000000").await.refused(), refused(400, "INVALID_CODE"));
    }
    assert!(server.texts("+491709999999").await.is_empty() && server.texts("01709999999").await.is_empty());
    let none =
        server.browser().post("/auth/signin", json!({ "strategy": "phone_otp", "phone": "12x" })).await;
    assert_eq!(none.refused(), refused(400, "invalid_phone_number"));
}

#[tokio::test]
async fn digits_that_several_accounts_have_sign_none_of_them_in() {
    let server = with_phones(false).await;
    server.signed_up("bob").await;
    server.has_phone("bob", "+431701234567").await;
    let browser = server.browser();
    let attempt = browser.begins_by_phone("0170 1234567").await;
    browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
    assert!(server.texts(ADAS).await.is_empty() && server.texts("+431701234567").await.is_empty());
    let attempt = browser.begins_by_phone(ADAS).await;
    browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
    browser.types(&attempt, &server.texted_code(ADAS).await).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn a_number_that_was_never_proved_signs_nobody_in() {
    let server = started().await;
    let deployment = server.app.sites[0].config.id.clone();
    let unprove = "update phone_numbers set verified_at = null where deployment_id = $1";
    server.app.db.write(move |tx| tx.execute(unprove, keyrack_server::params![&deployment])).await.unwrap();
    let browser = server.browser();
    let attempt = browser.begins_by_phone(ADAS).await;
    browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
    assert!(server.texts(ADAS).await.is_empty());
}

#[tokio::test]
async fn a_code_to_a_number_is_a_second_factor_after_a_password_but_not_after_itself() {
    let server = started().await;
    let browser = server.browser();
    let session = browser.sign_in("ada", PASSWORD).await.ok();
    let attempt = session["signin_attempts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(session["signin_attempts"][0]["available_2fa_methods"], json!(["phone_otp"]));
    let asks = |digits: &str| {
        json!({ "attempt_identifier": attempt, "identifier_type": "signin", "strategy": "phone_otp",
            "last_digits": digits })
    };
    let wrong = browser.post("/auth/prepare-verification", asks("0000")).await;
    assert_eq!(wrong.refused(), refused(400, "last_digits_wrong"));
    let prepared = browser.post("/auth/prepare-verification", asks("4567")).await.ok();
    assert_eq!(prepared["masked_phone"], "•••4567");
    let code = server.texted_code(ADAS).await;
    // Of another attempt of the same account it is none.
    let other = server.browser();
    let session = other.sign_in("ada", PASSWORD).await.ok();
    let theirs = session["signin_attempts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(other.types(&theirs, &code).await.refused(), refused(400, "INVALID_CODE"));
    let mut form = typed_form(&attempt, &code);
    form["method"] = json!("phone_otp");
    let session = browser.post("/auth/attempt-verification", form).await.ok();
    assert_eq!(session["signin_attempts"][0]["second_method_authenticated"], true);
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn a_required_number_is_asked_for_and_proved_the_next_time() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let require = |config: &mut Config| config.deployments[0].auth.phone = FieldUse::Required;
    let server = server.restart_with(require).await;
    let browser = server.browser();
    let session = browser.sign_in("ada", PASSWORD).await.ok();
    let attempt = &session["signin_attempts"][0];
    assert_eq!(
        (&attempt["current_step"], &attempt["requires_completion"]),
        (&json!("complete_profile"), &json!(true))
    );
    assert_eq!(attempt["missing_fields"], json!(["phone_number"]));
    let fill = |phone: &str| json!({ "attempt_id": attempt["id"], "phone_number": phone, "phone_country_code": "DE" });
    assert_eq!(
        browser.post("/auth/complete-profile", fill("")).await.refused(),
        refused(400, "REQUIRED_FIELD")
    );
    assert_eq!(
        browser.post("/auth/complete-profile", fill("12")).await.refused(),
        refused(400, "invalid_phone_number")
    );
    let session = browser.post("/auth/complete-profile", fill("0170 1234567")).await.ok();
    let phone = &session["active_signin"]["user"]["user_phone_numbers"][0];
    assert_eq!((&phone["phone_number"], &phone["verified"]), (&json!("1701234567"), &json!(false)));

    let again = server.browser();
    let session = again.sign_in("ada", PASSWORD).await.ok();
    let attempt = session["signin_attempts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(session["signin_attempts"][0]["current_step"], "verify_phone");
    again.asks_to_sign_in(&attempt, "phone_otp").await.ok();
    let code = server.texted_code(ADAS).await;
    assert_eq!(again.types(&attempt, &other_than(&code, 1)).await.refused(), refused(400, "INVALID_CODE"));
    let session = again.types(&attempt, &code).await.ok();
    assert_eq!(session["active_signin"]["user"]["user_phone_numbers"][0]["verified"], true);
    // Whoever looks at the account elsewhere sees it too.
    assert_eq!(browser.session().await["active_signin"]["user"]["user_phone_numbers"][0]["verified"], true);
}

#[tokio::test]
async fn a_name_that_is_required_since_is_filled_in_before_there_is_a_sign_in() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let server = server
        .restart_with(|config| {
            config.deployments[0].auth.username = FieldUse::Required;
            config.deployments[0].restrictions.banned_keywords = vec!["spam".to_owned()];
        })
        .await;
    let browser = server.browser();
    let session = browser.sign_in("ada", PASSWORD).await.ok();
    let attempt = &session["signin_attempts"][0];
    assert_eq!(attempt["missing_fields"], json!(["username"]));
    assert_eq!(attempt["profile_completion_data"]["first_name"], "ada");
    assert_eq!(session["active_signin"], Value::Null);
    let fill = |username: &str| json!({ "attempt_id": attempt["id"], "username": username, "first_name": "Mallory" });
    assert_eq!(browser.post("/auth/complete-profile", fill("spammer")).await.refused().1, "BANNED_KEYWORD");
    assert_eq!(browser.post("/auth/complete-profile", fill("1")).await.refused().1, "invalid_username");
    let session = browser.post("/auth/complete-profile", fill("ada_l")).await.ok();
    let user = &session["active_signin"]["user"];
    assert_eq!(
        (&user["username"], &user["first_name"]),
        (&json!("ada_l"), &json!("ada")),
        "only what is missing"
    );
    assert_eq!(
        browser.post("/auth/complete-profile", fill("other")).await.refused().1,
        "BAD_SIGN_IN_ATTEMPT"
    );
}
