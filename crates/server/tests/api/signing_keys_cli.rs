//! `keyrack keys` and `keyrack token`, the real binary against the real binary.

use crate::support::{MASTER_KEY, Process, Running};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[tokio::test]
async fn keys_are_listed_and_followed_and_a_token_is_shown_without_one() {
    let server = Running::dev_ending("[[deployment.token_template]]\nname = \"crm\"\n");
    server.signed_up("ada").await;
    let listed = server.keyrack("keys list");
    assert!(
        listed.out.len() == 2 && listed.out[1].contains("ES256") && listed.out[1].contains("signing"),
        "{listed:?}"
    );
    let rotated = server.keyrack("keys rotate --lead 1h --reason yearly");
    assert!(rotated.out[2].contains("next"), "{rotated:?}");
    let (exit, said) = server.refuses("keys rotate");
    assert!(exit == 1 && said.contains("published already"), "{exit} {said}");
    assert_eq!(server.refuses("keys rotate --lead soon").0, 2);
    let withdrawn = server.json("keys rotate --now")["items"].clone();
    let states: Vec<&str> =
        withdrawn.as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap()).collect();
    assert!(states.len() == 3 && states.contains(&"signing"), "{withdrawn}");
    let preview = server.json("token preview crm --user ada@example.com");
    assert_eq!((&preview["header"]["alg"], &preview["claims"]["amr"]), (&json!("ES256"), &json!(["pwd"])));
    assert!(!server.keyrack("token preview crm --user ada@example.com").out.join("").contains("eyJ"));
    assert!(server.keyrack("token templates").out.iter().any(|line| line.starts_with("crm")));
    assert_eq!(server.refuses("token preview none --user ada@example.com").0, 4);
}

#[tokio::test]
async fn the_master_key_is_changed_while_nobody_runs_and_not_before() {
    if std::env::var("KEYRACK_TEST_DATABASE_URL").is_ok_and(|url| !url.is_empty()) {
        // There is one database for all tests there: tests of master_key.rs have one of their own.
        return;
    }
    let server = Running::dev("warn");
    server.signed_up("ada").await;
    fs::write(server.folder().join("new.key"), "A".repeat(43)).unwrap();
    let rotate = |folder: &Path, key: &str, file: &str| {
        let line = format!("keys rotate-master --data data --new-key-file {file}");
        Process::start_with(folder, &line, &[("KEYRACK_MASTER_KEY", key)], "").ended()
    };
    let running = rotate(server.folder(), MASTER_KEY, "new.key");
    assert!(running.code == Some(1) && running.err[0].contains("another keyrack runs"), "{running:?}");
    let left = server.leaves();
    let rotate = |key: &str, file: &str| rotate(left.path(), key, file);
    let changed = rotate(MASTER_KEY, "new.key");
    assert!(changed.code == Some(0) && changed.out.join(" ").contains("Nobody is signed out"), "{changed:?}");
    let again = rotate(MASTER_KEY, "new.key");
    assert!(again.err[0].contains("it is changed already"), "{again:?}");
    let missing: Value = json!(rotate(MASTER_KEY, "nothing.key").err);
    assert!(missing.to_string().contains("cannot be read"), "{missing}");
    fs::write(left.path().join("old.key"), MASTER_KEY).unwrap();
    assert_eq!(rotate(&"A".repeat(43), "old.key").code, Some(0));
}
