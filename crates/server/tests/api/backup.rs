//! The drill: a backup made while people use the server, restored elsewhere, also into the other engine.

use crate::backup_filled::{NOW, has_every_way_in, is_proved_and_left};
use crate::support::{Browser, Keyrack, MASTER_KEY, PASSWORD, Store, deployment, forever, tables, ways};
use crate::support::{claims, sign_up_form, vault};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_server::backup;
use keyrack_server::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Rows a table, as a backup counts them.
fn counts(file: &[u8]) -> BTreeMap<String, u64> {
    backup::examine(Cursor::new(file), &vault()).unwrap().rows
}

/// Signs people up and in and out until it is told to stop, and says so each time; gives who was signed up before each
/// answer.
async fn uses(
    server: Arc<Keyrack>,
    name: String,
    stop: Arc<AtomicBool>,
    says: Sender<()>,
) -> Vec<(String, Browser)> {
    let mut signed_up = Vec::new();
    while !stop.load(Ordering::SeqCst) || signed_up.is_empty() {
        let person = format!("{name}{}", signed_up.len());
        let browser = server.signed_up(&person).await;
        let other = server.signed_in(&person).await;
        other.post("/session/sign-out", json!({})).await.ok();
        signed_up.push((person, browser));
        says.send(()).ok();
    }
    signed_up
}

/// A file that is written so slowly that somebody is signed up before each table.
struct Slow {
    file: Vec<u8>,
    signed_up: Receiver<()>,
}

