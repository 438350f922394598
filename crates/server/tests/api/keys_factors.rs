//! Keys of second factors, each seen at work.

use crate::keys::cases;
use crate::support::Keyrack;
use serde_json::{Value, json};

/// What is published of how people sign in.
async fn auth_settings(server: &Keyrack) -> Value {
    server.browser().get("/deployment").await.ok()["auth_settings"].clone()
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
}
