//! The files of a data folder: what is in them after a stop, whose they are, and what is not destroyed.

use crate::backup_commands::{signed_up, stop};
use crate::start::FILE;
use crate::support::{Ended, MASTER_KEY, Process, Store, free_address};
use rustix::fs::{Gid, Uid, chown};
use rustix::process::Signal;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// A user who is not root and owns nothing.
const NOBODY: u32 = 65_534;

fn wal(store: &Store) -> Vec<u8> {
    fs::read(store.folder().join("keyrack.db-wal")).unwrap_or_default()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[tokio::test]
async fn after_a_clean_stop_keyrack_db_alone_holds_everything() {
    let store = Store::sqlite();
    let (server, ada) = store.dev();
    signed_up(&ada).await;
    assert!(!wal(&store).is_empty(), "there is nothing to fold: this test is none");
    stop(server);
    assert_eq!(wal(&store).len(), 0);
    let copy = Store::sqlite();
    fs::copy(store.folder().join("keyrack.db"), copy.folder().join("keyrack.db")).unwrap();
    let (server, elsewhere) = copy.dev();
    elsewhere.hold(ada.credential());
    assert_eq!(elsewhere.accounts().await, ["ada*"]);
    stop(server);
}

#[tokio::test]
async fn whoever_reads_the_file_keeps_no_stop_from_ending_and_it_says_what_belongs_together() {
    let store = Store::sqlite();
    let (server, ada) = store.dev();
    let reader = rusqlite::Connection::open(store.folder().join("keyrack.db")).unwrap();
    reader.execute_batch("begin; select count(*) from users;").unwrap();
    signed_up(&ada).await;
    server.signal(Signal::TERM);
    let ended = server.ended();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let said = ended.err.concat();
    assert!(said.contains("keep the two together") && said.contains("another program reads it"), "{said}");
    assert!(!wal(&store).is_empty());
    drop(reader);
    let (server, again) = store.dev();
    again.hold(ada.credential());
    assert_eq!(again.accounts().await, ["ada*"]);
    stop(server);
}

/// The last line of a start that must fail, as the operator sees it.
#[track_caller]
fn complaint(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    ended.err.last().unwrap().strip_prefix("keyrack: ").unwrap()
}

#[tokio::test]
async fn a_wal_without_its_file_is_not_destroyed_by_whatever_begins_there() {
    let (store, other) = (Store::sqlite(), Store::sqlite());
    stop(other.dev().0);
    other.run("backup file");
    let (server, ada) = store.dev();
    signed_up(&ada).await;
    server.signal(Signal::KILL);
    server.ended();
    let (kept, path) = (wal(&store), store.folder().join("keyrack.db"));
    assert!(!kept.is_empty());
    fs::rename(&path, store.folder().join("moved")).unwrap();
    fs::write(store.folder().join("serve.toml"), FILE).unwrap();
    let file = other.folder().join("file");
    for empty in [false, true] {
        if empty {
            // As one that was begun: SQLite takes it for none.
            fs::write(&path, "").unwrap();
        }
        for line in [
            format!("dev --data . --listen {}", free_address()),
            format!("serve --data . --listen {} --config serve.toml", free_address()),
            format!("restore {} --data .", file.display()),
            "backup none --data .".to_owned(),
        ] {
            let variables = [("KEYRACK_MASTER_KEY", MASTER_KEY)];
            let ended = Process::start(store.folder(), &line, &variables).ended();
            let said = complaint(&ended);
            assert!(said.contains("put that keyrack.db back, or move keyrack.db-wal away"), "{line}: {said}");
            assert_eq!(path.exists(), empty, "{line}");
            assert_eq!(wal(&store), kept, "{line}");
        }
    }
    fs::rename(store.folder().join("moved"), &path).unwrap();
    let (server, again) = store.dev();
    again.hold(ada.credential());
    assert_eq!(again.accounts().await, ["ada*"]);
    stop(server);
}

fn give_to_nobody(path: &Path) {
    chown(path, Some(Uid::from_raw(NOBODY)), Some(Gid::from_raw(NOBODY))).unwrap();
}

/// `keyrack dev` in `folder`, as nobody if we are root; nothing where nobody may not run it.
fn dev_as_nobody(folder: &Path) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrack"));
    command.args(["dev", "--data", ".", "--listen", &free_address().to_string()]);
    command.current_dir(folder).env_clear();
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    match command.output() {
        Ok(done) => Some(String::from_utf8(done.stderr).unwrap()),
        Err(cause) if is_root() && cause.kind() == ErrorKind::PermissionDenied => None,
        Err(cause) => panic!("{cause}"),
    }
}

