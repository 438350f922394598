//! Signing programs in by a code, as those see it who want to get at somebody else's account.

use crate::device::{begins, polls, posts, session_of, types};
use crate::support::{Keyrack, Operator, PASSWORD};
use keyrack_server::config::Mode;
use serde_json::{Value, json};

#[tokio::test]
async fn b01_what_a_program_asks_with_signs_it_in_once_also_when_two_ask_at_once() {
    let server = Keyrack::start_with(|deployment| deployment.max_sessions_per_account = 50).await;
    let ada = server.signed_up("ada").await;
    for _ in 0..10 {
        let waiting = begins(&server).await;
        types(&ada, "/device/confirm", &waiting.user_code).await.ok();
        let (one, other) =
            tokio::join!(polls(&server, &waiting.device_code), polls(&server, &waiting.device_code));
        let handed = [&one, &other].into_iter().filter(|reply| reply.status == 200).count();
        assert_eq!(handed, 1, "{} {}", one.text, other.text);
        let again = polls(&server, &waiting.device_code).await;
        assert_eq!(again.refused(), (400, "expired_token".to_owned()));
    }
}

#[tokio::test]
async fn b03_the_code_that_is_shown_signs_nobody_in_and_neither_works_elsewhere() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (waiting, other) = (begins(&server).await, begins(&server).await);
    types(&ada, "/device/confirm", &waiting.user_code).await.ok();
    let (id, secret) = waiting.device_code.split_once('.').unwrap();
    let (other_id, other_secret) = other.device_code.split_once('.').unwrap();
    for wrong in [
        waiting.user_code.clone(),
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{other_secret}"),
        format!("{other_id}.{secret}"),
        format!("{id}.{}", &secret[1..]),
        secret.to_owned(),
        String::from("x"),
    ] {
        assert_eq!(polls(&server, &wrong).await.refused(), (400, "expired_token".to_owned()), "{wrong}");
    }
    // What the program asks with is no code to type, no reset, no invitation; nothing used it up meanwhile.
    assert_eq!(
        types(&ada, "/device/confirm", &waiting.device_code).await.refused().1,
        "device_code_not_found"
    );
    let reset = json!({ "token": waiting.device_code, "password": PASSWORD });
    assert_eq!(ada.post("/auth/reset-password", reset).await.status / 100, 4);
    polls(&server, &waiting.device_code).await.ok();
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_by_account_and_by_address() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let waiting = begins(&server).await;
    // The right code is no guess: it may be looked at as often as somebody likes.
    for _ in 0..20 {
        types(&bob, "/device/look", &waiting.user_code).await.ok();
    }
    let wrong = if waiting.user_code == "BCDF-GHJK" { "BCDF-GHJL" } else { "BCDF-GHJK" };
    for _ in 0..10 {
        assert_eq!(types(&ada, "/device/look", wrong).await.refused().1, "device_code_not_found");
    }
    let refused = types(&ada, "/device/look", &waiting.user_code).await;
    assert_eq!(refused.refused(), (429, "too_many_attempts".to_owned()));
    assert!(refused.header("retry-after").is_some());
    // Another account at the same address guesses no further.
    assert_eq!(types(&bob, "/device/confirm", &waiting.user_code).await.refused().0, 429);
    server.advance(15_000);
    types(&ada, "/device/look", &waiting.user_code).await.ok();
}

