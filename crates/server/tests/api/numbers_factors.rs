//! Phone numbers as second factors: since when an account has one, whichever way a number comes or goes.

use crate::numbers::{also_has, deletes};
use crate::support::{Browser, Keyrack, Operator, PASSWORD, refused, sign_up_form};
use keyrack_server::config::{Config, Deployment, FieldUse, SecondFactorPolicy};
use serde_json::{Value, json};

const ONE: &str = "+14155552671";
const OTHER: &str = "+4915112345678";
const HAVE_ONE: &str = "select count(*) from users where deployment_id = $1 and second_factor_at is not null";
const CODES: &str = "select count(*) from backup_codes where deployment_id = $1";
const PROVED: &str =
    "select count(*) from phone_numbers where deployment_id = $1 and verified_at is not null";

fn texted(deployment: &mut Deployment) {
    deployment.auth.phone = FieldUse::Optional;
    deployment.auth.second_factor.phone_otp = true;
}

fn enforced(config: &mut Config) {
    config.deployments[0].auth.second_factor.policy = SecondFactorPolicy::Enforced;
}

async fn chooses(browser: &Browser, policy: &str) {
    browser.post("/me", json!({ "second_factor_policy": policy })).await.ok();
}

/// What a new sign-in with the password waits for, `""` when there is one.
async fn waits_for(server: &Keyrack, name: &str) -> String {
    let session = server.browser().sign_in(name, PASSWORD).await.ok();
    session["signin_attempts"][0]["current_step"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_number_is_a_second_factor_from_its_proof_to_its_removal_where_codes_to_numbers_are_one() {
    for by_phone in [true, false] {
        let server = Keyrack::start_with(|deployment| {
            texted(deployment);
            deployment.auth.second_factor.phone_otp = by_phone;
        })
        .await;
        let ada = server.signed_up("ada").await;
        let unproved = ada.adds_number(OTHER).await;
        assert_eq!(server.count(HAVE_ONE).await, 0, "an unproved number is nothing");
        let id = also_has(&server, &ada, ONE).await;
        assert_eq!(server.count(HAVE_ONE).await, i64::from(by_phone));
        let step = if by_phone { "verify_second_factor" } else { "" };
        assert_eq!(waits_for(&server, "ada").await, step);
        if by_phone {
            ada.makes_backup_codes().await;
            chooses(&ada, "enforced").await;
            assert_eq!(deletes(&ada, &id).await.refused().1, "second_factor_enforced");
            chooses(&ada, "optional").await;
        } else {
            let refusal = ada.post("/me/backup-codes", json!({})).await.refused();
            assert_eq!(refusal.1, "second_factor_missing");
        }
        deletes(&ada, &unproved).await.ok();
        assert_eq!(server.count(HAVE_ONE).await, i64::from(by_phone));
        deletes(&ada, &id).await.ok();
        assert_eq!((server.count(HAVE_ONE).await, server.count(CODES).await), (0, 0));
        assert_eq!(waits_for(&server, "ada").await, "");
    }
}

#[tokio::test]
async fn e09_the_number_that_is_the_last_second_factor_is_not_removed_where_one_is_enforced() {
    let server = Keyrack::start_with(texted).await;
    let ada = server.signed_up("ada").await;
    let (first, second) = (also_has(&server, &ada, ONE).await, also_has(&server, &ada, OTHER).await);
    let server = server.restart_with(enforced).await;
    let ada = ada.copied_to(&server);
    ada.proves_again().await;
    deletes(&ada, &first).await.ok();
    let mails = server.mails("ada").await.len();
    assert_eq!(deletes(&ada, &second).await.refused(), refused(409, "second_factor_enforced"));
    let all = ada.get("/me/phone-numbers").await.ok();
    assert_eq!((&all[0]["id"], all.as_array().unwrap().len()), (&json!(second), 1));
    assert_eq!((server.count(HAVE_ONE).await, server.mails("ada").await.len()), (1, mails));
    // Whoever has the password alone sets up none of their own.
    assert_eq!(waits_for(&server, "ada").await, "verify_second_factor");
    ada.adds_authenticator(&server).await;
    deletes(&ada, &second).await.ok();
    assert_eq!(server.count(HAVE_ONE).await, 1);
}

#[tokio::test]
async fn whoever_loses_a_number_to_its_new_owner_loses_the_factor_that_it_was() {
    let server = Keyrack::start_with(texted).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (_, other) = (also_has(&server, &ada, ONE).await, also_has(&server, &ada, OTHER).await);
    ada.makes_backup_codes().await;
    chooses(&ada, "enforced").await;
    server.advance(60_000);
    also_has(&server, &bob, ONE).await;
    // The other one is the primary one by now, and still a factor.
    assert_eq!(ada.get("/me").await.ok()["primary_phone_number_id"], other);
    assert_eq!((server.count(HAVE_ONE).await, server.count(CODES).await), (2, 12));
    server.advance(60_000);
    also_has(&server, &bob, OTHER).await;
    // Nothing refuses that: who has the number has it.
    assert_eq!((server.count(HAVE_ONE).await, server.count(CODES).await), (1, 0));
    assert_eq!(waits_for(&server, "ada").await, "add_second_factor");
    assert_eq!(server.mails("ada").await.last().unwrap().mail.text.matches(OTHER).count(), 1);
}

#[tokio::test]
async fn a_number_that_came_with_the_sign_up_is_a_second_factor_which_that_proved() {
    for (by_phone, policy) in [
        (true, SecondFactorPolicy::Enforced),
        (true, SecondFactorPolicy::Optional),
        (false, SecondFactorPolicy::Optional),
    ] {
        let server = Keyrack::start_with(|deployment| {
            texted(deployment);
            deployment.auth.second_factor.phone_otp = by_phone;
            deployment.auth.second_factor.authenticator = false;
            deployment.auth.second_factor.policy = policy;
        })
        .await;
        let ada = server.browser();
        let mut form = sign_up_form("ada");
        form["phone_number"] = json!(ONE);
        let session = ada.post("/auth/signup", form).await.ok();
        let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
        ada.asks_for_code(&attempt).await.ok();
        ada.enters_code(&attempt, &server.code("ada").await).await.ok();
        let session = ada.enters_code(&attempt, &server.code_to(ONE).await).await.ok();
        assert_eq!(session["active_signin"]["user"]["phone_numbers"][0]["verified"], true);
        let proofs =
            "select count(*) from sign_ins where deployment_id = $1 and second_factor_at is not null";
        let expected = i64::from(by_phone);
        assert_eq!((server.count(HAVE_ONE).await, server.count(proofs).await), (expected, expected));
        // What came with the account is no change of it.
        assert_eq!(server.mails("ada").await.len(), 1);
    }
}

#[tokio::test]
async fn an_operator_who_takes_all_factors_leaves_numbers_that_are_to_be_proved_again() {
    for by_phone in [true, false] {
        let server = Keyrack::start_with(|deployment| {
            texted(deployment);
            deployment.auth.second_factor.phone_otp = by_phone;
        })
        .await;
        let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
        also_has(&server, &ada, ONE).await;
        also_has(&server, &bob, OTHER).await;
        Operator(&server).post("/users/ada@example.com/reset-factors").await.ok();
        assert_eq!(server.count(PROVED).await, 2 - i64::from(by_phone));
        assert_eq!(server.count(HAVE_ONE).await, i64::from(by_phone));
        assert_eq!(waits_for(&server, "ada").await, "");
        let recorded = "select count(*) from audit where deployment_id = $1 and event = 'factors_reset'";
        assert_eq!(server.count(recorded).await, i64::from(by_phone));
    }
}

#[tokio::test]
async fn numbers_of_before_count_once_the_operator_says_so_and_nobody_is_weaker_when_that_is_taken_back() {
    let server = Keyrack::start_with(|deployment| deployment.auth.phone = FieldUse::Optional).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    also_has(&server, &ada, ONE).await;
    also_has(&server, &bob, OTHER).await;
    assert_eq!(server.count(HAVE_ONE).await, 0);
    let turn =
        |is_on: bool| move |config: &mut Config| config.deployments[0].auth.second_factor.phone_otp = is_on;
    let server = server.restart_with(turn(true)).await;
    // At the next sign-in, and at the next change where somebody is signed in.
    assert_eq!(waits_for(&server, "ada").await, "verify_second_factor");
    bob.copied_to(&server).makes_backup_codes().await;
    assert_eq!((server.count(HAVE_ONE).await, server.count(CODES).await), (2, 12));
    let server = server.restart_with(turn(false)).await;
    let bob = bob.copied_to(&server);
    let third = bob.adds_number("+14155552672").await;
    bob.post(&format!("/me/phone-numbers/{third}/prepare-verification"), json!({})).await.ok();
    let code = json!({ "code": server.code_to("+14155552672").await });
    let verified = bob.post(&format!("/me/phone-numbers/{third}/attempt-verification"), code).await.ok();
    assert_ne!(verified["verified_at"], Value::Null);
    assert_eq!((server.count(HAVE_ONE).await, server.count(CODES).await), (2, 12));
}
