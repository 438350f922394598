//! Attacks on second factors (area E), over the API.

use crate::support::{Authenticator, Browser, Keyrack, PASSWORD, STEP_MS, other_than, refused};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const WRONG: [&str; 2] = ["ZZZZ-ZZZZ", "zzzz zzzy"];

/// Somebody's password is typed; the attempt that asks for a second factor.
async fn begins(browser: &Browser, name: &str) -> String {
    let session = browser.sign_in(name, PASSWORD).await.ok();
    let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap();
    assert_eq!(attempt["current_step"], "verify_second_factor");
    attempt["id"].as_str().unwrap().to_owned()
}

/// Ada with an authenticator and backup codes, on a browser of hers.
async fn with_factors(server: &Keyrack) -> (Browser, Authenticator, Vec<String>) {
    let ada = server.signed_up("ada").await;
    let (authenticator, codes) = (ada.adds_authenticator(server).await, ada.makes_backup_codes().await);
    server.advance(3 * STEP_MS);
    (ada, authenticator, codes)
}

fn shown(server: &Keyrack, authenticator: &Authenticator) -> String {
    authenticator.code(server.app.world.clock.now_ms())
}

#[tokio::test]
async fn e01_a_code_that_signed_in_signs_nobody_in_again_after_a_sign_out_or_a_restart() {
    let server = Keyrack::start().await;
    let (_, authenticator, _) = with_factors(&server).await;
    let browser = server.browser();
    let code = shown(&server, &authenticator);
    let attempt = begins(&browser, "ada").await;
    let session = browser.types(&attempt, &code).await.ok();
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    browser.post("/session/sign-out", json!({})).await.ok();
    let thief = server.browser();
    let attempt = begins(&thief, "ada").await;
    assert_eq!(thief.types(&attempt, &code).await.refused(), refused(400, "INVALID_CODE"));
    let server = server.restart().await;
    let thief = thief.copied_to(&server);
    server.advance(STEP_MS);
    assert_eq!(thief.types(&attempt, &code).await.refused(), refused(400, "INVALID_CODE"));
    thief.types(&attempt, &shown(&server, &authenticator)).await.ok();
}

#[tokio::test]
async fn e04_guesses_are_counted_for_the_account_over_all_attempts_and_kinds_and_its_owner_is_told() {
    let server = Keyrack::start().await;
    let (ada, authenticator, codes) = with_factors(&server).await;
    let mails = server.mails("ada").await.len();
    let right = shown(&server, &authenticator);
    for n in 0..10_u32 {
        let thief = server.browser();
        let attempt = begins(&thief, "ada").await;
        let guess =
            if n % 2 == 0 { other_than(&right, 7 + n) } else { WRONG[(n as usize / 2) % 2].to_owned() };
        assert_eq!(thief.types(&attempt, &guess).await.refused(), refused(400, "INVALID_CODE"), "{n}");
    }
    assert_eq!(server.mails("ada").await.len(), mails + 1, "the owner is told once");
    // From now on nothing is judged, not even what is right, in whatever attempt.
    let thief = server.browser();
    let attempt = begins(&thief, "ada").await;
    for guess in [&right, &codes[0], &other_than(&right, 1)] {
        let reply = thief.types(&attempt, guess).await;
        assert_eq!(reply.refused(), refused(429, "too_many_attempts"));
        assert!(reply.header("retry-after").is_some());
    }
    // A browser on which she was signed in has tries of its own: nobody locks her out there.
    ada.signs_up(&server, "bob").await;
    let hers = json!({ "sign_in_id": ada.sign_in_of("ada").await });
    ada.post("/session/sign-out", hers).await.ok();
    let attempt = begins(&ada, "ada").await;
    ada.types(&attempt, &right).await.ok();
    assert_eq!(ada.accounts().await, ["bob", "ada*"]);
    server.advance(HOUR);
    let attempt = begins(&thief, "ada").await;
    thief.types(&attempt, &codes[0]).await.ok();
}

#[tokio::test]
async fn e06_a_backup_code_signs_in_once_however_it_is_typed_and_a_thousand_guesses_are_not_judged() {
    let server = Keyrack::start().await;
    let (ada, _, codes) = with_factors(&server).await;
    let user = ada.user_id().await;
    let mails = server.mails("ada").await.len();
    for (code, left) in [(codes[0].clone(), 11), (codes[1].to_lowercase().replace('-', ""), 10)] {
        let browser = server.browser();
        let attempt = begins(&browser, "ada").await;
        browser.types(&attempt, &code).await.ok();
        assert_eq!(server.backup_codes_left(&user).await, (left, left));
        let again = server.browser();
        let attempt = begins(&again, "ada").await;
        assert_eq!(again.types(&attempt, &code).await.refused(), refused(400, "INVALID_CODE"));
    }
    let told = server.mails("ada").await;
    let texts: Vec<&str> = told[mails..].iter().map(|it| it.mail.text.as_str()).collect();
    assert!(texts.len() == 2 && texts[0].contains("11 left") && texts[1].contains("10 left"), "{texts:?}");
    guesses(&server).await;
    assert_eq!(server.backup_codes_left(&user).await, (10, 10));
}

