//! `keyrack migrate-to`: from SQLite to PostgreSQL, and everybody is signed in who was.

use crate::support::{Browser, MASTER_KEY, PASSWORD, Process, SECOND, Store, free_address, within};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const KEY: (&str, &str) = ("KEYRACK_MASTER_KEY", MASTER_KEY);

/// An empty PostgreSQL database; none where none is under test.
async fn empty() -> Option<Store> {
    std::env::var("KEYRACK_TEST_DATABASE_URL").ok()?;
    Some(Store::postgres().await)
}

fn start(folder: &Path, address: &str, url: &str) -> Process {
    let variables = [KEY, ("KEYRACK_DATABASE_URL", url)];
    let process = Process::start(
        folder,
        &format!("dev --listen {address}"),
        &variables[..2 - usize::from(url.is_empty())],
    );
    process.says("Keyrack is running");
    process
}

async fn signed_up(base: &str, name: &str) -> Browser {
    let browser = Browser::in_staging(base);
    let attempt = browser.begins_sign_up(name).await;
    browser.asks_for_code(&attempt).await.ok();
    let outbox = browser.get(&format!("/dev/outbox?to={name}@example.com")).await;
    let newest: Value = outbox.json()["messages"].as_array().unwrap().last().unwrap().clone();
    browser.enters_code(&attempt, newest["code"].as_str().unwrap()).await.ok();
    browser
}

/// A browser that holds this credential, and no connection to the process that was there.
fn as_before(base: &str, credential: Option<String>) -> Browser {
    let browser = Browser::in_staging(base);
    browser.hold(credential);
    browser
}

#[tokio::test]
async fn a_running_server_is_moved_and_no_session_is_lost_or_comes_back() {
    let Some(store) = empty().await else { return };
    let (folder, address) = (tempfile::tempdir().unwrap(), free_address().to_string());
    let base = format!("http://{address}");
    let server = start(folder.path(), &address, "");
    let (ada, bob) = (signed_up(&base, "ada").await, signed_up(&base, "bob").await);
    let before = ada.session().await;
    let kept = bob.credential();
    bob.post("/session/sign-out", json!({})).await.ok();

    let moved = Process::start(folder.path(), &format!("migrate-to {}", store.url()), &[KEY]).ended();
    assert_eq!(moved.code, Some(0), "{moved:?}");
    assert!(moved.out[0].starts_with("Moved 2 users, 2 sessions, "), "{moved:?}");
    // From then on it reads, and changes nothing: what it acknowledged is there.
    assert_eq!(ada.session().await["id"], before["id"]);
    // Nobody waits for a database that will not take it: a change would, for five seconds, and the end for another five.
    let late = Browser::in_staging(&base);
    let refused = within(4 * SECOND, late.sign_in("ada", PASSWORD)).await.expect("it is waited for");
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (503, true));
    server.signal(Signal::TERM);
    let ended = tokio::task::spawn_blocking(move || server.ended());
    let ended = within(4 * SECOND, ended).await.expect("the end waits for it").unwrap();
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let server = start(folder.path(), &address, store.url());
    let ada = as_before(&base, ada.credential());
    assert_eq!(ada.session().await, before);
    ada.get("/session/token").await.ok();
    let again = as_before(&base, kept);
    assert_eq!(again.session().await["signins"], json!([]));
    again.sign_in("bob", PASSWORD).await.ok();
    let records = Process::start(folder.path(), "audit list --event database_moved", &[KEY]).ended();
    assert!(records.out.iter().any(|line| line.contains("database_moved")), "{records:?}");
    server.signal(Signal::TERM);
    server.ended();

    // Nobody starts on the file that was left by mistake.
    let old = Process::start(folder.path(), &format!("dev --listen {address}"), &[KEY]).ended();
    let said = old.err.last().cloned().unwrap_or_default();
    assert!(old.code == Some(1) && said.contains("KEYRACK_DATABASE_URL"), "{old:?}");
    let restore = Process::start(folder.path(), &format!("migrate-to {}", store.url()), &[KEY]).ended();
    assert_eq!(restore.code, Some(1), "it is not empty any more: {restore:?}");
}

