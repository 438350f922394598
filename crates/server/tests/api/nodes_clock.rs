//! Clocks that are wrong: one that is set back and forth under load (P11), nodes that do not agree (P12).

use crate::support::{Keyrack, PASSWORD, Running, claims};
use futures_util::future::join_all;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};

const HOUR: i64 = 3_600_000;
const YEARS: i64 = 10 * 365 * 24 * HOUR;

/// Reads, mints, switches, signs in and up, until it is told to stop; nothing may be a fault of the server.
async fn bustles(server: &Keyrack, name: &str, stop: &AtomicBool) {
    let browser = server.signed_in(name).await;
    let mut round = 0;
    while !stop.load(Ordering::SeqCst) {
        round += 1;
        let answers = [
            browser.get("/session").await,
            browser.get("/session/token").await,
            browser.get("/me").await,
            browser.sign_in(name, if round % 5 == 0 { "wrong" } else { PASSWORD }).await,
            browser
                .post(
                    "/auth/signup",
                    json!({ "email": format!("{name}{round}@example.com"),
                "password": PASSWORD, "first_name": "a", "last_name": "b" }),
                )
                .await,
            browser.post("/session/switch-sign-in", json!({ "sign_in_id": "sin_x" })).await,
        ];
        for answer in answers {
            assert!(answer.status < 500, "{}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p11_a_clock_that_is_set_back_and_forth_under_load_revives_nothing_and_keeps_nobody_out() {
    let server = Keyrack::start_with(|deployment| deployment.lifetimes.attempt_ms = 24 * HOUR).await;
    let names = ["ada", "bob", "cyd"];
    for name in names.iter().chain(&["idle", "out"]) {
        server.signed_up(name).await;
    }
    let (idle, out) = (server.signed_in("idle").await, server.signed_in("out").await);
    let kept = out.copied();
    out.post("/session/sign-out", json!({})).await.ok();
    let late = server.browser();
    let attempt = late.begins_sign_up("late").await;
    late.asks_for_code(&attempt).await.ok();
    let code = server.code("late").await;
    let slow = server.browser();
    let slow_attempt = slow.begins_sign_up("slow").await;
    slow.asks_for_code(&slow_attempt).await.ok();
    let slow_code = server.code("slow").await;

    let stop = AtomicBool::new(false);
    let moving = async {
        // Guesses while the clock is wrong: what they leave must not be believed afterwards.
        for step in [HOUR, -HOUR, -HOUR, HOUR, YEARS, -YEARS] {
            server.advance(step);
            for _ in 0..3 {
                server.browser().sign_in("ada", "wrong").await;
                assert_eq!(kept.get("/session/token").await.status, 401);
            }
            // For an hour the code is over, and the attempt is not.
            assert_eq!(slow.enters_code(&slow_attempt, &slow_code).await.status, 400, "after {step} ms");
            if step == YEARS {
                assert_eq!(idle.session().await["id"], "");
                assert_eq!(late.enters_code(&attempt, &code).await.status, 400);
            }
        }
        stop.store(true, Ordering::SeqCst);
    };
    tokio::join!(moving, join_all(names.iter().map(|name| bustles(&server, name, &stop))));

    // It is the first hour again.
    assert_eq!(idle.session().await["id"], "", "a session that was over lives again");
    assert_eq!(kept.get("/session/token").await.status, 401);
    assert_eq!(late.enters_code(&attempt, &code).await.status, 400, "a code that was over lives again");
    server.advance(HOUR);
    for name in names {
        let browser = server.signed_in(name).await;
        let token = browser.get("/session/token").await.ok();
        let claims = claims(token["token"].as_str().unwrap());
        let now = server.app.world.clock.now_ms() / 1000;
        assert!((now - 1..=now + 600).contains(&claims["exp"].as_i64().unwrap()), "{claims}");
    }
}

#[tokio::test]
async fn p11_a_sign_in_that_was_made_while_the_clock_was_ahead_is_as_idle_as_others() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(YEARS);
    let browser = server.signed_in("ada").await;
    let attempt = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("bob").await;
    server.advance(-YEARS);
    assert_eq!(browser.enters_code(&attempt, &code).await.status, 400, "a code for ten years");
    assert_eq!(browser.accounts().await, ["ada*"]);
    // From its first use on it ends like any other: a week after the last one.
    assert_eq!(browser.session().await["active_signin"]["expires_at"], "2026-01-08T00:00:00.000Z");
    server.advance(7 * 24 * HOUR);
    assert_eq!(browser.accounts().await, [""; 0]);
}

#[tokio::test]
async fn p11_a_pause_that_was_begun_while_the_clock_was_ahead_is_over_when_it_is_right_again() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(YEARS);
    guesses(&server, "ada", 10).await;
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 429);
    server.advance(-YEARS);
    guesses(&server, "ada", 1).await;
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 429, "they are counted on");
    server.advance(30_000);
    server.browser().sign_in("ada", PASSWORD).await.ok();
}

#[tokio::test]
async fn p11_a_clock_that_was_set_is_told_to_the_operator() {
    let server = tokio::task::spawn_blocking(|| Running::dev_with("info", "--virtual-clock")).await.unwrap();
    server.browser().post("/dev/clock", json!({ "advance_ms": HOUR })).await;
    tokio::task::spawn_blocking(move || {
        let said = server.logs("the clock went ahead");
        let by: i64 =
            said.split("\"by_ms\":").nth(1).unwrap().split(['}', ',']).next().unwrap().parse().unwrap();
        assert!((HOUR - 5_000..=HOUR + 5_000).contains(&by), "{said}");
    })
    .await
    .unwrap();
}

