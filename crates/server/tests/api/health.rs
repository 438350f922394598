//! `keyrack health`, and what whoever started the server is told.

use crate::support::{MASTER_KEY, NO_CERTIFICATES, Process, Store, free_address};
use rustix::process::Signal;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

fn keyrack(store: &Store, line: &str, url: &str) -> (Option<i32>, String) {
    let [file, folder] = NO_CERTIFICATES;
    let variables = [("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", url), file, folder];
    let ended = Process::start(store.folder(), line, &variables).ended();
    (ended.code, ended.out.concat() + &ended.err.concat())
}

#[tokio::test]
async fn health_is_told_by_exit_code_while_the_server_runs_and_not_before_or_after() {
    let store = Store::empty().await;
    let (code, said) = keyrack(&store, "health --data .", "");
    assert!(code == Some(3) && said.contains("no server runs here"), "{code:?} {said}");
    let manager = UnixDatagram::bind(store.folder().join("notify")).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let heard = || {
        let mut word = [0; 64];
        let length = manager.recv(&mut word).unwrap();
        String::from_utf8(word[..length].to_vec()).unwrap()
    };
    let socket = store.folder().join("notify").display().to_string();
    let variables = [
        ("KEYRACK_MASTER_KEY", MASTER_KEY),
        ("KEYRACK_DATABASE_URL", store.url()),
        ("NOTIFY_SOCKET", socket.as_str()),
    ];
    let line = format!("dev --listen {} --data .", free_address());
    let server = Process::start(store.folder(), &line, &variables);
    assert_eq!(heard(), "READY=1");
    // From here on it answers: whoever waited for the word need not try twice.
    let engine = if store.url().is_empty() { "SQLite" } else { "PostgreSQL" };
    let (code, said) = keyrack(&store, "health --data .", "");
    assert_eq!((code, said), (Some(0), format!("Ready: keyrack {} on {engine}.", env!("CARGO_PKG_VERSION"))));
    let (code, said) = keyrack(&store, "health --data . --json", "");
    assert!(code == Some(0) && said.contains(&format!("\"engine\": \"{engine}\"")), "{said}");
    server.signal(Signal::TERM);
    assert_eq!(heard(), "STOPPING=1");
    assert_eq!(server.ended().code, Some(0));
    assert_eq!(keyrack(&store, "health --data .", "").0, Some(3));
}

#[tokio::test]
async fn a_backup_of_another_engine_than_the_running_servers_is_refused() {
    let store = Store::empty().await;
    let variables = [("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", store.url())];
    let line = format!("dev --listen {} --data .", free_address());
    let server = Process::start(store.folder(), &line, &variables);
    server.says("Keyrack is running");
    store.names_its_folder();
    let other = if store.url().is_empty() { "postgres://nobody@127.0.0.1:1/none" } else { "" };
    let (code, said) = keyrack(&store, "backup file", other);
    assert!(code == Some(1) && said.contains("the server that runs here is on"), "{code:?} {said}");
    assert!(!store.folder().join("file").exists() && !store.folder().join("file.partial").exists());
    assert_eq!(keyrack(&store, "backup file", store.url()).0, Some(0));
}
