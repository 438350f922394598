//! Second factors of a sign-in: asked for beside whatever came first, set up where they are enforced, counted over all
//! attempts.

use crate::support::{Authenticator, Browser, Keyrack, PASSWORD, STEP_MS, refused, typed_form};
use keyrack_server::config::{Config, SecondFactorPolicy};
use keyrack_server::params;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// A server on which ada has an authenticator, and who she is.
async fn with_factor() -> (Keyrack, Browser, Authenticator) {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let authenticator = ada.adds_authenticator(&server).await;
    server.advance(STEP_MS * 2);
    (server, ada, authenticator)
}

fn now(server: &Keyrack) -> i64 {
    server.app.world.clock.now_ms()
}

/// Signs ada in as far as her second factor; the attempt.
async fn half_way(browser: &Browser) -> String {
    let session = browser.sign_in("ada", PASSWORD).await.ok();
    let signed_in = session["signins"].as_array().unwrap();
    assert!(signed_in.iter().all(|one| one["user"]["email_address"] != "ada@example.com"));
    session["signin_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

fn wrong(code: &str, step: u32) -> String {
    crate::support::other_than(code, step)
}

#[tokio::test]
async fn whoever_has_a_second_factor_is_asked_for_it_after_each_first_one() {
    let (server, _, authenticator) = with_factor().await;
    for strategy in ["plain_email", "email_otp", "magic_link"] {
        let browser = server.browser();
        let attempt = if strategy == "plain_email" {
            half_way(&browser).await
        } else {
            let attempt = browser.begins_by_mail(strategy, "ada").await;
            browser.asks_to_sign_in(&attempt, strategy).await.ok();
            let session = browser.types(&attempt, &server.code("ada").await).await.ok();
            assert_eq!(session["active_signin"], Value::Null, "{strategy}");
            attempt
        };
        let shown = browser.attempt().await;
        assert_eq!(shown["current_step"], "verify_second_factor", "{strategy}");
        assert_eq!(shown["remaining_steps"], json!(["verify_second_factor"]));
        assert_eq!(shown["available_2fa_methods"], json!(["authenticator"]));
        assert_eq!(shown["second_method_authentication_required"], true);
        let session = browser.types(&attempt, &authenticator.code(now(&server))).await.ok();
        let shown = session["signin_attempts"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&shown["completed"], &shown["second_method_authenticated"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(browser.accounts().await, ["ada*"]);
        server.advance(HOUR);
    }
    let proved = "select count(*) from sign_ins where deployment_id = $1 and second_factor_at is not null
        and proofs like '% otp mfa'";
    // These three, and the one that set the authenticator up.
    assert_eq!(server.count(proved).await, 4);
}

#[tokio::test]
async fn e07_a_password_alone_opens_nothing_of_an_account_with_a_second_factor() {
    let (server, _, _) = with_factor().await;
    let browser = server.browser();
    half_way(&browser).await;
    let session = browser.session().await;
    assert_eq!((&session["signins"], &session["active_signin"]), (&json!([]), &Value::Null));
    for path in ["/session/token", "/me", "/me/organization-memberships", "/notifications"] {
        assert_eq!(browser.get(path).await.status, 401, "{path}");
    }
    let attempt = &session["signin_attempts"][0];
    assert_eq!(attempt["profile_completion_data"], json!({}));
    assert_eq!(attempt["email"], "ada@example.com", "what was typed");
}

#[tokio::test]
async fn a_backup_code_stands_in_and_is_told_from_the_others_by_its_form_or_by_its_name() {
    let (server, ada, authenticator) = with_factor().await;
    let codes = ada.makes_backup_codes().await;
    let browser = server.browser();
    let attempt = half_way(&browser).await;
    assert_eq!(browser.attempt().await["available_2fa_methods"], json!(["authenticator", "backup_code"]));
    let mut form = typed_form(&attempt, &authenticator.code(now(&server)));
    form["method"] = json!("backup_code");
    assert_eq!(
        browser.post("/auth/attempt-verification", form).await.refused(),
        refused(400, "INVALID_CODE")
    );
    browser.types(&attempt, &codes[0]).await.ok();
    let again = server.browser();
    let attempt = half_way(&again).await;
    assert_eq!(again.types(&attempt, &codes[0]).await.refused(), refused(400, "INVALID_CODE"));
    let mut form = typed_form(&attempt, &codes[1]);
    form["method"] = json!("backup_code");
    again.post("/auth/attempt-verification", form).await.ok();
}

#[tokio::test]
async fn e04_wrong_second_factors_are_counted_for_the_account_over_all_attempts_and_kinds() {
    let (server, ada, authenticator) = with_factor().await;
    let codes = ada.makes_backup_codes().await;
    let mails = server.mails("ada").await.len();
    let mut judged = 0;
    for _ in 0..20 {
        let attacker = server.browser();
        let attempt = half_way(&attacker).await;
        for step in 1..=5 {
            let typed = if step % 2 == 0 {
                "aaaa-bbbb".to_owned()
            } else {
                wrong(&authenticator.code(now(&server)), step)
            };
            match attacker.types(&attempt, &typed).await.refused() {
                (400, why) if why == "INVALID_CODE" => judged += 1,
                (429, _) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(judged, 10);
    let attacker = server.browser();
    let attempt = half_way(&attacker).await;
    for right in [authenticator.code(now(&server)), codes[0].clone()] {
        let late = attacker.types(&attempt, &right).await;
        assert_eq!(late.refused(), refused(429, "too_many_attempts"));
        assert!(late.header("retry-after").is_some());
    }
    let told = server.mails("ada").await;
    assert_eq!(told.len(), mails + 1, "the owner is told once");
    assert!(told.last().unwrap().mail.subject.contains("tries to sign in"));
    // The pause doubles, whatever else is swept away meanwhile, and the owner is told once a day.
    for pause in [15_000, 30_000, 60_000] {
        server.advance(pause - 1);
        assert_eq!(attacker.types(&attempt, "aaaa-bbbb").await.status, 429, "{pause}");
        server.advance(1);
        let judged = attacker.types(&attempt, "aaaa-bbbb").await;
        assert_eq!(judged.refused(), refused(400, "INVALID_CODE"), "{pause}");
    }
    assert_eq!(server.mails("ada").await.len(), mails + 1);
    server.advance(120_000);
    let browser = server.browser();
    let attempt = half_way(&browser).await;
    browser.types(&attempt, &authenticator.code(now(&server))).await.ok();
}

#[tokio::test]
async fn e04_a_browser_on_which_the_account_was_is_kept_out_by_nobody_elses_wrong_tries() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("bob").await;
    let ada = browser.copied();
    ada.signs_up(&server, "ada").await;
    let authenticator = ada.adds_authenticator(&server).await;
    server.advance(STEP_MS * 2);
    let signed_out = ada.sign_in_of("ada").await;
    ada.post("/session/sign-out", json!({ "sign_in_id": signed_out })).await.ok();
    for n in 0..12 {
        let attacker = server.browser();
        let attempt = half_way(&attacker).await;
        attacker.types(&attempt, &wrong(&authenticator.code(now(&server)), n + 1)).await;
    }
    let stranger = server.browser();
    let attempt = half_way(&stranger).await;
    assert_eq!(stranger.types(&attempt, "000000").await.status, 429);
    for _ in 0..12 {
        server.browser().sign_in("ada", "wrong password here").await;
    }
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 429);
    let attempt = half_way(&ada).await;
    ada.types(&attempt, &authenticator.code(now(&server))).await.ok();
    assert_eq!(ada.accounts().await, ["bob", "ada*"]);
}

#[tokio::test]
async fn e09_where_second_factors_are_enforced_one_is_set_up_before_there_is_a_sign_in() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let enforce = |config: &mut Config| {
        config.deployments[0].auth.second_factor.policy = SecondFactorPolicy::Enforced;
    };
    let server = server.restart_with(enforce).await;
    let browser = server.browser();
    server.advance(HOUR);
    for strategy in ["plain_email", "email_otp", "magic_link"] {
        let browser = server.browser();
        if strategy == "plain_email" {
            half_way(&browser).await;
        } else {
            let attempt = browser.begins_by_mail(strategy, "ada").await;
            browser.asks_to_sign_in(&attempt, strategy).await.ok();
            browser.types(&attempt, &server.code("ada").await).await.ok();
        }
        assert_eq!(browser.attempt().await["current_step"], "add_second_factor", "{strategy}");
        assert_eq!(browser.accounts().await, Vec::<String>::new());
        server.advance(HOUR);
    }
    let attempt = half_way(&browser).await;
    let early = browser.post("/auth/attempt-verification", two(&attempt, ["123456", "654321"])).await;
    assert_eq!(early.refused(), refused(400, "INVALID_CODE"), "nothing is set up yet");
    let shown = browser.asks_to_sign_in(&attempt, "authenticator").await.ok();
    assert!(shown["otp_url"].as_str().unwrap().starts_with("otpauth://totp/"));
    let secret = shown["totp_secret"].as_str().unwrap().to_owned();
    let authenticator = Authenticator { id: String::new(), secret };
    // Of another attempt it is none, although it is the same account's.
    let other = server.browser();
    let theirs = half_way(&other).await;
    let codes = [authenticator.code(now(&server)), authenticator.code(now(&server) + STEP_MS)];
    let crossed = other.post("/auth/attempt-verification", two(&theirs, [&codes[0], &codes[1]])).await;
    assert_eq!(crossed.refused(), refused(400, "INVALID_CODE"));
    let session =
        browser.post("/auth/attempt-verification", two(&attempt, [&codes[0], &codes[1]])).await.ok();
    assert_eq!(session["active_signin"]["user"]["authenticators"].as_array().unwrap().len(), 1);
    // Who waits to set one up waits for what nobody asks any more.
    let over = other.asks_to_sign_in(&theirs, "authenticator").await;
    assert_eq!(over.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    assert_eq!(other.attempt().await, Value::Null);
    server.advance(HOUR);
    let attempt = half_way(&other).await;
    other.types(&attempt, &authenticator.code(now(&server))).await.ok();
}

fn two(attempt: &str, codes: [&str; 2]) -> Value {
    json!({ "attempt_identifier": attempt, "identifier_type": "signin", "codes": codes })
}

#[tokio::test]
async fn who_may_choose_is_asked_as_it_chose_and_a_place_asks_whatever_the_deployment_says() {
    let server = Keyrack::start_with(|site| site.auth.second_factor.policy = SecondFactorPolicy::None).await;
    let ada = server.signed_up("ada").await;
    ada.adds_authenticator(&server).await;
    server.browser().sign_in("ada", PASSWORD).await.ok()["active_signin"]["id"].as_str().unwrap();
    let set = async |policy: Option<&'static str>| {
        let deployment = server.app.sites[0].config.id.clone();
        let done = server.app.db.write(move |tx| {
            tx.execute(
                "update users set second_factor_policy = $2 where deployment_id = $1",
                params![&deployment, policy],
            )
        });
        done.await.unwrap();
    };
    set(Some("optional")).await;
    half_way(&server.browser()).await;
    set(None).await;
    let acme = ada.founds("Acme").await;
    let asks = json!({ "enforce_mfa": true });
    ada.post(&format!("/organizations/{acme}/update"), asks).await.ok();
    half_way(&server.browser()).await;
}

#[tokio::test]
async fn an_attempt_ends_with_the_password_that_it_began_with() {
    let (server, _, authenticator) = with_factor().await;
    let browser = server.browser();
    let attempt = half_way(&browser).await;
    let deployment = server.app.sites[0].config.id.clone();
    let set = "update users set password_hash = 'another' where deployment_id = $1";
    server.app.db.write(move |tx| tx.execute(set, params![&deployment])).await.unwrap();
    let late = browser.types(&attempt, &authenticator.code(now(&server))).await;
    assert_eq!(late.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    assert_eq!(browser.attempt().await, Value::Null);
}
