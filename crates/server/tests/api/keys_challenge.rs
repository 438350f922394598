//! Keys of the work that a browser does before it may try.

use crate::keys::cases;
use crate::support::Keyrack;
use reqwest::Method;
use serde_json::{Value, json};

/// What a browser is told to work on.
async fn puzzle(keys: &[(&str, &str)]) -> Value {
    let server = Keyrack::from_file(keys).await;
    let browser = server.browser();
    browser.send(browser.request(Method::POST, "/captcha/challenge")).await.json()["challenge"].clone()
}

cases! {
    "deployment.challenge.enabled": async fn work_is_asked_for_if_the_file_says_so() {
        for (enabled, status) in [("true", 403), ("false", 200)] {
            let server = Keyrack::from_file(&[(KEY, enabled)]).await;
            let browser = server.browser();
            let answer = browser.post("/auth/identify", json!({ "identifier": "ada@example.com" })).await;
            assert_eq!(answer.status, status);
        }
    }
    "deployment.challenge.count": async fn so_many_numbers_are_to_be_found() {
        assert_eq!(puzzle(&[(KEY, "7")]).await["c"], 7);
        assert_eq!(puzzle(&[]).await["c"], 50);
    }
    "deployment.challenge.difficulty": async fn each_hash_begins_with_so_many_digits() {
        assert_eq!(puzzle(&[(KEY, "2")]).await["d"], 2);
        assert_eq!(puzzle(&[]).await["d"], 4);
    }
}
