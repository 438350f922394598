//! Another master key: nobody is signed out, nothing that is sealed is forgotten, and the old one opens nothing more.

use crate::support::{Keyrack, PASSWORD, Reply};
use crate::token_templates::{token_of, verifies};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_server::audit::By;
use keyrack_server::config::MasterKeySource;
use keyrack_server::db::copy::{newest, tables};
use keyrack_server::master_key::rotation::{Owner, SEALED, rotate};
use keyrack_server::vault::Vault;
use keyrack_server::{app::App, outbox};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const NEW: [u8; 32] = [9; 32];

fn old() -> [u8; 32] {
    Vault::parse_master_key(crate::support::MASTER_KEY).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found
}

/// Every sealed text of the database: its table, what it is sealed for, itself.
async fn sealed(app: &App) -> Vec<(&'static str, String, String)> {
    let read = app.db.read(|on| {
        let mut all = Vec::new();
        for column in SEALED {
            let sql: &'static str = match column.table {
                "signing_keys" => "select id, sealed from signing_keys",
                "authenticators" => "select id, sealed from authenticators",
                "outbox" => "select id, sealed from outbox",
                "api_calls" => "select id, answer from api_calls",
                "attempts" => "select id, stage from attempts",
                other => panic!("{other}: read it here, too"),
            };
            for row in on.query(sql, &[])? {
                let mut cells = row.cells();
                let (id, text) = (cells.text()?, cells.text()?);
                match column.owner {
                    Owner::Row(before) if !text.is_empty() => {
                        all.push((column.table, format!("{before}{id}"), text))
                    }
                    Owner::Row(_) => {}
                    Owner::Within => {
                        let stage: Value = serde_json::from_str(&text).unwrap();
                        within(&stage, &mut |owner, text| {
                            all.push((column.table, owner.to_owned(), text.to_owned()))
                        });
                    }
                }
            }
        }
        Ok(all)
    });
    read.await.unwrap()
}

fn within(value: &Value, found: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| within(one, found)),
        Value::Object(all) => {
            if let (Some(Value::String(id)), Some(Value::String(text))) = (all.get("id"), all.get("sealed")) {
                found(id, text);
            }
            all.values().for_each(|one| within(one, found));
        }
        _ => {}
    }
}

#[test]
fn every_column_that_is_sealed_is_in_the_list_by_the_source_and_by_the_schema() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut calls: Vec<String> = Vec::new();
    for path in files(&source) {
        let name = path.strip_prefix(&source).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let is_of_test =
            name.ends_with("tests.rs") || name.starts_with("vault") || name.starts_with("master_key");
        // What is sealed by `Secret::seal` of an authenticator goes into its row, or into an attempt.
        if !is_of_test && (code.contains("vault.seal(") || code.contains("secret.seal(")) {
            calls.push(name);
        }
    }
    calls.sort();
    let mut known: Vec<String> = SEALED.iter().map(|column| column.by.to_owned()).collect();
    known.extend(["admin/import/ready.rs", "user/authenticator/store.rs"].map(str::to_owned));
    known.sort();
    assert_eq!(
        calls, known,
        "what is sealed somewhere else is to be sealed anew, too: master_key/rotation.rs"
    );
    let schema = tables(newest()).unwrap();
    for table in &schema {
        for column in table.columns.iter().filter(|column| column.name.contains("sealed")) {
            assert!(
                SEALED.iter().any(|it| it.table == table.name && it.column == column.name),
                "{}",
                table.name
            );
        }
    }
    for it in SEALED {
        assert!(
            schema
                .iter()
                .any(|table| table.name == it.table && table.columns.iter().any(|c| c.name == it.column))
        );
    }
}

/// A server with something sealed in every column, at the moment before it stops.
async fn filled() -> (Keyrack, crate::support::Browser, String) {
    let server = Keyrack::start_configured(|config| {
        // So that it has a database of its own: others' rows are sealed with the key that they know.
        config.dev = false;
        config.deployments[0].auth.second_factor.authenticator = true;
        config.master_key = MasterKeySource::Value(crate::support::MASTER_KEY.to_owned());
    })
    .await;
    let browser = server.signed_up("ada").await;
    let key = server.api_key(&["users:write", "users:read"]).await;
    (server, browser, key)
}

/// The same call of a backend, which is to be done once.
async fn call(server: &Keyrack, key: &str) -> Reply {
    let backend = server.backend_with(key.to_owned());
    let request = backend.request(reqwest::Method::POST, "/admin/v1/users").header("idempotency-key", "one");
    backend.send(request.json(&json!({ "email": "bob@example.com" }))).await
}

