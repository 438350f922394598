//! Tries and budgets are counted once for all nodes, also by tries at the same moment, and a restart forgets none.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, sign_in_form, sign_up_form};
use futures_util::future::join_all;
use serde_json::json;

/// A server and, where the database takes two, a second node.
async fn nodes() -> (Keyrack, Option<Keyrack>) {
    let server = Keyrack::start_configured(|config| {
        // Under dev nobody counts the sign-ups that are begun.
        config.dev = false;
        let lifetimes = &mut config.deployments[0].lifetimes;
        (lifetimes.attempt_ms, lifetimes.code_ms) = (86_400_000, 86_400_000);
    })
    .await;
    let second = server.second_node().await;
    (server, second)
}

/// So many browsers, on the one node and the other in turn.
fn crowd(server: &Keyrack, second: Option<&Keyrack>, many: usize) -> Vec<Browser> {
    let nodes: Vec<&Keyrack> = std::iter::once(server).chain(second).collect();
    (0..many).map(|n| nodes[n % nodes.len()].browser()).collect()
}

/// How many answers had each status, which must be one of these.
fn tally<const N: usize>(answers: &[Reply], statuses: [u16; N]) -> [usize; N] {
    for answer in answers {
        assert!(statuses.contains(&answer.status), "{}", answer.text);
    }
    statuses.map(|status| answers.iter().filter(|answer| answer.status == status).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_one_account_on_two_nodes_at_once_are_counted_together_and_kept_over_a_restart() {
    let (server, second) = nodes().await;
    server.signed_up("ada").await;
    let crowd = crowd(&server, second.as_ref(), 30);
    let answers = join_all(crowd.iter().map(|browser| browser.sign_in("ada", "wrong"))).await;
    assert_eq!(tally(&answers, [401, 429]), [10, 20]);
    let right = join_all(crowd.iter().take(2).map(|browser| browser.sign_in("ada", PASSWORD))).await;
    assert_eq!(tally(&right, [429]), [2]);
    drop(second);
    let server = server.restart().await;
    let second = server.second_node().await;
    for node in std::iter::once(&server).chain(&second) {
        assert_eq!(node.browser().sign_in("ada", PASSWORD).await.status, 429, "a restart forgave");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_addresss_guesses_at_many_accounts_on_two_nodes_at_once_are_counted_together() {
    let (server, second) = nodes().await;
    let crowd = crowd(&server, second.as_ref(), 60);
    let guesses = crowd.iter().enumerate().map(async |(n, browser)| {
        browser.post("/auth/signin", sign_in_form(&format!("victim{n}"), "wrong")).await
    });
    assert_eq!(tally(&join_all(guesses).await, [401, 429]), [31, 29]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_a_code_on_two_nodes_at_once_are_counted_together_over_all_attempts() {
    let (server, second) = nodes().await;
    let crowd = crowd(&server, second.as_ref(), 5);
    let mut attempts = Vec::new();
    for browser in &crowd {
        let attempt = browser.begins_sign_up("ada").await;
        browser.asks_for_code(&attempt).await.ok();
        attempts.push((browser, attempt));
    }
    let code = server.code("ada").await;
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    // Each attempt's own code would bear four guesses more.
    let guesses = attempts.iter().flat_map(|(browser, attempt)| {
        (0..4).map(|_| browser.enters_code(attempt, &wrong)).collect::<Vec<_>>()
    });
    assert_eq!(tally(&join_all(guesses).await, [400, 429]), [10, 10]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_codes_an_hour_are_mailed_to_an_address_whichever_nodes_are_asked_at_once() {
    let (server, second) = nodes().await;
    let crowd = crowd(&server, second.as_ref(), 20);
    for minute in 1..=6 {
        let asks = crowd.iter().map(async |browser| {
            let attempt = browser.begins_sign_up("ada").await;
            browser.asks_for_code(&attempt).await.ok();
        });
        join_all(asks).await;
        assert_eq!(server.mails("ada").await.len(), minute.min(5), "one a minute");
        server.advance(60_000);
        if let Some(second) = &second {
            second.advance(60_000);
        }
    }
    drop(second);
    let server = server.restart().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    assert_eq!(server.mails("ada").await.len(), 0, "a restart forgave");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_address_begins_300_sign_ups_an_hour_whichever_nodes_are_asked_at_once() {
    let (server, second) = nodes().await;
    let crowd = crowd(&server, second.as_ref(), 20);
    let begins = crowd.iter().enumerate().map(async |(n, browser)| {
        let mut answers = Vec::new();
        for round in 0..16 {
            browser.hold(None);
            answers.push(browser.post("/auth/signup", sign_up_form(&format!("p{n}x{round}"))).await);
        }
        answers
    });
    let answers: Vec<Reply> = join_all(begins).await.into_iter().flatten().collect();
    assert_eq!(tally(&answers, [200, 429]), [300, 20]);
    assert_eq!(server.browser().post("/auth/signup", json!(sign_up_form("late"))).await.status, 429);
}
