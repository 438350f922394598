//! A disk that takes nothing more (P05), as a limit on the size of files: writes are refused, reads go on. A real small
//! file system, under load: `cargo xtask soak`.

use crate::support::{Browser, PASSWORD, Reply, Running, sign_in_form, sign_up_form};
use keyrack_server::world::Stopwatch;
use serde_json::json;
use std::time::Duration;

async fn writes(browser: &Browser) -> Vec<Reply> {
    let attempts = json!({ "sign_in_id": browser.sign_in_of("ada").await });
    vec![
        browser.post("/session/switch-sign-in", attempts.clone()).await,
        browser.post("/session/sign-out", attempts).await,
        browser.post("/session/sign-out", json!({})).await,
        browser.post("/auth/signup", sign_up_form("newcomer")).await,
        browser.post("/auth/signin", sign_in_form("ada", PASSWORD)).await,
        browser.post("/auth/signin", sign_in_form("nobody", "wrong")).await,
    ]
}

#[tokio::test]
async fn p05_a_disk_that_takes_nothing_refuses_writes_and_serves_reads_and_is_written_again_without_a_restart()
 {
    let Some(server) = tokio::task::spawn_blocking(Running::dev_on_a_small_disk).await.unwrap() else {
        return;
    };
    let browser = server.signed_up("ada").await;
    let attempt = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("bob").await;
    browser.enters_code(&attempt, &code).await.ok();
    let before = browser.session().await;
    let (mut events, began) = (browser.follows().await, Stopwatch::start());
    for _ in 0..3 {
        server.limit_files(Some(1));
        for answer in writes(&browser).await {
            assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
        for path in ["/session", "/session/token", "/me", "/.well-known/jwks.json", "/healthz", "/readyz"] {
            assert_eq!(browser.get(path).await.status, 200, "{path}");
        }
        assert_eq!(browser.session().await, before, "what was refused was not done");
        server.limit_files(None);
        let writing = async { while browser.sign_in("ada", "wrong").await.status == 503 {} };
        tokio::time::timeout(Duration::from_secs(60), writing).await.expect("it is written again");
        let again = browser.post("/session/sign-out", json!({ "sign_in_id": "sin_x" })).await;
        assert_eq!(again.refused().0, 404);
    }
    browser.begins_sign_up("cyd").await;
    assert_eq!(events.session().await.1, "attempt", "what was refused was told");
    browser.post("/session/sign-out", json!({})).await.ok();
    let file = rusqlite::Connection::open(server.folder().join("data/keyrack.db")).unwrap();
    let sound: String = file.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let (most, ended) = (2 + began.elapsed().as_secs() / 5, server.stop());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // Each of more than eighteen refusals would be a line; the same is said once in five seconds.
    let told =
        ended.err.iter().filter(|line| line.contains("\"ERROR\"") && line.contains("\"request")).count();
    assert!(told >= 1 && told as u64 <= most.max(11), "{told}: {ended:?}");
}

#[tokio::test]
async fn p05_an_operator_is_told_what_keeps_a_command_from_being_done_and_nobody_else_is() {
    let Some(server) = tokio::task::spawn_blocking(Running::dev_on_a_small_disk).await.unwrap() else {
        return;
    };
    server.limit_files(Some(1));
    let (exit, said) = server.refuses("user create --no-password --email ada@example.com");
    assert_eq!(exit, 1);
    assert!(said.starts_with("unavailable: ") && said.ends_with("(see the server's log)"), "{said}");
    assert!(said.contains("SQLite file: ") && !said.contains("Retry-After"), "{said}");
    let answer = server.browser().post("/auth/signup", sign_up_form("bob")).await;
    assert_eq!(answer.status, 503);
    assert!(!answer.text.contains("cause") && !answer.text.contains("SQLite"), "{}", answer.text);
}
