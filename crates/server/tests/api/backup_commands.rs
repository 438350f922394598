//! `keyrack backup` and `keyrack restore`, the real binary beside the real binary, also killed in the middle.

use crate::support::{Browser, Ended, MASTER_KEY, Process, Store, free_address};
use keyrack_server::db::Db;
use rustix::process::Signal;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const OTHER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Store {
    /// `keyrack <line>` on it, where the configuration names its folder: `--data` beside PostgreSQL is refused.
    fn run_with(&self, line: &str, key: &str, input: &str) -> Ended {
        self.names_its_folder();
        let variables = [("KEYRACK_MASTER_KEY", key), ("KEYRACK_DATABASE_URL", self.url())];
        Process::start_with(self.folder(), line, &variables, input).ended()
    }

    pub fn names_its_folder(&self) {
        fs::write(self.folder().join("keyrack.toml"), "data = \".\"\n").unwrap();
    }

    /// What `keyrack <line>` says, which must succeed.
    #[track_caller]
    pub fn run(&self, line: &str) -> String {
        let ended = self.run_with(line, MASTER_KEY, "");
        assert_eq!((ended.code, ended.err.len()), (Some(0), 0), "{line}: {ended:?}");
        ended.out.join("\n")
    }

    /// The one line with which `keyrack <line>` refuses.
    #[track_caller]
    pub fn refuses(&self, line: &str, key: &str, input: &str) -> String {
        let ended = self.run_with(line, key, input);
        let (Some(1), [said], true) = (ended.code, ended.err.as_slice(), ended.out.is_empty()) else {
            panic!("{line}: {ended:?}")
        };
        said.strip_prefix("keyrack: ").unwrap().to_owned()
    }

    /// `keyrack dev` on it, and a browser for it.
    pub fn dev(&self) -> (Process, Browser) {
        let address = free_address();
        let variables = [("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", self.url())];
        let process = Process::start(self.folder(), &format!("dev --listen {address} --data ."), &variables);
        process.says("Keyrack is running");
        (process, Browser::in_staging(&format!("http://{address}")))
    }

    /// So many records more than people could leave in a test.
    async fn grows(&self, records: i64) {
        let publish = Arc::new(|_: &_| {});
        let (url, folder) = (self.url().to_owned(), self.folder().to_path_buf());
        let db = tokio::task::spawn_blocking(move || {
            if url.is_empty() { Db::open_sqlite(&folder, publish) } else { Db::open_postgres(&url, publish) }
        });
        let db = db.await.unwrap().unwrap();
        // Some at a time: on a machine that is busy all of them take longer than a change is waited for.
        let sql = "insert into audit (id, deployment_id, at, event, result, reason, actor, ip_address, user_id,
                session_id, sign_in_id, identifier)
            with recursive g(n) as (select cast($1 as bigint) union all select n + 1 from g where n < $2)
            select 'aud_' || cast(n as text), 'dev', n, 'code_sent', 'ok', '', 'stranger', '', '', '', '', '' from g";
        for first in (1..=records).step_by(2_000) {
            let last = records.min(first + 1_999);
            let added = db.write(move |tx| tx.execute(sql, keyrack_server::params![first, last]));
            assert_eq!(added.await.unwrap(), u64::try_from(last - first + 1).unwrap());
        }
    }
}

pub async fn signed_up(browser: &Browser) {
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let outbox = browser.get("/dev/outbox?to=ada@example.com").await.json();
    let code = outbox["messages"][0]["code"].as_str().unwrap().to_owned();
    browser.enters_code(&attempt, &code).await.ok();
}

pub fn stop(process: Process) {
    process.signal(Signal::TERM);
    assert_eq!(process.ended().code, Some(0));
}