#[tokio::test]
async fn another_master_key_signs_nobody_out_and_opens_what_the_old_one_opens_no_more() {
    let (server, ada, key) = filled().await;
    ada.begins_authenticator().await;
    let made = call(&server, &key).await;
    assert_eq!(made.status, 200, "{}", made.text);
    // A mail that was not sent yet, and an authenticator that waits for a sign-up's end.
    let bob = server.browser();
    let attempt = bob.begins_by_mail("email_otp", "ada").await;
    bob.asks_to_sign_in(&attempt, "email_otp").await.ok();
    let secret = Vault::new(&old()).unwrap().seal(&server.app.world, "aut_1", b"secret").unwrap();
    let stage = json!({ "stage": { "set_up": { "id": "aut_1", "sealed": secret } } }).to_string();
    let put = server.app.db.write(move |tx| {
        let sql = "update attempts set stage = $1 where id in (select min(id) from attempts)";
        tx.execute(sql, keyrack_server::params![&stage])
    });
    assert_eq!(put.await.unwrap(), 1);
    let (keys, token) = (ada.get("/.well-known/jwks.json").await.json(), token_of(&ada, "default").await);
    let before = sealed(&server.app).await;
    let (world, db) = (std::sync::Arc::clone(&server.app.world), &server.app.db);
    let by = By::system(world.clock.now_ms());
    let wrong = rotate(db, &world, (&[1; 32], &NEW), &by).await.unwrap_err().to_string();
    assert!(wrong.contains("another one than the old one"), "{wrong}");
    assert!(rotate(db, &world, (&old(), &old()), &by).await.is_err());
    let counts: BTreeMap<_, _> = rotate(db, &world, (&old(), &NEW), &by).await.unwrap();
    for column in SEALED {
        assert!(counts[column.table] > 0, "{}: {counts:?}", column.table);
    }
    let (old_vault, new_vault) = (Vault::new(&old()).unwrap(), Vault::new(&NEW).unwrap());
    let after = sealed(&server.app).await;
    assert_eq!(after.len(), before.len());
    for (table, owner, text) in &after {
        assert!(
            new_vault.open(owner, text).is_ok() && old_vault.open(owner, text).is_err(),
            "{table} {owner}"
        );
    }
    let again = rotate(db, &world, (&old(), &NEW), &by).await.unwrap_err().to_string();
    assert!(again.contains("changed already"), "{again}");
    let server =
        server.restart_with(|config| config.master_key = MasterKeySource::Value(BASE64.encode(NEW))).await;
    assert_eq!(ada.session().await["active_signin"]["user"]["email_address"], "ada@example.com");
    assert_eq!(ada.get("/.well-known/jwks.json").await.json(), keys);
    assert!(verifies(&keys, &token) && verifies(&keys, &token_of(&ada, "default").await));
    let replayed = call(&server, &key).await;
    assert_eq!((replayed.status, &replayed.text), (200, &made.text));
    assert!(replayed.headers.contains_key("idempotency-replayed"));
    outbox::deliver_due(&server.app).await.unwrap();
    assert!(!server.mails("ada").await.is_empty(), "the mail that waited was sent");
    let other = server.browser();
    other.sign_in("ada", PASSWORD).await.ok();
    let changed = server
        .count("select count(*) from audit where deployment_id = $1 and event = 'master_key_changed'")
        .await;
    assert_eq!(changed, 1);
    // And once more: what hashes are made with is kept from the first key on.
    let third = [3; 32];
    let (world, by) = (std::sync::Arc::clone(&server.app.world), By::system(server.app.world.clock.now_ms()));
    rotate(&server.app.db, &world, (&NEW, &third), &by).await.unwrap();
    let _server =
        server.restart_with(|config| config.master_key = MasterKeySource::Value(BASE64.encode(third))).await;
    assert_eq!(ada.session().await["active_signin"]["user"]["email_address"], "ada@example.com");
    assert!(verifies(&keys, &token_of(&ada, "default").await));
}

#[tokio::test]
async fn a_change_of_the_master_key_that_was_broken_off_goes_on_and_until_then_no_server_starts() {
    let (server, ada, _) = filled().await;
    let (world, config) = (std::sync::Arc::clone(&server.app.world), server.app.config.clone());
    let (new, by) = (Vault::new(&NEW).unwrap(), By::system(world.clock.now_ms()));
    // As a crash leaves it: begun, the first rows sealed anew.
    let (check, all) = (new.check_value(), sealed(&server.app).await);
    let opened = Vault::new(&old()).unwrap();
    let key = all.iter().find(|(table, ..)| *table == "signing_keys").unwrap().clone();
    let anew = new.seal(&world, &key.1, &opened.open(&key.1, &key.2).unwrap()).unwrap();
    let begun = server.app.db.write(move |tx| {
        let fact = "insert into facts (deployment_id, name, value) values ('', 'master_key_next', $1)";
        tx.execute(fact, keyrack_server::params![&check])?;
        tx.execute(
            "update signing_keys set sealed = $2 where id = $1",
            keyrack_server::params![&key.1, &anew],
        )
    });
    assert_eq!(begun.await.unwrap(), 1);
    let other = rotate(&server.app.db, &world, (&old(), &[5; 32]), &by).await.unwrap_err().to_string();
    assert!(other.contains("go on with that one"), "{other}");
    for key in [old(), NEW] {
        let vault = Vault::new(&key).unwrap();
        let refused = server.app.db.read(move |on| keyrack_server::master_key::compare(on, &vault)).await;
        assert!(refused.unwrap_err().to_string().contains("keyrack keys rotate-master again"));
    }
    drop(config);
    rotate(&server.app.db, &world, (&old(), &NEW), &by).await.unwrap();
    let server =
        server.restart_with(|config| config.master_key = MasterKeySource::Value(BASE64.encode(NEW))).await;
    assert_eq!(ada.session().await["active_signin"]["user"]["email_address"], "ada@example.com");
    let keys = server.browser().get("/.well-known/jwks.json").await.json();
    assert!(verifies(&keys, &token_of(&ada, "default").await));
}