/// Switches between two accounts until it is refused: how often it was not, and the last one that was acknowledged.
async fn switches(browser: &Browser, ids: &[String]) -> (usize, String) {
    let mut last = (0, String::new());
    for id in ids.iter().cycle() {
        let reply = browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await;
        if reply.status == 503 {
            return last;
        }
        reply.ok();
        last = (last.0 + 1, id.clone());
    }
    unreachable!("it goes round")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_while_a_server_is_moved_is_moved_or_was_refused() {
    let Some(store) = empty().await else { return };
    let (folder, address) = (tempfile::tempdir().unwrap(), free_address().to_string());
    let base = format!("http://{address}");
    let server = start(folder.path(), &address, "");
    let mut browsers = Vec::new();
    for names in [["ada", "bob"], ["cyd", "dan"], ["eve", "fay"]] {
        let browser = signed_up(&base, names[0]).await;
        let first = browser.sign_in_id().await;
        signed_up(&base, names[1]).await;
        let second = browser.also_signs_in(names[1]).await;
        browsers.push((browser, [first, second]));
    }
    let switching = browsers.into_iter().map(|(browser, ids)| {
        tokio::spawn(async move {
            let (count, last) = switches(&browser, &ids).await;
            (browser.credential(), count, last)
        })
    });
    let switching: Vec<_> = switching.collect();
    let line = format!("migrate-to {}", store.url());
    let data = folder.path().to_owned();
    let moved = tokio::task::spawn_blocking(move || Process::start(&data, &line, &[KEY]).ended());
    assert_eq!(moved.await.unwrap().code, Some(0));
    let mut left = Vec::new();
    for one in switching {
        left.push(one.await.unwrap());
    }
    server.signal(Signal::TERM);
    server.ended();

    let server = start(folder.path(), &address, store.url());
    for (credential, count, last) in left {
        assert!(count > 0, "nothing was changed meanwhile");
        let session = as_before(&base, credential).session().await;
        assert_eq!(session["active_signin"]["id"], last, "after {count} switches");
    }
    server.signal(Signal::TERM);
    server.ended();
}

#[tokio::test]
async fn a_server_that_does_not_run_is_moved_as_well_and_what_cannot_be_moved_says_so() {
    let Some(store) = empty().await else { return };
    let (folder, address) = (tempfile::tempdir().unwrap(), free_address().to_string());
    let refuses = |line: &str, key: &str| {
        let ended = Process::start(folder.path(), line, &[("KEYRACK_MASTER_KEY", key)]).ended();
        (ended.code.unwrap(), ended.err.last().cloned().unwrap_or_default())
    };
    let (exit, said) = refuses(&format!("migrate-to {}", store.url()), MASTER_KEY);
    assert!(exit == 1 && said.contains("there is no database"), "{exit} {said}");
    let server = start(folder.path(), &address, "");
    let ada = signed_up(&format!("http://{address}"), "ada").await;
    server.signal(Signal::TERM);
    server.ended();
    let other = "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    let (exit, said) = refuses(&format!("migrate-to {}", store.url()), other);
    assert!(exit == 1 && said.contains("master key"), "{exit} {said}");
    assert_eq!(refuses("migrate-to mysql://h/d", MASTER_KEY).0, 2);
    assert_eq!(refuses("migrate-to", MASTER_KEY).0, 2);
    assert!(
        !fs::read_dir(folder.path().join("data"))
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().contains("moved") })
    );
    // Nothing was moved by what failed: it is empty still.
    let moved = Process::start(folder.path(), &format!("migrate-to {}", store.url()), &[KEY]).ended();
    assert_eq!(moved.code, Some(0), "{moved:?}");
    let server = start(folder.path(), &address, store.url());
    as_before(&format!("http://{address}"), ada.credential()).get("/session/token").await.ok();
    drop(server);
}
