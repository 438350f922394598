//! Which numbers messages go to, whoever asks for them and wherever.

use crate::numbers::also_has;
use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use keyrack_server::config::{Config, FieldUse};
use serde_json::{Value, json};

/// Of a service whose owner earns with each message.
const PREMIUM: &str = "+19005551234";
const GERMAN: &str = "+491701234567";

fn no_german(config: &mut Config) {
    let deployment = &mut config.deployments[0];
    deployment.restrictions.phone_countries = vec!["US".to_owned()];
}

async fn started() -> Keyrack {
    Keyrack::start_with(|deployment| {
        (deployment.auth.phone, deployment.auth.phone_otp) = (FieldUse::Optional, true);
        deployment.auth.second_factor.phone_otp = true;
    })
    .await
}

async fn prepares(browser: &Browser, attempt: &Value) -> Reply {
    let form = json!({ "attempt_identifier": attempt, "identifier_type": "signin", "strategy": "phone_otp" });
    browser.post("/auth/prepare-verification", form).await
}

#[tokio::test]
async fn d11_nobody_gives_their_account_a_number_that_no_code_may_be_sent_to() {
    let server = started().await;
    let ada = server.signed_up("ada").await;
    let server = server
        .restart_with(|config| {
            no_german(config);
            config.deployments[0].restrictions.block_voip_numbers = true;
            config.deployments[0].restrictions.phone_countries.push("GB".to_owned());
            config.deployments[0].auth.phone = FieldUse::Required;
        })
        .await;
    let ada = ada.copied_to(&server);
    let session = server.browser();
    let attempt = session.sign_in("ada", PASSWORD).await.ok()["signin_attempts"][0].clone();
    assert_eq!(attempt["current_step"], "complete_profile");
    for (number, code) in [
        (PREMIUM, "invalid_phone_number"),
        (GERMAN, "COUNTRY_RESTRICTED"),
        ("+445612345678", "VOIP_NUMBER_BLOCKED"),
    ] {
        let added = ada.post("/me/phone-numbers", json!({ "phone_number": number })).await;
        assert_eq!(added.refused().1, code, "{number}");
        let fill = json!({ "attempt_id": attempt["id"], "phone_number": number });
        assert_eq!(session.post("/auth/complete-profile", fill).await.refused().1, code, "{number}");
        let typed = json!({ "strategy": "phone_otp", "phone": number });
        assert_eq!(server.browser().post("/auth/signin", typed).await.refused().1, code, "{number}");
    }
    assert_eq!(server.count("select count(*) from phone_numbers where deployment_id = $1").await, 0);
    assert!(server.app.world.sms.captured_messages().is_empty());
}

#[tokio::test]
async fn d11_a_number_that_an_account_has_gets_no_code_once_the_operator_takes_its_country_no_more() {
    let server = started().await;
    let ada = server.signed_up("ada").await;
    let unproved = ada.adds_number("+491709999999").await;
    also_has(&server, &ada, GERMAN).await;
    let server = server.restart_with(no_german).await;
    let ada = ada.copied_to(&server);
    let restricted = (403, "COUNTRY_RESTRICTED".to_owned());
    let path = format!("/me/phone-numbers/{unproved}/prepare-verification");
    assert_eq!(ada.post(&path, json!({})).await.refused(), restricted);
    let again = ada.post("/session/reauthenticate/prepare", json!({ "method": "phone_otp" })).await;
    assert_eq!(again.refused(), restricted);
    let browser = server.browser();
    let attempt = browser.sign_in("ada", PASSWORD).await.ok()["signin_attempts"][0].clone();
    assert_eq!(attempt["current_step"], "verify_second_factor");
    assert_eq!(prepares(&browser, &attempt["id"]).await.refused(), restricted);
    // Digits say no country, and which account's they are no answer tells.
    let known = server.browser();
    let of_known = prepares(&known, &json!(known.begins_by_phone("0170 1234567").await)).await.ok();
    let unknown = server.browser();
    let of_unknown = prepares(&unknown, &json!(unknown.begins_by_phone("0170 7654321").await)).await.ok();
    assert_eq!(of_known["otp_sent"], of_unknown["otp_sent"]);
    assert!(server.texts(GERMAN).await.is_empty(), "nothing since the restart");
    let server =
        server.restart_with(|config| config.deployments[0].restrictions.phone_countries.clear()).await;
    let browser = server.browser();
    let attempt = browser.begins_by_phone("0170 1234567").await;
    server.advance(60_000);
    browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
    assert_eq!(server.texts(GERMAN).await.len(), 1);
}