#[test]
fn what_root_restores_belongs_to_the_owner_of_the_folder() {
    if !is_root() {
        return;
    }
    let (from, to) = (Store::sqlite(), Store::sqlite());
    stop(from.dev().0);
    from.run("backup file");
    give_to_nobody(to.folder());
    to.run(&format!("restore {}", from.folder().join("file").display()));
    for name in ["keyrack.db", "keyrack.lock"] {
        let about = fs::metadata(to.folder().join(name)).unwrap();
        assert_eq!((about.uid(), about.gid(), about.mode() & 0o777), (NOBODY, NOBODY, 0o600), "{name}");
    }
}

#[test]
fn a_file_that_may_not_be_opened_is_told_with_its_owner_and_what_helps() {
    for name in ["keyrack.db", "keyrack.lock"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        if is_root() {
            give_to_nobody(folder.path());
            let Some(said) = dev_as_nobody(folder.path()) else { return };
            let words = [
                format!("./{name} belongs to user 0 with mode 0000, and this runs as user {NOBODY}"),
                format!("chown {NOBODY}:{NOBODY} ./{name}"),
            ];
            assert!(words.iter().all(|word| said.contains(word)), "{said}");
            give_to_nobody(&path);
        }
        let said = dev_as_nobody(folder.path()).unwrap();
        assert!(said.contains("but its mode is 0000; chmod 600 ./") && said.contains(name), "{said}");
    }
}

#[tokio::test]
async fn dev_makes_no_master_key_for_a_database_that_has_one() {
    let store = Store::empty().await;
    stop(store.dev().0);
    let line = format!("dev --data . --listen {}", free_address());
    let ended = Process::start(store.folder(), &line, &[("KEYRACK_DATABASE_URL", store.url())]).ended();
    let said = complaint(&ended);
    assert!(
        said.contains("this database was made with another one") && said.contains("KEYRACK_MASTER_KEY"),
        "{said}"
    );
    assert!(!store.folder().join("master.key").exists());
    // Whoever has the right one goes on.
    stop(store.dev().0);
}

#[test]
fn a_folder_and_a_postgresql_at_once_are_refused_by_backup_and_restore() {
    let store = Store::sqlite();
    let write = |name: &str, text: &str| fs::write(store.folder().join(name), text).unwrap();
    write("address", "postgres://nobody@127.0.0.1:1/none");
    write("live.toml", "database_url_file = \"address\"\n");
    let (key, url) = (("KEYRACK_MASTER_KEY", MASTER_KEY), "postgres://nobody@127.0.0.1:1/none");
    for (variables, more, named) in [
        (vec![key, ("KEYRACK_DATABASE_URL", url)], "", "KEYRACK_DATABASE_URL a"),
        (vec![key, ("KEYRACK_DATABASE_URL_FILE", "address")], "", "KEYRACK_DATABASE_URL_FILE a"),
        (vec![key], "--config live.toml", "database_url_file in live.toml a"),
    ] {
        for command in ["backup", "restore"] {
            let line = format!("{command} file --data drill {more}");
            let ended = Process::start(store.folder(), &line, &variables).ended();
            let said = complaint(&ended);
            assert!(said.contains("--data drill") && said.contains(named), "{line}: {said}");
            assert!(said.contains("leave one out"), "{line}: {said}");
        }
    }
    for made in ["file", "file.partial", "drill"] {
        assert!(!store.folder().join(made).exists(), "{made}");
    }
}