#[tokio::test]
async fn a_backup_is_made_beside_a_running_server_and_restored_where_there_is_nothing() {
    let (from, to) = (Store::empty().await, Store::empty().await);
    assert!(from.refuses("backup early", MASTER_KEY, "").contains(if from.url().is_empty() {
        "there is no database; name its folder with --data"
    } else {
        "no server has started on it yet"
    }));
    let (server, ada) = from.dev();
    signed_up(&ada).await;
    let said = from.run("backup ada.backup");
    assert!(said.starts_with("Backed up ") && said.contains(" of dev: 1 users, 1 sessions, "), "{said}");
    let path = from.folder().join("ada.backup");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!from.folder().join("ada.backup.partial").exists());
    assert!(from.refuses("backup ada.backup", MASTER_KEY, "").contains("there already"));
    let json: Value = serde_json::from_str(&from.run("backup second --json")).unwrap();
    assert_eq!((&json["rows"]["users"], &json["deployments"][0]), (&1.into(), &"dev".into()));
    assert_eq!(json["bytes"], fs::metadata(from.folder().join("second")).unwrap().len());

    // The master key of the installation, and no other.
    let file = path.display();
    assert!(to.refuses(&format!("restore {file}"), OTHER_KEY, "").contains("with another one"));
    assert!(to.refuses(&format!("restore {file}"), "", "").contains("no master key"));
    assert!(to.run(&format!("restore {file} --verify")).starts_with("Whole, and for this master key"));
    let said = from.refuses(&format!("restore {file}"), MASTER_KEY, "");
    assert!(
        said.contains("another keyrack runs") || said.contains("there is one of a Keyrack already"),
        "{said}"
    );
    let said = to.run(&format!("restore {file} --keep-sessions"));
    assert!(said.starts_with("Restored the state of 20"), "{said}");
    assert!(said.contains("signed in as they were") && said.contains("without --keep-sessions"), "{said}");
    stop(server);
    let (server, elsewhere) = to.dev();
    elsewhere.hold(ada.credential());
    assert_eq!(elsewhere.accounts().await, ["ada*"]);
    stop(server);
    // Nobody has to think of it at night: what is not a move ends everything.
    let lost = Store::empty().await;
    let said = lost.run(&format!("restore {file}"));
    assert!(said.contains("1 sign-ins ended: everybody signs in again"), "{said}");
    let (server, elsewhere) = lost.dev();
    elsewhere.hold(ada.credential());
    assert_eq!(elsewhere.session().await["end_reason"], "revoked_by_admin");
    stop(server);
    assert!(to.refuses(&format!("restore {file}"), MASTER_KEY, "").contains("there is one"));
    // A server that has stopped is no reason not to back up.
    to.run("backup later");
}

#[tokio::test]
async fn a_backup_travels_through_a_pipe() {
    let (from, to) = (Store::empty().await, Store::empty().await);
    stop(from.dev().0);
    let ended = from.run_with("backup -", MASTER_KEY, "");
    let [said] = ended.err.as_slice() else { panic!("{ended:?}") };
    assert!(said.starts_with("Backed up "), "{said}");
    let file = ended.out.join("\n") + "\n";
    let damaged = file.replacen("\"dev\"", "\"dew\"", 1);
    assert!(to.refuses("restore -", MASTER_KEY, &damaged).contains("damaged"));
    let ended = to.run_with("restore -", MASTER_KEY, &file);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.concat().contains("everybody signs in again"), "{ended:?}");
    stop(to.dev().0);
    let full = Command::new(env!("CARGO_BIN_EXE_keyrack"))
        .args(["backup", "-"])
        .current_dir(from.folder())
        .envs([("KEYRACK_DATABASE_URL", from.url())])
        .stdout(File::options().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(full.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&full.stderr).contains("write the backup"), "{full:?}");
}

/// `keyrack <args>` whose standard input stays open.
fn spawn(store: &Store, args: &[&str]) -> Child {
    store.names_its_folder();
    Command::new(env!("CARGO_BIN_EXE_keyrack"))
        .args(args)
        .current_dir(store.folder())
        .envs([("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", store.url())])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).collect()
}