impl Write for Slow {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if line.starts_with(b"{\"table\":") {
            self.signed_up.try_iter().for_each(drop);
            self.signed_up.recv().unwrap();
        }
        self.file.write(line)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn backed_up_slowly(store: &Store, signed_up: Receiver<()>) -> Vec<u8> {
    let (place, slow) = (store.place.clone(), Slow { file: Vec::new(), signed_up });
    let made =
        tokio::task::spawn_blocking(move || backup::back_up(&place, slow, &World::for_tests(1)).unwrap().0);
    made.await.unwrap().file
}

/// Nothing half: what one transaction writes into several tables is in all of them or in none.
async fn is_consistent(server: &Keyrack) {
    for sql in [
        "select count(*) from sign_ins s where s.deployment_id = $1 and not exists
             (select 1 from audit a where a.sign_in_id = s.id and a.event in ('signed_in', 'signed_up'))",
        "select count(*) from audit a where a.deployment_id = $1 and a.event = 'signed_in' and not exists
             (select 1 from sign_ins s where s.id = a.sign_in_id)",
        "select count(*) from users u where u.deployment_id = $1 and not exists
             (select 1 from email_addresses e where e.user_id = u.id and e.verified_at is not null)",
        "select count(*) from sign_ins s where s.deployment_id = $1 and s.ended_at is not null and not exists
             (select 1 from audit a where a.sign_in_id = s.id and a.event = 'sign_in_ended')",
        "select count(*) from sessions s where s.deployment_id = $1 and s.ended_at is null and not exists
             (select 1 from sign_ins i where i.session_id = s.id and i.ended_at is null) and not exists
             (select 1 from attempts t where t.session_id = s.id and t.ended_at is null)",
    ] {
        assert_eq!(server.count(sql).await, 0, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_under_writes_restores_every_session_account_key_and_record() {
    for (from, to) in ways().await {
        let server = Arc::new(from.serve("drill").await);
        let ada = server.signed_up("ada").await;
        server.signed_up("bob").await;
        ada.also_signs_in("bob").await;
        let before = ada.session().await;
        let token = ada.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
        let keys = ada.get("/.well-known/jwks.json").await.json();

        let stop = Arc::new(AtomicBool::new(false));
        let (says, signed_up) = channel();
        let writer =
            |number| uses(Arc::clone(&server), format!("w{number}"), Arc::clone(&stop), says.clone());
        let writers: Vec<_> = (0..4).map(|number| tokio::spawn(writer(number))).collect();
        // Some of them have been answered when it begins, and all of them go on meanwhile.
        while server.count("select count(*) from users where deployment_id = $1").await < 6 {
            tokio::task::yield_now().await;
        }
        let acknowledged = server.count("select count(*) from users where deployment_id = $1").await;
        let file = backed_up_slowly(&from, signed_up).await;
        stop.store(true, Ordering::SeqCst);
        let mut people = Vec::new();
        for writer in writers {
            people.extend(writer.await.unwrap());
        }
        assert!(counts(&file)["users"] >= u64::try_from(acknowledged).unwrap());

        to.restore(&file, NOW, true).await.unwrap();
        let restored = to.serve("drill").await;
        is_consistent(&restored).await;
        let ada = ada.copied_to(&restored);
        let after = ada.session().await;
        for name in ["id", "active_signin", "end_reason"] {
            assert_eq!(after[name], before[name], "{name}");
        }
        assert_eq!(ada.accounts().await, ["ada", "bob*"]);
        assert!(after["revision"].as_i64() > before["revision"].as_i64());
        assert_eq!(ada.get("/.well-known/jwks.json").await.json(), keys);
        let again = ada.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
        assert_eq!(claims(&again)["sub"], claims(&token)["sub"]);
        restored.browser().sign_in("ada", PASSWORD).await.ok();
        let kept = counts(&file)["users"];
        let mut found = 0;
        for (person, browser) in people {
            // Whoever has the session is in it, with what led to it; the others were not yet there, and guessing at them
            // would keep these out.
            let session = browser.copied_to(&restored).session().await;
            if !session["signins"].as_array().unwrap().is_empty() {
                restored.browser().sign_in(&person, PASSWORD).await.ok();
                found += 1;
            }
        }
        assert_eq!(found + 2, kept, "some of those in the backup cannot sign in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_in_a_backup_with_every_row_and_either_engine_gives_the_same_file() {
    for (from, to) in ways().await {
        let server = from.serve("all").await;
        let ada = server.signed_up("ada").await;
        server.advance(3_600_000);
        ada.session().await;
        keyrack_server::session::activity::flush(&server.app).await.unwrap();
        let image = crate::pictures::in_base64();
        let made = ada.post("/organizations", json!({ "name": "Acme", "image": image })).await.ok();
        let acme = made["organization"]["id"].as_str().unwrap();
        ada.founds_in(acme, "Place").await;
        ada.post(&format!("/organizations/{acme}/roles"), json!({ "name": "Own" })).await.ok();
        ada.switches_organization(acme).await;
        server.tells(&ada.user_id().await, None, 1).await;
        ada.invites(acme, "guest", json!({})).await;
        ada.post(&format!("/organizations/{acme}/domains"), json!({ "domain": "example.com" })).await.ok();
        let backend = server.backend(&["users:write"]).await;
        let once = backend.request(reqwest::Method::POST, "/admin/v1/users").header("idempotency-key", "one");
        backend.send(once.json(&json!({ "email": "carol@example.com" }))).await.bare();
        is_proved_and_left(&server).await;
        server.vouching().await.ticket_for(&ada.user_id().await).await;
        crate::device::begins(&server).await;
        has_every_way_in(&server, &ada.user_id().await).await;
        let bob = server.browser();
        // What one of the two formats on its way must escape.
        let mut odd = sign_up_form("odd");
        odd["first_name"] = json!("\\N \\ \"böb\" \u{1f9d1}");
        bob.post("/auth/signup", odd).await.ok();
        let attempt = bob.begins_sign_up("carol").await;
        bob.asks_for_code(&attempt).await.ok();
        bob.sign_in("ada", "wrong").await.refused();
        let rows = server.rows().await;
        let file = from.back_up().await;
        let counted = counts(&file);
        for table in tables().into_iter().filter(|table| table != "leases") {
            let kept = counted.get(&table).copied();
            assert_eq!(
                kept,
                u64::try_from(rows[&table]).ok().filter(|_| table != "facts").or(kept),
                "{table}"
            );
            assert!(
                kept.is_some_and(|count| count > 0),
                "{table} is not in it, or this test has no row of it"
            );
        }
        to.restore(&file, NOW, true).await.unwrap();
        // Row for row: what settles a restore changes these tables, and no other.
        let again = to.back_up().await;
        let settled = ["[\"ses_", "[\"tkt_", "[\"ots_", "[\"msg_", "[\"aud_", "{"];
        let unsettled = |file: &[u8]| -> Vec<String> {
            let lines = String::from_utf8(file.to_vec()).unwrap();
            let kept = lines.lines().filter(|line| !settled.iter().any(|head| line.starts_with(head)));
            kept.map(str::to_owned).collect()
        };
        assert_eq!(unsettled(&again), unsettled(&file));
        assert!(unsettled(&file).len() > 10);
    }
}

/// What is in a backup as bytes, sealed or not.
fn encoded(file: &[u8]) -> Vec<Vec<u8>> {
    let lines = file.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"["));
    let cells = lines.flat_map(|line| serde_json::from_slice::<Vec<Value>>(line).unwrap());
    cells.filter_map(|cell| BASE64.decode(cell.as_str()?).ok()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_opens_something_is_in_a_backup() {
    let store = Store::empty().await;
    let server = store.serve("secrets").await;
    let ada = server.signed_up("ada").await;
    let visitor = server.browser();
    let attempt = visitor.begins_sign_up("bob").await;
    visitor.asks_for_code(&attempt).await.ok();
    let file = store.back_up().await;
    // It was in the queue until now.
    let code = server.code("bob").await;
    let contains = |text: &[u8], word: &[u8]| text.windows(word.len()).any(|part| part == word);
    let holds = |word: &str| contains(&file, word.as_bytes());
    assert!(holds("ada@example.com") && holds("$argon2id$"), "this test looks in the wrong place");
    let rack = ada.credential().unwrap();
    let secrets: Vec<&str> = rack.split('~').map(|key| key.split_once('.').unwrap().1).collect();
    assert!(secrets.len() >= 2);
    for secret in secrets.into_iter().chain([PASSWORD, MASTER_KEY]) {
        assert!(!holds(secret), "{secret}");
    }
    assert!(!holds(&format!("\"{code}\"")) && !holds("BEGIN PRIVATE KEY"));
    // A private key is written with its public half beside it.
    let keys = ada.get("/.well-known/jwks.json").await.json();
    let public = BASE64.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    for plain in [code.as_bytes(), b"bob@example.com", &public] {
        assert!(!encoded(&file).iter().any(|cell| contains(cell, plain)), "{plain:?} is not sealed");
    }
    assert_eq!(deployment(&server), "secrets");
    let sql = forever("select count(*) from signing_keys where deployment_id = $1".to_owned());
    assert_eq!(server.count(sql).await, 1);
}
