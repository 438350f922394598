//! Keys of second factors, each seen at work.

use crate::keys::cases;
use crate::keys_messages::{SECRET, secret_file};
use crate::support::{Keyrack, PASSWORD};
use serde_json::{Value, json};

/// What is published of how people sign in.
async fn auth_settings(server: &Keyrack) -> Value {
    server.browser().get("/deployment").await.ok()["auth_settings"].clone()
}

/// A server on which accounts have phone numbers, and codes are sent to them.
async fn with_numbers(keys: &[(&str, &str)]) -> Keyrack {
    let (_folder, path) = secret_file(SECRET);
    let numbers = [
        ("deployment.auth.phone", "\"optional\""),
        ("sms.sender", "\"webhook\""),
        ("sms.url", "\"https://sms.example.com/\""),
        ("sms.secret_file", path.as_str()),
    ];
    let keys: Vec<(&str, &str)> = keys.iter().copied().chain(numbers).collect();
    Keyrack::from_file(&keys).await
}

cases! {
    "deployment.auth.second_factor.authenticator": async fn authenticators_are_offered_unless_the_file_says_otherwise() {
        for (value, offered) in [("true", true), ("false", false)] {
            let server = Keyrack::from_file(&[(KEY, value)]).await;
            assert_eq!(auth_settings(&server).await["auth_factors_enabled"]["authenticator"], offered);
        }
    }
    "deployment.auth.second_factor.backup_codes": async fn backup_codes_are_offered_unless_the_file_says_otherwise() {
        for (value, offered) in [("true", true), ("false", false)] {
            let server = Keyrack::from_file(&[(KEY, value)]).await;
            let settings = auth_settings(&server).await;
            assert_eq!(settings["auth_factors_enabled"]["backup_code"], offered);
            assert_eq!(settings["backup_code"], json!({ "enabled": offered, "required": false }));
        }
    }
    "deployment.auth.phone_otp": async fn a_code_to_a_phone_number_signs_in_only_where_the_file_says_so() {
        for (flag, status) in [("true", 200), ("false", 400)] {
            let server = with_numbers(&[(KEY, flag)]).await;
            let form = json!({ "strategy": "phone_otp", "phone": "+4915112345678" });
            assert_eq!(server.browser().post("/auth/signin", form).await.status, status, "{flag}");
            assert_eq!(auth_settings(&server).await["auth_factors_enabled"]["phone_otp"], flag == "true");
        }
    }
    "deployment.auth.phone_country": async fn digits_that_several_accounts_have_mean_the_one_in_the_country_of_the_file() {
        for (country, gets_it) in [("\"DE\"", "+491701234567"), ("\"AT\"", "+431701234567")] {
            let server = with_numbers(&[("deployment.auth.phone_otp", "true"), (KEY, country)]).await;
            for (name, phone) in [("ada", "+491701234567"), ("bob", "+431701234567")] {
                server.signed_up(name).await;
                server.has_phone(name, phone).await;
            }
            let browser = server.browser();
            let attempt = browser.begins_by_phone("0170 1234567").await;
            browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
            assert_eq!(server.texts(gets_it).await.len(), 1, "{country}");
        }
    }
    "deployment.auth.second_factor.phone_otp": async fn a_code_to_a_phone_number_is_a_second_factor_only_where_the_file_says_so() {
        for (flag, step) in [("true", "verify_second_factor"), ("false", "")] {
            let server = with_numbers(&[(KEY, flag)]).await;
            server.signed_up("ada").await;
            server.has_phone("ada", "+491701234567").await;
            let session = server.browser().sign_in("ada", PASSWORD).await.ok();
            assert_eq!(session["signin_attempts"][0]["current_step"], step, "{flag}");
        }
    }
}