/// Waits until `reached`, without which the test is none.
fn until(what: &str, mut reached: impl FnMut() -> bool) {
    for _ in 0..60_000 {
        if reached() {
            return;
        }
        // Not a pause for luck: a look every millisecond for a minute.
        let (_keep, wait) = std::sync::mpsc::channel::<()>();
        let _ = wait.recv_timeout(Duration::from_millis(1));
    }
    panic!("never: {what}");
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_nothing_that_looks_finished() {
    let (from, to) = (Store::empty().await, Store::empty().await);
    stop(from.dev().0);
    from.grows(30_000).await;
    from.run("backup all");
    let file = fs::read(from.folder().join("all")).unwrap();
    for part in [3, 2, 1] {
        let mut child = spawn(&to, &["restore", "-"]);
        // All but the last bytes are taken before it is killed: the pipe holds less than is written.
        let end = if part == 1 { file.len() - 30 } else { file.len() / part };
        child.stdin.as_mut().unwrap().write_all(&file[..end]).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!names(to.folder()).contains(&"keyrack.db".to_owned()), "{:?}", names(to.folder()));
        let said = to.refuses("backup none", MASTER_KEY, "");
        assert!(said.contains("there is no database") || said.contains("no server has started"), "{said}");
    }
    if to.url().is_empty() {
        assert!(names(to.folder()).contains(&"keyrack.db.unfinished".to_owned()));
    }
    let all = from.folder().join("all");
    to.run(&format!("restore {}", all.display()));
    assert!(!names(to.folder()).contains(&"keyrack.db.unfinished".to_owned()));
    let (server, _) = to.dev();
    stop(server);
}

#[tokio::test]
async fn a_backup_that_is_killed_has_not_its_name() {
    let store = Store::empty().await;
    stop(store.dev().0);
    store.grows(30_000).await;
    let mut killed = 0;
    for _ in 0..10 {
        let mut child = spawn(&store, &["backup", "night"]);
        let partial = store.folder().join("night.partial");
        let end = store.folder().join("night");
        until("it has begun", || end.exists() || fs::metadata(&partial).is_ok_and(|file| file.len() > 0));
        child.kill().unwrap();
        child.wait().unwrap();
        if end.exists() {
            store.run("restore night --verify");
            fs::remove_file(&end).unwrap();
        } else {
            let looked = store.run_with("restore night.partial --verify", MASTER_KEY, "");
            // It may have been written to its end, and not have got its name yet.
            if looked.code != Some(0) {
                let said = store.refuses("restore night.partial --verify", MASTER_KEY, "");
                assert!(said.contains("damaged or incomplete"), "{said}");
                killed += 1;
            }
        }
    }
    assert!(killed > 0, "none was killed in the middle");
    // What they left is in nobody's way.
    store.run("backup night");
    store.run("restore night --verify");
    assert!(!names(store.folder()).contains(&"night.partial".to_owned()));
}

#[tokio::test]
async fn a_database_of_an_older_keyrack_is_backed_up_and_brought_up_to_date_by_the_restore() {
    let (from, to) = (Store::sqlite(), Store::empty().await);
    let old = rusqlite::Connection::open(from.folder().join("keyrack.db")).unwrap();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for (version, name) in [(1, "ground"), (2, "usernames"), (3, "audit")] {
        let path = migrations.join(format!("{version:04}_{name}.sql"));
        old.execute_batch(&fs::read_to_string(path).unwrap()).unwrap();
    }
    let check = keyrack_server::master_key::check_value(&crate::support::vault());
    old.execute_batch(&format!(
        "create table migrations (version bigint primary key, name text not null);
         insert into migrations values (1, 'ground'), (2, 'usernames'), (3, 'audit');
         insert into deployments values ('dev', 1, 1);
         insert into facts values ('', 'master_key_check', '{check}');
         insert into sessions (id, deployment_id, version, revision, key_hash, valid_until, outer_until, created_at,
             updated_at) values ('ses_1', 'dev', 1, 7, 'h', 1, 1, 1, 1);
         insert into attempts (id, deployment_id, session_id, version, kind, key_hash, stage, shown, listed_until,
             expires_at, created_at, ended_at) values ('att_1', 'dev', 'ses_1', 1, 'sign_up', 'h', 'a-hash', 's', 1, 1, 1, 2);"
    ))
    .unwrap();
    drop(old);
    from.run("backup old");
    let file = from.folder().join("old");
    to.run(&format!("restore {}", file.display()));
    to.run("backup new");
    let text = fs::read_to_string(to.folder().join("new")).unwrap();
    let newest = keyrack_server::db::copy::newest();
    assert!(text.starts_with(&format!("{{\"keyrack_backup\":1,\"schema\":{newest},")), "{text}");
    // What the migrations since then do to rows was done to these.
    assert!(text.contains("[\"att_1\"") && !text.contains("a-hash"), "{text}");
    stop(to.dev().0);
}
