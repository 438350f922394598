//! Inboxes that several change at the same moment.

use crate::support::{Browser, Keyrack};
use serde_json::{Value, json};

const ROUNDS: usize = 50;

/// What is counted is what is listed; how much that is.
async fn counted(browser: &Browser) -> i64 {
    let (count, listed) = (browser.unread("").await, browser.inbox("is_read=false&limit=100").await.len());
    assert_eq!(count, i64::try_from(listed).unwrap());
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_read_one_at_once_read_it_once_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (user, tab) = (ada.user_id().await, ada.copied());
    for _ in 0..ROUNDS {
        server.tells(&user, None, 2).await;
        server.advance(1);
        let unread = ada.inbox("is_read=false").await;
        let id = unread[0]["id"].as_str().unwrap();
        let (one, other) = tokio::join!(ada.marks(id, "read", json!({})), tab.marks(id, "read", json!({})));
        assert_eq!(one, other);
        assert_eq!(counted(&ada).await, 1);
        let (one, other) = tokio::join!(ada.reads_all(""), tab.reads_all(""));
        assert_eq!((one + other, counted(&ada).await), (1, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_one_while_all_are_read_is_counted_as_it_is_listed_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let mut caught = 0;
    for _ in 0..ROUNDS {
        server.tells(&user, None, 3).await;
        server.advance(1);
        let (affected, ()) = tokio::join!(ada.reads_all(""), server.tells(&user, None, 1));
        assert!((3..=4).contains(&affected), "{affected}");
        assert_eq!(counted(&ada).await, 4 - affected);
        caught += affected - 3;
        ada.reads_all("").await;
    }
    assert!((0..=50).contains(&caught));
    let rows = "select count(*) from notifications where deployment_id = $1 and state = 'read'";
    assert_eq!(server.count(rows).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_two_turn_round_at_once_is_turned_twice_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let tab = ada.copied();
    server.tells(&ada.user_id().await, None, 1).await;
    let [before] = ada.inbox("").await.try_into().unwrap();
    let id = before["id"].as_str().unwrap();
    for _ in 0..ROUNDS {
        let (one, other) = tokio::join!(ada.marks(id, "star", json!({})), tab.marks(id, "star", json!({})));
        assert_ne!(one["is_starred"], other["is_starred"]);
        let [now] = ada.inbox("").await.try_into().unwrap();
        assert_eq!(now["is_starred"], Value::Bool(false));
    }
}
