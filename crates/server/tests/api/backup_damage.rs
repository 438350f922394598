//! A file that is not what was written is refused before anything of it is visible.

use crate::support::{Store, vault};
use keyrack_server::backup;
use keyrack_server::db::copy::Source;
use std::io::Cursor;

const NOW: i64 = 1_767_225_600_000;

async fn file() -> Vec<u8> {
    let store = Store::empty().await;
    let server = store.serve("damage").await;
    server.signed_up("ada").await;
    store.back_up().await
}

/// Why a file is refused; it must be.
#[track_caller]
fn refused(file: &[u8], what: &str) -> String {
    match backup::examine(Cursor::new(file), &vault()) {
        Ok(_) => panic!("{what} was not noticed"),
        Err(error) => error.cause().unwrap_or_default().to_owned(),
    }
}

/// The places from 0 to `length` that are tried: the first and the last ones, and many between them.
fn some(length: usize) -> impl Iterator<Item = usize> {
    (0..length).filter(move |place| *place < 150 || length - place < 250 || place % 41 == 0)
}

/// Whether there is nothing at all at a place.
async fn is_untouched(store: &Store) -> bool {
    let place = store.place.clone();
    let nothing = tokio::task::spawn_blocking(move || Source::open(&place).is_err()).await.unwrap();
    nothing
        && std::fs::read_dir(store.folder())
            .unwrap()
            .all(|entry| entry.unwrap().file_name() == "keyrack.lock")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_wrong_bit_anywhere_is_refused() {
    let file = file().await;
    assert!(file.len() > 3000);
    for position in some(file.len()) {
        let mut damaged = file.clone();
        damaged[position] ^= 1 << (position % 8);
        refused(&damaged, &format!("byte {position} of {}", file.len()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_ends_too_early_or_too_late_is_refused() {
    let file = file().await;
    for length in some(file.len()) {
        refused(&file[..length], &format!("an end after byte {length}"));
    }
    refused(&[file.as_slice(), b"\n"].concat(), "a line too many");
    let lines: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').collect();
    for missing in 0..lines.len() {
        let rest: Vec<&[u8]> =
            lines.iter().enumerate().filter(|(n, _)| *n != missing).map(|(_, l)| *l).collect();
        refused(&rest.concat(), &format!("without line {}", missing + 1));
    }
    assert!(refused(b"PGDMP", "another program's file").contains("no backup of Keyrack"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_damaged_while_it_is_restored_leaves_nothing() {
    let file = file().await;
    let into = Store::empty().await;
    // The last row, the counts, the checksum: all rows before are in by then.
    let end = file.len();
    for position in [end / 3, end / 2, end - 400, end - 40, end - 4] {
        let mut damaged = file.clone();
        damaged[position] ^= 4;
        into.restore(&damaged, NOW, true).await.unwrap_err();
        assert!(is_untouched(&into).await, "byte {position}");
    }
    into.restore(&file[..end - 80], NOW, true).await.unwrap_err();
    assert!(is_untouched(&into).await);
    into.restore(&file, NOW, true).await.unwrap();
    assert!(!is_untouched(&into).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_format_or_schema_and_another_master_key_are_told_apart_from_damage() {
    let text = String::from_utf8(file().await).unwrap();
    let newest = keyrack_server::db::copy::newest();
    let newer = text.replace(&format!("\"schema\":{newest},"), &format!("\"schema\":{},", newest + 1));
    assert!(refused(newer.as_bytes(), "a newer schema").contains("take the newer keyrack"));
    let newer = text.replace("\"keyrack_backup\":1,", "\"keyrack_backup\":2,\"more\":[1],");
    assert!(refused(newer.as_bytes(), "a newer format").contains("take the one that made it"));
    let other = keyrack_server::vault::Vault::new(&[9; 32]).unwrap();
    let error = backup::examine(Cursor::new(text.as_bytes()), &other).unwrap_err();
    assert!(error.cause().unwrap().contains("made with another one"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_anything_in_it_is_not_filled() {
    let file = file().await;
    let used = Store::empty().await;
    drop(used.serve("used").await);
    let before = used.back_up().await;
    let error = used.restore(&file, NOW, true).await.unwrap_err();
    let said = error.cause().unwrap();
    assert!(said.contains("there is one") || said.contains("another keyrack runs"), "{said}");
    let header =
        |file: &[u8]| String::from_utf8_lossy(file).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(header(&used.back_up().await), header(&before));
    let alone = " holds changes of a keyrack.db that is not here";
    let there = ": there is one already";
    for (name, why) in [("keyrack.db", there), ("keyrack.db-wal", alone), ("keyrack.db-shm", there)] {
        let left = Store::sqlite();
        let path = left.folder().join(name);
        std::fs::write(&path, "of a database that is not used").unwrap();
        let error = left.restore(&file, NOW, true).await.unwrap_err();
        assert!(error.cause().unwrap().contains(&format!("{name}{why}")), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "of a database that is not used");
    }
}
