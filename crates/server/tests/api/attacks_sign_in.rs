//! Attacks on sign-ins that begin with something that is mailed (areas A, D, O): guessing, crossing, replaying, planting,
//! and an account that goes while somebody signs in.

use crate::support::{Browser, Keyrack, other_than, refused, typed_form};
use futures_util::future::join_all;
use keyrack_server::db::Tx;
use keyrack_server::error::Result;
use keyrack_server::params;
use reqwest::Method;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// A server on which attempts and codes live long enough to be guessed at for hours, and where ada has an account.
async fn patient() -> Keyrack {
    let server = Keyrack::start_with(|deployment| {
        (deployment.lifetimes.attempt_ms, deployment.lifetimes.code_ms) = (24 * HOUR, 24 * HOUR);
    })
    .await;
    server.signed_up("ada").await;
    server.advance(HOUR);
    server
}

/// Begins a sign-in by a mailed code; the attempt and its code.
async fn with_code(server: &Keyrack, browser: &Browser, name: &str) -> (String, String) {
    let attempt = browser.begins_by_mail("email_otp", name).await;
    browser.asks_to_sign_in(&attempt, "email_otp").await.ok();
    let code = server.code(name).await;
    (attempt, code)
}

/// Guesses wrongly four times; how many of the guesses were judged at all.
async fn four_guesses(browser: &Browser, attempt: &str, code: &str) -> usize {
    let mut judged = 0;
    for step in 1..=4 {
        match browser.types(attempt, &other_than(code, step)).await.refused() {
            (400, why) if why == "INVALID_CODE" => judged += 1,
            (429, why) if why == "too_many_attempts" => {}
            other => panic!("{other:?}"),
        }
    }
    judged
}

#[tokio::test]
async fn d01_a_code_to_sign_in_dies_of_five_wrong_guesses() {
    let server = patient().await;
    for strategy in ["email_otp", "magic_link"] {
        let browser = server.browser();
        let attempt = browser.begins_by_mail(strategy, "ada").await;
        browser.asks_to_sign_in(&attempt, strategy).await.ok();
        let code = server.code("ada").await;
        for step in 1..=5 {
            let answer = browser.types(&attempt, &other_than(&code, step)).await.refused();
            assert_eq!(answer, refused(400, "INVALID_CODE"));
        }
        assert_eq!(browser.types(&attempt, &code).await.refused(), refused(400, "INVALID_CODE"));
        assert!(browser.attempt().await["current_step"].as_str().unwrap().starts_with("verify_email"));
        server.advance(HOUR);
        browser.asks_to_sign_in(&attempt, strategy).await.ok();
        browser.types(&attempt, &server.code("ada").await).await.ok();
    }
}

#[tokio::test]
async fn d03_many_sign_ins_of_one_address_share_its_budget_of_guesses_and_of_codes() {
    let server = patient().await;
    let mailed = server.mails("ada").await.len();
    let mut judged = 0;
    for _ in 0..50 {
        let browser = server.browser();
        let attempt = browser.begins_by_mail("email_otp", "ada").await;
        for _ in 0..2 {
            browser.asks_to_sign_in(&attempt, "email_otp").await.ok();
            judged += four_guesses(&browser, &attempt, &server.code("ada").await).await;
            server.advance(31_000);
        }
    }
    // Ten, and those that the doubling pauses of fifty minutes leave.
    assert_eq!(judged, 17);
    assert!(server.mails("ada").await.len() <= mailed + 5);
    server.advance(HOUR);
    server.browser().signs_in_by_code(&server, "ada").await;
}