/// Two nodes whose clocks are a minute apart; the first is ahead.
async fn apart() -> Option<[Keyrack; 2]> {
    let ahead = Keyrack::start().await;
    let behind = ahead.second_node().await?;
    ahead.advance(30_000);
    behind.advance(-30_000);
    Some([ahead, behind])
}

#[tokio::test]
async fn p12_what_one_node_hands_out_works_on_the_other_when_their_clocks_are_a_minute_apart() {
    let Some(nodes) = apart().await else { return };
    for (round, [one, other]) in
        [[0, 1], [1, 0]].map(|order| order.map(|n| &nodes[n])).into_iter().enumerate()
    {
        let name = format!("person{round}");
        let browser = one.browser();
        let attempt = browser.begins_sign_up(&name).await;
        browser.asks_for_code(&attempt).await.ok();
        let code = one.code(&name).await;
        let there = browser.copied_to(other);
        there.enters_code(&attempt, &code).await.ok();
        let here = there.copied_to(one);
        assert_eq!(here.accounts().await, [format!("{name}*")]);
        for tab in [&here, &there] {
            let minted = tab.get("/session/token").await.ok();
            let claims = claims(minted["token"].as_str().unwrap());
            let real = 1_767_225_600;
            let said = ["iat", "exp"].map(|claim| claims[claim].as_i64().unwrap() - real);
            assert!(said[0] <= 60 && said[1] > said[0], "{claims}");
        }
        // A code works once on both.
        assert_eq!(here.enters_code(&attempt, &code).await.status, 400);
    }
}

#[tokio::test]
async fn p12_what_was_ended_and_what_was_switched_last_is_decided_by_no_clock() {
    let Some(nodes) = apart().await else { return };
    for name in ["ada", "bob"] {
        nodes[0].signed_up(name).await;
    }
    for [one, other] in [[0, 1], [1, 0]].map(|order| order.map(|n| &nodes[n])) {
        let browser = one.signed_in("ada").await;
        let ada = browser.sign_in_of("ada").await;
        let bob = browser.also_signs_in("bob").await;
        let there = browser.copied_to(other);
        let mut revision = there.session().await["revision"].as_i64().unwrap();
        for round in 0..10 {
            let (tab, id) = if round % 2 == 0 { (&there, &ada) } else { (&browser, &bob) };
            let switched = tab.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
            assert_eq!(switched["revision"].as_i64(), Some(revision + 1));
            revision += 1;
            for tab in [&browser, &there] {
                assert_eq!(&tab.session().await["active_signin"]["id"], id);
                assert_eq!(&tab.get("/session/token").await.ok()["signin_id"], id);
            }
        }
        // Signed in by a clock that is ahead, out by one that is behind, and the other way round.
        there.post("/session/sign-out", json!({})).await.ok();
        for tab in [&browser, &there] {
            assert_eq!(tab.get("/session/token").await.status, 401);
            assert_eq!(tab.session().await["id"], "");
        }
    }
}

#[tokio::test]
async fn p12_who_was_switched_to_last_takes_over_whatever_the_clock_of_its_node_said() {
    let Some([ahead, behind]) = apart().await else { return };
    for name in ["ada", "bob", "cyd"] {
        ahead.signed_up(name).await;
    }
    let browser = ahead.signed_in("ada").await;
    let ada = browser.sign_in_of("ada").await;
    let bob = browser.also_signs_in("bob").await;
    browser.also_signs_in("cyd").await;
    let there = browser.copied_to(&behind);
    for id in [&ada, &bob] {
        there.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
    }
    there.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    assert_eq!(browser.accounts().await, ["ada*", "cyd"]);
}

#[tokio::test]
async fn p12_the_attempt_that_was_begun_last_is_listed_last_whatever_the_clock_of_its_node_says() {
    let Some([ahead, behind]) = apart().await else { return };
    let browser = ahead.signed_up("ada").await;
    let there = browser.copied_to(&behind);
    let attempts = there.session().await["signup_attempts"].as_array().unwrap().len();
    let begun = there.begins_sign_up("bob").await;
    let listed = there.session().await["signup_attempts"].clone();
    assert_eq!(listed.as_array().unwrap().len(), attempts + 1);
    assert_eq!(listed[attempts]["email"], "bob@example.com", "{listed}");
    assert_eq!(listed[attempts]["id"], begun.as_str());
}

/// Tries so many wrong passwords, which must all be judged.
async fn guesses(node: &Keyrack, name: &str, many: usize) {
    for _ in 0..many {
        assert_eq!(node.browser().sign_in(name, "wrong").await.status, 401);
    }
}

#[tokio::test]
async fn p12_clocks_that_differ_make_nobody_wait_who_need_not_and_forgive_no_guesses() {
    let Some([ahead, behind]) = apart().await else { return };
    for name in ["ada", "bob"] {
        ahead.signed_up(name).await;
    }
    let tries = async |node: &Keyrack, name: &str| {
        let answer = node.browser().sign_in(name, PASSWORD).await;
        (answer.status, answer.header("retry-after").map(str::to_owned))
    };
    // One wrong password is free, whichever node counted it.
    guesses(&ahead, "ada", 9).await;
    assert_eq!(tries(&behind, "ada").await.0, 200);
    // Ten are not, and the pause is told as what it is.
    guesses(&ahead, "bob", 5).await;
    guesses(&behind, "bob", 5).await;
    guesses(&ahead, "bob", 1).await;
    assert_eq!(tries(&behind, "bob").await, (429, Some("30".to_owned())));
    assert_eq!(tries(&ahead, "bob").await, (429, Some("30".to_owned())));
}