#[tokio::test]
async fn only_somebody_who_is_signed_in_may_try_a_code_and_only_from_our_own_pages() {
    let server = Keyrack::production().await;
    let ada = server.signed_up("ada").await;
    let waiting = begins(&server).await;
    let port = server.base.rsplit(':').next().unwrap();
    for path in ["/device/look", "/device/confirm", "/device/deny"] {
        assert_eq!(types(&server.browser(), path, &waiting.user_code).await.refused().1, "signed_out");
        // A page of somebody else's, in the browser in which Ada is signed in.
        let forged = crate::support::client()
            .post(format!("{}{path}", server.base))
            .header("origin", "https://evil.example")
            .header("cookie", format!("keyrack_dev_{port}={}", ada.credential().unwrap()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("user_code={}", waiting.user_code));
        assert_eq!(forged.send().await.unwrap().status(), 403, "{path}");
    }
    assert_eq!(polls(&server, &waiting.device_code).await.refused().1, "authorization_pending");
}

#[tokio::test]
async fn j13_nobody_is_let_in_after_the_account_is_disabled_or_who_said_yes_is_signed_out() {
    for disables in [true, false] {
        let server = Keyrack::start().await;
        let ada = server.signed_up("ada").await;
        let waiting = begins(&server).await;
        types(&ada, "/device/confirm", &waiting.user_code).await.ok();
        if disables {
            Operator(&server).post("/users/ada@example.com/disable").await.ok();
        } else {
            ada.post("/session/sign-out", json!({})).await.ok();
        }
        let reply = polls(&server, &waiting.device_code).await;
        assert_eq!((reply.refused().0, reply.headers.get("x-keyrack-session")), (403, None));
        if disables {
            Operator(&server).post("/users/ada@example.com/enable").await.ok();
        }
        server.advance(5_000);
        let later = polls(&server, &waiting.device_code).await;
        assert!([400, 403].contains(&later.status), "{}", later.text);
    }
}

#[tokio::test]
async fn a_program_that_somebody_was_talked_into_letting_in_cannot_take_the_account() {
    let server = Keyrack::start_with(|deployment| deployment.mode = Mode::Production).await;
    let ada = server.signed_up("ada").await;
    let waiting = begins(&server).await;
    types(&ada, "/device/confirm", &waiting.user_code).await.ok();
    let rack = polls(&server, &waiting.device_code).await.header("x-keyrack-session").unwrap().to_owned();
    for (path, body) in [
        ("/me/update-password", json!({ "new_password": "something else entirely 5" })),
        ("/me/passkeys/register/begin", json!({})),
        ("/me/authenticator", json!({})),
        ("/me/signins/signout-others", json!({})),
    ] {
        let request = crate::native::program(&server, reqwest::Method::POST, path, &rack).json(&body);
        let reply = crate::support::Reply::read(request.send().await.unwrap()).await;
        assert_eq!(reply.refused(), (403, "reauthentication_required".to_owned()), "{path}");
    }
    assert_eq!(session_of(&server, &rack).await["active_signin"]["user"]["email_address"], "ada@example.com");
    ada.session().await["active_signin"]["id"].as_str().unwrap();
}

#[tokio::test]
async fn n07_what_is_decided_about_a_program_is_on_record_once() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (yes, no) = (begins(&server).await, begins(&server).await);
    types(&ada, "/device/confirm", &yes.user_code).await.ok();
    types(&ada, "/device/deny", &no.user_code).await.ok();
    types(&ada, "/device/look", "BCDF-GHJK").await;
    for sql in [
        "select count(*) from audit where deployment_id = $1 and user_id <> '' and event = 'device_confirmed'",
        "select count(*) from audit where deployment_id = $1 and user_id <> '' and event = 'device_denied'",
        "select count(*) from audit where deployment_id = $1 and user_id <> '' and event = 'device_code_refused'
             and result = 'refused'",
    ] {
        assert_eq!(server.count(sql).await, 1, "{sql}");
    }
}

#[tokio::test]
async fn programs_that_ask_without_end_are_refused_for_a_while() {
    let server = Keyrack::start().await;
    for _ in 0..100 {
        posts(&server, "/device/begin", json!({ "program": "x" })).await.ok();
    }
    let refused = posts(&server, "/device/begin", json!({ "program": "x" })).await;
    assert_eq!(refused.refused(), (429, "too_many_attempts".to_owned()));
    server.advance(3_600_000);
    assert_ne!(
        posts(&server, "/device/begin", json!({ "program": "x" })).await.ok()["user_code"],
        Value::Null
    );
}

#[tokio::test]
async fn b07_whoever_acts_as_somebody_else_lets_no_program_in_and_hands_nothing_over() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let jane = server.browser();
    jane.exchanges(&backend.ticket_to_act_as(&user).await).await.ok();
    let waiting = begins(&server).await;
    for reply in [
        types(&jane, "/device/confirm", &waiting.user_code).await,
        types(&jane, "/device/deny", &waiting.user_code).await,
        crate::handover::hands_over(&jane, "http://127.0.0.1:5/x").await,
    ] {
        assert_eq!(reply.refused(), (403, "impersonation_forbidden".to_owned()));
    }
    assert_eq!(polls(&server, &waiting.device_code).await.refused().1, "authorization_pending");
    let recorded = "select count(*) from audit where deployment_id = $1 and event = 'impersonation_refused'";
    assert_eq!(server.count(recorded).await, 3);
}