#[tokio::test]
async fn d04_a_code_fits_no_other_attempt_purpose_or_person() {
    let server = patient().await;
    server.signed_up("bob").await;
    server.advance(HOUR);
    let browser = server.browser();
    let (first, first_code) = with_code(&server, &browser, "ada").await;
    server.advance(60_000);
    let (second, second_code) = with_code(&server, &browser, "ada").await;
    let (of_bob, bobs_code) = with_code(&server, &browser, "bob").await;
    let sign_up = browser.begins_sign_up("carol").await;
    browser.asks_for_code(&sign_up).await.ok();
    let sign_up_code = server.code("carol").await;
    let wrong = refused(400, "INVALID_CODE");
    for code in [&second_code, &bobs_code, &sign_up_code] {
        assert_ne!(*code, first_code);
        assert_eq!(browser.types(&first, code).await.refused(), wrong);
    }
    assert_eq!(browser.types(&second, &first_code).await.refused(), wrong);
    assert_eq!(browser.types(&of_bob, &first_code).await.refused(), wrong);
    assert_eq!(browser.enters_code(&sign_up, &first_code).await.refused(), wrong);
    assert_eq!(
        server.browser().sign_in("ada", &first_code).await.refused(),
        refused(401, "INVALID_CREDENTIALS")
    );
    // Each was a guess, and the owner goes on.
    browser.types(&first, &first_code).await.ok();
    browser.types(&of_bob, &bobs_code).await.ok();
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
}

