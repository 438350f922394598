//! What happens between two steps of somebody else's flow (O05), and steps that are sent twice (O03).

use crate::support::{Browser, Keyrack, Operator, PASSWORD, Reply, sign_up_form};
use reqwest::Method;
use serde_json::json;

const HOUR: i64 = 3_600_000;
/// Sign-ins that live although their account does not.
const ORPHANS: &str = "select count(*) from sign_ins s join users u on u.id = s.user_id
    where s.deployment_id = $1 and s.ended_at is null and (u.deleted_at is not null or u.disabled_at is not null)";
const LIVE: &str = "select count(*) from sign_ins where deployment_id = $1 and ended_at is null";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Disable,
    Delete,
}

impl End {
    async fn happens(self, server: &Keyrack, name: &str) {
        let operator = Operator(server);
        let path = format!("/users/{name}@example.com");
        let decided = match self {
            Self::Disable => operator.post(&format!("{path}/disable")).await,
            Self::Delete => operator.ask(Method::DELETE, &path, json!({})).await,
        };
        decided.ok();
    }

    /// What a sign-in with the right password is told afterwards.
    fn refusal(self) -> (u16, String) {
        match self {
            Self::Disable => (403, "USER_DISABLED".to_owned()),
            Self::Delete => (401, "INVALID_CREDENTIALS".to_owned()),
        }
    }
}

/// That a browser, with whatever it was handed, is signed in with nothing.
async fn is_out(browser: &Browser) {
    assert_eq!(browser.get("/session/token").await.status, 401);
    assert_eq!(browser.accounts().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o05_an_account_that_ends_between_or_during_the_steps_of_a_sign_in_is_not_signed_in() {
    let server = Keyrack::start().await;
    server.signed_up("host").await;
    for round in 0..20 {
        let end = [End::Disable, End::Delete][round % 2];
        let name = format!("ada{round}");
        server.signed_up(&name).await.post("/session/sign-out", json!({})).await.ok();
        let (during, after, beside) = (server.browser(), server.browser(), server.signed_in("host").await);
        let identify = json!({ "identifier": format!("{name}@example.com") });
        after.post("/auth/identify", identify).await.ok();

        let (entered, ()) = tokio::join!(during.sign_in(&name, PASSWORD), end.happens(&server, &name));
        if entered.status != 200 {
            assert_eq!(entered.refused(), end.refusal(), "{end:?}");
        }
        is_out(&during).await;
        for browser in [&after, &beside] {
            assert_eq!(browser.sign_in(&name, PASSWORD).await.refused(), end.refusal());
        }
        is_out(&after).await;
        assert_eq!(beside.accounts().await, ["host*"]);
        assert_eq!(server.count(ORPHANS).await, 0, "{end:?}, round {round}");
        beside.post("/session/sign-out", json!({})).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o05_an_account_that_ends_between_the_steps_of_a_sign_up_for_its_address_is_not_signed_in() {
    let server = Keyrack::start().await;
    for (number, end) in [End::Disable, End::Delete].into_iter().enumerate() {
        for step in 0..3 {
            let name = format!("ada{number}{step}");
            let owner = server.signed_up(&name).await.session().await["active_signin"]["user_id"].clone();
            let stranger = server.browser();
            let ends_at = async |now: usize| {
                if now == step {
                    end.happens(&server, &name).await;
                }
            };
            ends_at(0).await;
            let attempt = stranger.begins_sign_up(&name).await;
            ends_at(1).await;
            server.advance(60_000);
            stranger.asks_for_code(&attempt).await.ok();
            let newest = server.mails(&name).await.pop().and_then(|mail| mail.mail.code);
            ends_at(2).await;
            let entered = stranger.enters_code(&attempt, newest.as_deref().unwrap_or("000000")).await;
            // A deleted account's address is free: who begins then and proves it makes another account.
            let is_free = end == End::Delete && step == 0;
            assert_eq!(entered.status == 200, is_free, "{end:?} before step {step}: {}", entered.text);
            if is_free {
                assert_ne!(entered.ok()["active_signin"]["user_id"], owner);
            } else {
                assert_eq!(entered.refused(), (400, "INVALID_CODE".to_owned()), "{end:?} before step {step}");
                is_out(&stranger).await;
            }
            assert_eq!(server.count(ORPHANS).await, 0, "{end:?} before step {step}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o03_a_code_that_is_asked_for_twice_at_once_or_again_is_mailed_once() {
    let server = Keyrack::start().await;
    for round in 0..20 {
        let browser = server.browser();
        let name = format!("person{round}");
        let attempt = browser.begins_sign_up(&name).await;
        let tab = browser.copied();
        let (one, two) = tokio::join!(browser.asks_for_code(&attempt), tab.asks_for_code(&attempt));
        one.ok();
        two.ok();
        browser.asks_for_code(&attempt).await.ok();
        assert_eq!(server.mails(&name).await.len(), 1, "round {round}");
        browser.enters_code(&attempt, &server.code(&name).await).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o03_a_sign_up_that_is_begun_twice_at_once_makes_one_account() {
    let server = Keyrack::start().await;
    for round in 0..20_i64 {
        let name = format!("person{round}");
        let browser = server.browser();
        browser.begins_sign_up("visitor").await;
        let send = || {
            browser.send_and_lose(browser.request(Method::POST, "/auth/signup").json(&sign_up_form(&name)))
        };
        let begun: [Reply; 2] = tokio::join!(send(), send()).into();
        let mut outcomes = Vec::new();
        for answer in begun {
            let tab = browser.copied();
            tab.take(&answer);
            let attempt = answer.ok()["signup_attempts"].as_array().unwrap().last().unwrap()["id"].clone();
            let attempt = attempt.as_str().unwrap();
            tab.asks_for_code(attempt).await.ok();
            let code = server.mails(&name).await.pop().and_then(|mail| mail.mail.code);
            outcomes.push(tab.enters_code(attempt, code.as_deref().unwrap_or("000000")).await.status);
        }
        outcomes.sort_unstable();
        assert_eq!(outcomes, [200, 400], "round {round}");
        assert_eq!(server.count(LIVE).await, round + 1);
        // One address has so many wrong guesses an hour.
        server.advance(HOUR);
    }
}
