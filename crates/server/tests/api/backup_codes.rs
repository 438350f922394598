//! Backup codes.

use crate::support::{Factor, Keyrack, STEP_MS};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[tokio::test]
async fn backup_codes_stand_in_for_a_factor_that_is_there() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    for path in ["/me/backup-codes", "/me/backup-codes/regenerate"] {
        let reply = ada.post(path, json!({})).await;
        assert_eq!(reply.refused(), (409, "second_factor_missing".to_owned()), "{path}");
    }
    let elsewhere = server.signed_in("ada").await;
    ada.adds_authenticator(&server).await;
    let before = elsewhere.session().await["revision"].as_i64();
    assert_eq!(ada.get("/me").await.ok()["backup_codes_generated"], false);
    let codes = ada.makes_backup_codes().await;
    assert_eq!(ada.get("/me").await.ok()["backup_codes_generated"], true);
    assert!(elsewhere.session().await["revision"].as_i64() > before, "every device is told");
    // As it is typed by people.
    let user = ada.user_id().await;
    let typed = codes[0].to_lowercase().replace('-', " ");
    assert!(server.takes(&user, Factor::BackupCode, &typed).await);
    assert!(!server.takes(&user, Factor::BackupCode, &codes[0]).await);
    assert_eq!(server.backup_codes_left(&user).await, (11, 11));
    for code in &codes[1..] {
        assert!(server.takes(&user, Factor::BackupCode, code).await);
    }
    assert_eq!(server.backup_codes_left(&user).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e05_of_all_who_use_one_backup_code_at_once_one_gets_in_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let other = server.second_node().await;
    let ada = server.signed_up("ada").await;
    ada.adds_authenticator(&server).await;
    let user = ada.user_id().await;
    let mut codes = Vec::new();
    for round in 0..50 {
        let code = match codes.pop() {
            Some(code) => code,
            None => {
                codes = ada.makes_backup_codes().await;
                codes.pop().unwrap()
            }
        };
        let left = server.backup_codes_left(&user).await.0;
        let nodes = [&server, other.as_ref().unwrap_or(&server)];
        let tries = (0..50).map(|n| nodes[n % 2].takes(&user, Factor::BackupCode, &code));
        let taken = join_all(tries).await.into_iter().filter(|taken| *taken).count();
        assert_eq!(taken, 1, "round {round}");
        assert_eq!(server.backup_codes_left(&user).await, (left - 1, left - 1), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_have_codes_made_at_once_one_has_those_that_work_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    ada.adds_authenticator(&server).await;
    let user = ada.user_id().await;
    for round in 0..50 {
        let (one, two) = (ada.copied(), ada.copied());
        let made = tokio::join!(one.makes_backup_codes(), two.makes_backup_codes());
        assert_eq!(server.backup_codes_left(&user).await, (12, 12), "round {round}");
        let first = server.takes(&user, Factor::BackupCode, &made.0[0]).await;
        let second = server.takes(&user, Factor::BackupCode, &made.1[0]).await;
        assert!(first != second, "round {round}");
    }
}

#[tokio::test]
async fn e06_new_codes_void_the_old_ones_and_nothing_shows_them_again() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let authenticator = ada.adds_authenticator(&server).await;
    bob.adds_authenticator(&server).await;
    let user = ada.user_id().await;
    let old = ada.makes_backup_codes().await;
    assert!(server.takes(&user, Factor::BackupCode, &old[0]).await);
    let again = ada.post("/me/backup-codes/regenerate", json!({})).await.ok();
    let new: Vec<String> =
        again.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect();
    for code in &old {
        assert!(!server.takes(&user, Factor::BackupCode, code).await);
    }
    assert_eq!(server.backup_codes_left(&user).await, (12, 12));
    // At the other field it is nothing, and is not used up.
    assert!(!server.takes(&user, Factor::Authenticator, &new[0]).await);
    server.advance(3 * STEP_MS);
    let shown = authenticator.code(server.app.world.clock.now_ms());
    assert!(!server.takes(&user, Factor::BackupCode, &shown).await);
    assert!(server.takes(&user, Factor::Authenticator, &shown).await);
    // Somebody else's are none of hers.
    let of_bob = bob.makes_backup_codes().await;
    assert!(!server.takes(&user, Factor::BackupCode, &of_bob[0]).await);
    assert!(server.takes(&bob.user_id().await, Factor::BackupCode, &of_bob[0]).await);
    // Whatever is read, none of them is in it.
    for path in ["/me", "/session", "/deployment"] {
        let text = ada.get(path).await.text;
        assert!(new.iter().all(|code| !text.contains(code.as_str())), "{path}");
    }
    for path in ["/me/backup-codes", "/me/backup-codes/regenerate"] {
        let reply = ada.get(path).await;
        assert!(reply.status == 405, "{path}: {}", reply.status);
    }
    assert!(server.takes(&user, Factor::BackupCode, &new[0]).await);
}

#[tokio::test]
async fn e06_a_code_has_forty_bits_that_are_spread_evenly() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    ada.adds_authenticator(&server).await;
    let mut all = BTreeSet::new();
    let mut counts: BTreeMap<(usize, char), i64> = BTreeMap::new();
    for _ in 0..80 {
        let codes = ada.makes_backup_codes().await;
        assert_eq!(codes.len(), 12);
        for code in codes {
            let (one, two) = code.split_once('-').unwrap();
            assert_eq!((one.len(), two.len()), (4, 4));
            for (place, letter) in one.chars().chain(two.chars()).enumerate() {
                assert!(ALPHABET.contains(letter), "{code}");
                *counts.entry((place, letter)).or_default() += 1;
            }
            all.insert(code);
        }
    }
    assert_eq!(all.len(), 960, "one came twice");
    for place in 0..8 {
        // Thirty letters of 960 each; 31 degrees of freedom pass 80 less than once in a million.
        let of = |letter| counts.get(&(place, letter)).copied().unwrap_or_default();
        let chi_square: i64 = ALPHABET.chars().map(|letter| (of(letter) - 30).pow(2)).sum::<i64>() / 30;
        assert!(chi_square < 80, "place {place}: {chi_square}");
    }
}

#[tokio::test]
async fn what_is_no_code_is_none() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    ada.adds_authenticator(&server).await;
    let user = ada.user_id().await;
    let codes = ada.makes_backup_codes().await;
    let odd = ["", "-", "AAAA-AAAU", "ＡＡＡＡ-AAAA", "' or 1=1 --", "\u{0}"];
    for typed in odd.map(str::to_owned).into_iter().chain([format!("{}A", codes[0]), "A".repeat(100_000)]) {
        assert!(!server.takes(&user, Factor::BackupCode, &typed).await);
        assert!(!server.takes(&user, Factor::Authenticator, &typed).await);
    }
    assert_eq!(server.backup_codes_left(&user).await, (12, 12));
    assert_ne!(ada.get("/me").await.ok()["user_authenticator"], Value::Null);
}