#[tokio::test]
async fn d05_a_code_that_signed_in_is_used_everywhere_and_after_a_restart() {
    let server = patient().await;
    let browser = server.browser();
    let (attempt, code) = with_code(&server, &browser, "ada").await;
    let earlier = browser.copied();
    browser.types(&attempt, &code).await.ok();
    let replays = async |server: &Keyrack| {
        for tab in [&browser, &earlier] {
            let request = tab.request(Method::POST, "/auth/attempt-verification");
            let replay = tab.send_and_lose(request.json(&typed_form(&attempt, &code))).await;
            assert_eq!(replay.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
        }
        server.advance(60_000);
        let stranger = server.browser();
        let (fresh, _) = with_code(server, &stranger, "ada").await;
        assert_eq!(stranger.types(&fresh, &code).await.refused(), refused(400, "INVALID_CODE"));
    };
    replays(&server).await;
    let server = server.restart().await;
    let (browser, earlier) = (browser.copied_to(&server), earlier.copied_to(&server));
    for tab in [&browser, &earlier] {
        let request = tab.request(Method::POST, "/auth/attempt-verification");
        let replay = tab.send_and_lose(request.json(&typed_form(&attempt, &code))).await;
        assert_eq!(replay.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    }
}

#[tokio::test]
async fn d05_one_code_typed_twice_at_once_signs_in_once() {
    let server = patient().await;
    for round in 0..50 {
        let browser = server.browser();
        let (attempt, code) = with_code(&server, &browser, "ada").await;
        let tabs = [browser.copied(), browser.copied()];
        let replies = join_all(tabs.iter().map(|tab| tab.types(&attempt, &code))).await;
        let won = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(won, 1, "round {round}: {:?}", replies.iter().map(|r| &r.text).collect::<Vec<_>>());
        let made = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'mail'";
        assert_eq!(server.count(made).await, round + 1);
        server.advance(HOUR);
    }
}

#[tokio::test]
async fn d13_what_is_no_code_is_refused_and_spends_no_right_one() {
    let server = patient().await;
    let browser = server.browser();
    let (attempt, code) = with_code(&server, &browser, "ada").await;
    let wide: String =
        code.chars().map(|digit| char::from_u32(digit as u32 - 48 + 0xff10).unwrap()).collect();
    let number = code.parse::<u32>().unwrap();
    for odd in [
        json!(number),
        json!([code]),
        json!({ "code": code }),
        json!(true),
        Value::Null,
        json!(""),
        json!(" "),
        json!(format!(" {code}")),
        json!(format!("{code} ")),
        json!(format!("0{code}")),
        json!(wide),
        json!("1".repeat(1_000_000)),
    ] {
        let mut form = typed_form(&attempt, "");
        form["verification_code"] = odd.clone();
        let reply = browser.post("/auth/attempt-verification", form).await;
        assert!((400..500).contains(&reply.status), "{odd}: {}", reply.text);
    }
    let mut without = typed_form(&attempt, "");
    without.as_object_mut().unwrap().remove("verification_code");
    assert_eq!(browser.post("/auth/attempt-verification", without).await.refused().1, "CODE_REQUIRED");
    browser.types(&attempt, &code).await.ok();
}

#[tokio::test]
async fn d13_no_text_fits_an_attempt_that_was_sent_nothing() {
    let server = patient().await;
    let browser = server.browser();
    for strategy in ["email_otp", "magic_link"] {
        let attempt = browser.begins_by_mail(strategy, "ada").await;
        for typed in ["null", "000000", "undefined0", "0"] {
            assert_eq!(browser.types(&attempt, typed).await.refused(), refused(400, "INVALID_CODE"));
        }
    }
}

#[tokio::test]
async fn a01_a_credential_planted_before_a_code_or_a_link_opens_nothing_after_it() {
    let server = patient().await;
    for strategy in ["email_otp", "magic_link"] {
        let attacker = server.browser();
        attacker.begins_sign_up("mallory").await;
        let victim = attacker.copied();
        let attempt = victim.begins_by_mail(strategy, "ada").await;
        let half_way = victim.copied();
        victim.asks_to_sign_in(&attempt, strategy).await.ok();
        victim.types(&attempt, &server.code("ada").await).await.ok();
        assert_eq!(victim.accounts().await, ["ada*"]);
        for planted in [&attacker, &half_way] {
            assert_eq!(planted.accounts().await, Vec::<String>::new(), "{strategy}");
            assert_eq!(planted.get("/session/token").await.status, 401);
        }
        assert_eq!(attacker.attempt().await, Value::Null);
        server.advance(HOUR);
    }
}

/// Does something to ada's account.
async fn to_ada(server: &Keyrack, sql: &'static str) {
    let deployment = server.app.sites[0].config.id.clone();
    let done =
        server.app.db.write(move |tx: &mut Tx<'_>| -> Result<u64> { tx.execute(sql, params![&deployment]) });
    assert_eq!(done.await.unwrap(), 1);
}

#[tokio::test]
async fn o05_who_is_disabled_between_two_steps_is_not_signed_in() {
    const OFF: &str = "update users set disabled_at = 1 where deployment_id = $1";
    const ON: &str = "update users set disabled_at = null where deployment_id = $1";
    let server = patient().await;
    for strategy in ["email_otp", "magic_link"] {
        // Before anything was sent, and before what was sent is typed.
        for early in [true, false] {
            let browser = server.browser();
            let attempt = browser.begins_by_mail(strategy, "ada").await;
            if early {
                to_ada(&server, OFF).await;
            }
            browser.asks_to_sign_in(&attempt, strategy).await.ok();
            let code = server.code("ada").await;
            if !early {
                to_ada(&server, OFF).await;
            }
            let wrong = browser.types(&attempt, &other_than(&code, 1)).await;
            assert_eq!(wrong.refused(), refused(400, "INVALID_CODE"), "nothing is told without the code");
            assert_eq!(browser.types(&attempt, &code).await.refused(), refused(403, "USER_DISABLED"));
            assert_eq!(browser.types(&attempt, &code).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
            assert_eq!(browser.accounts().await, Vec::<String>::new());
            to_ada(&server, ON).await;
            assert_eq!(browser.types(&attempt, &code).await.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
            server.advance(HOUR);
        }
    }
}

#[tokio::test]
async fn d12_asking_five_hundred_times_mails_five_codes_in_an_hour_and_is_answered_alike() {
    let server = patient().await;
    let mailed = server.mails("ada").await.len();
    let browser = server.browser();
    let mut attempts = Vec::new();
    for _ in 0..7 {
        attempts.push(browser.begins_by_mail("email_otp", "ada").await);
    }
    let first = browser.asks_to_sign_in(&attempts[0], "email_otp").await;
    for n in 0..500 {
        if n % 70 == 0 {
            server.advance(60_000);
        }
        let again = browser.asks_to_sign_in(&attempts[n % attempts.len()], "email_otp").await;
        assert_eq!(again.ok(), first.ok());
    }
    assert_eq!(server.mails("ada").await.len(), mailed + 5);
    let foreign = server.browser().asks_to_sign_in(&attempts[0], "email_otp").await;
    assert_eq!(foreign.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
}