/// A thousand guesses at backup codes: ten are judged.
async fn guesses(server: &Keyrack) {
    let thief = server.browser();
    let attempt = begins(&thief, "ada").await;
    let mut judged = 0;
    for n in 0..1000 {
        let guess = format!("ZZZZ-{n:04}");
        let reply = thief.types(&attempt, &guess).await;
        match reply.status {
            400 => judged += 1,
            status => assert_eq!(status, 429),
        }
    }
    assert!(judged <= 10, "{judged}");
}

#[tokio::test]
async fn e07_a_password_alone_opens_nothing_but_the_attempt() {
    let server = Keyrack::start().await;
    let (ada, ..) = with_factors(&server).await;
    ada.founds("Acme").await;
    let (user, sign_in) = (ada.user_id().await, ada.sign_in_id().await);
    let thief = server.browser();
    let reply = thief.sign_in("ada", PASSWORD).await;
    let session = reply.ok();
    assert_eq!((&session["active_signin"], &session["signins"]), (&Value::Null, &json!([])));
    let attempt = &session["signin_attempts"][0];
    assert_eq!(attempt["available_2fa_methods"], json!(["authenticator", "backup_code"]));
    assert_eq!(
        (&attempt["completed"], &attempt["second_method_authenticated"]),
        (&json!(false), &json!(false))
    );
    for secret in ["Test", "Acme", "aut_", "sin_", "eml_"] {
        assert!(!reply.text.contains(secret), "{secret} in {}", reply.text);
    }
    assert!(!thief.credential().unwrap().contains("sin_"));
    for path in ["/session/token", "/me", "/me/organization-memberships", "/notifications"] {
        assert_eq!(thief.get(path).await.refused(), refused(401, "signed_out"), "{path}");
    }
    for (path, body) in [
        ("/session/switch-sign-in", json!({ "sign_in_id": sign_in })),
        ("/organizations", json!({ "name": "Mine" })),
        ("/me/authenticator", json!({})),
        ("/me/backup-codes", json!({})),
    ] {
        let reply = thief.post(path, body).await;
        assert!([401, 404].contains(&reply.status), "{path}: {}", reply.text);
    }
    assert_eq!(ada.user_id().await, user);
    assert_eq!(ada.accounts().await, ["ada*"]);
}

/// Proves a first factor of `name`@example.com in one of the ways; the session after it.
async fn proves_first(server: &Keyrack, browser: &Browser, (way, name): (&str, &str)) -> Value {
    if way == "password" {
        return browser.sign_in(name, PASSWORD).await.ok();
    }
    let attempt = browser.begins_by_mail(way, name).await;
    browser.asks_to_sign_in(&attempt, way).await.ok();
    let mail = server.mails(name).await.pop().unwrap().mail;
    let Some(link) = mail.link else { return browser.types(&attempt, &mail.code.unwrap()).await.ok() };
    let link = url::Url::parse(&link).unwrap();
    let token = link.query_pairs().find(|(key, _)| key == "token").unwrap().1.into_owned();
    browser.post("/auth/verify-magic-link", json!({ "attempt": attempt, "token": token })).await.ok()
}

#[tokio::test]
async fn e09_no_first_factor_signs_in_where_a_second_is_enforced() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.signed_up("bob").await.adds_authenticator(&server).await;
    let enforce = |config: &mut keyrack_server::config::Config| {
        config.deployments[0].auth.second_factor.policy =
            keyrack_server::config::SecondFactorPolicy::Enforced;
    };
    let server = server.restart_with(enforce).await;
    for way in ["password", "email_otp", "magic_link"] {
        for (name, step) in [("ada", "add_second_factor"), ("bob", "verify_second_factor")] {
            server.advance(60_000);
            let browser = server.browser();
            let session = proves_first(&server, &browser, (way, name)).await;
            let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap();
            assert_eq!(attempt["current_step"], step, "{way} of {name}");
            assert_eq!((&session["signins"], &attempt["completed"]), (&json!([]), &json!(false)));
            assert_eq!(browser.get("/session/token").await.refused(), refused(401, "signed_out"));
        }
    }
}
