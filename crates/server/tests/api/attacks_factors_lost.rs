//! Second factors that cannot be proved (area E): one SIM is not two factors, what a deployment switched off makes no account
//! weaker, and a text message counts only where the deployment says so.

use crate::support::{Browser, Keyrack, PASSWORD, STEP_MS, refused};
use keyrack_server::config::{Deployment, FieldUse, SecondFactorPolicy};
use keyrack_server::params;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const ADAS: &str = "+491701234567";

fn phones(deployment: &mut Deployment) {
    (deployment.auth.phone, deployment.auth.phone_otp) = (FieldUse::Optional, true);
    deployment.auth.second_factor.phone_otp = true;
}

/// Ada, whose number is her second factor.
async fn with_phone(policy: SecondFactorPolicy) -> (Keyrack, Browser) {
    let server = Keyrack::start_with(phones).await;
    let ada = server.signed_up("ada").await;
    server.has_phone("ada", ADAS).await;
    let deployment = server.app.sites[0].config.id.clone();
    let since = "update users set second_factor_at = 1 where deployment_id = $1";
    server.app.db.write(move |tx| tx.execute(since, params![&deployment])).await.unwrap();
    let server = server.restart_with(|it| it.deployments[0].auth.second_factor.policy = policy).await;
    let ada = ada.copied_to(&server);
    (server, ada)
}

/// Signs ada in as far as a code to her number goes; the attempt.
async fn by_phone(server: &Keyrack, browser: &Browser) -> String {
    let attempt = browser.begins_by_phone(ADAS).await;
    browser.asks_to_sign_in(&attempt, "phone_otp").await.ok();
    browser.types(&attempt, &server.texted_code(ADAS).await).await.ok();
    attempt
}

#[tokio::test]
async fn e09_one_sim_is_not_two_factors_and_sets_no_other_one_up() {
    for policy in [SecondFactorPolicy::Optional, SecondFactorPolicy::Enforced] {
        let (server, ada) = with_phone(policy).await;
        let browser = server.browser();
        let attempt = by_phone(&server, &browser).await;
        let shown = browser.attempt().await;
        assert_eq!(shown["remaining_steps"], json!(["verify_email"]), "{policy:?}");
        for strategy in ["authenticator", "passkey", "phone_otp"] {
            let refusal = browser.asks_to_sign_in(&attempt, strategy).await.refused();
            assert_eq!(refusal, refused(400, "VERIFICATION_STRATEGY_REQUIRED"));
        }
        assert!(browser.accounts().await.is_empty());
        browser.asks_to_sign_in(&attempt, "email_otp").await.ok();
        browser.types(&attempt, &server.code("ada").await).await.ok();
        assert_eq!(browser.accounts().await, ["ada*"]);
        let proofs = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'sms mail'
            and second_factor_at is null";
        assert_eq!(server.count(proofs).await, 1);

        // Where there are codes that were written down, one of those is asked for.
        server.advance(HOUR);
        ada.proves_again().await;
        let codes = ada.makes_backup_codes().await;
        let browser = server.browser();
        let attempt = by_phone(&server, &browser).await;
        assert_eq!(browser.attempt().await["available_2fa_methods"], json!(["backup_code"]));
        browser.types(&attempt, &codes[0]).await.ok();
        assert_eq!(browser.accounts().await, ["ada*"]);
    }
}

/// An attempt of ada, whose only second factor is a passkey, which the deployment offers no more.
async fn without_passkeys(policy: SecondFactorPolicy) -> Keyrack {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    ada.makes_passkey(&mut server.device()).await;
    server.advance(HOUR);
    let off = |it: &mut keyrack_server::config::Config| {
        let auth = &mut it.deployments[0].auth;
        (auth.passkey.enabled, auth.second_factor.policy) = (false, policy);
    };
    server.restart_with(off).await
}

#[tokio::test]
async fn e09_what_a_deployment_switches_off_makes_no_account_weaker() {
    for policy in [SecondFactorPolicy::Optional, SecondFactorPolicy::Enforced] {
        let server = without_passkeys(policy).await;
        // After the password the mailbox.
        let browser = server.browser();
        let session = browser.sign_in("ada", PASSWORD).await.ok();
        assert_eq!(session["signin_attempts"][0]["remaining_steps"], json!(["verify_email"]), "{policy:?}");
        let attempt = session["signin_attempts"][0]["id"].as_str().unwrap();
        browser.asks_to_sign_in(attempt, "email_otp").await.ok();
        browser.types(attempt, &server.code("ada").await).await.ok();
        assert_eq!(browser.accounts().await, ["ada*"]);
        // After the mailbox the password.
        server.advance(HOUR);
        let browser = server.browser();
        browser.signs_in_by_code(&server, "ada").await;
        let shown = browser.attempt().await;
        assert_eq!(shown["remaining_steps"], json!(["verify_password"]), "{policy:?}");
        let attempt = shown["id"].as_str().unwrap();
        let wrong = browser.types(attempt, "not this one").await.refused();
        assert_eq!(wrong, refused(401, "INVALID_CREDENTIALS"));
        assert!(browser.accounts().await.is_empty());
        browser.types(attempt, PASSWORD).await.ok();
        assert_eq!(browser.accounts().await, ["ada*"]);
    }
}

#[tokio::test]
async fn e09_whoever_never_had_one_still_sets_one_up_where_it_is_enforced() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let enforce = |it: &mut keyrack_server::config::Config| {
        it.deployments[0].auth.second_factor.policy = SecondFactorPolicy::Enforced;
    };
    let server = server.restart_with(enforce).await;
    let session = server.browser().sign_in("ada", PASSWORD).await.ok();
    assert_eq!(session["signin_attempts"][0]["current_step"], "add_second_factor");
}

/// Proves again by a text message who it is.
async fn proves_by_phone(server: &Keyrack, browser: &Browser) {
    browser.post("/session/reauthenticate/prepare", json!({ "method": "phone_otp" })).await.ok();
    let code = server.texted_code(ADAS).await;
    let body = json!({ "method": "phone_otp", "verification_code": code });
    browser.post("/session/reauthenticate", body).await.ok();
}

#[tokio::test]
async fn e09_a_text_message_counts_as_a_second_factor_only_where_the_deployment_says_so() {
    for (counts, proved) in [(false, 0), (true, 1)] {
        let server = Keyrack::start_with(|deployment| {
            phones(deployment);
            deployment.auth.second_factor.policy = SecondFactorPolicy::None;
            deployment.auth.second_factor.phone_otp = counts;
        })
        .await;
        let ada = server.signed_up("ada").await;
        server.has_phone("ada", ADAS).await;
        ada.adds_authenticator(&server).await;
        server.advance(STEP_MS);
        ada.post("/session/sign-out", json!({})).await.ok();
        let browser = server.signed_in("ada").await;
        proves_by_phone(&server, &browser).await;
        let sql = "select count(*) from sign_ins where deployment_id = $1 and ended_at is null
            and second_factor_at is not null";
        assert_eq!(server.count(sql).await, proved, "{counts}");
        let session: Value = browser.session().await;
        assert_eq!(session["signins"].as_array().unwrap().len(), 1);
    }
}
