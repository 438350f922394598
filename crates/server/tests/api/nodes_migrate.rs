//! A database of an older version: nodes that start at once, a start that is killed, a binary that is too old (P13).

use crate::retired::own_database;
use crate::support::{Ended, Keyrack, MASTER_KEY, Process, free_address};
use keyrack_server::db::Db;
use rusqlite::Connection;
use rustix::process::Signal;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Every migration: its name, and its text.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "sql"));
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap()["0001_".len()..].to_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The number that the last file's name begins with.
fn newest() -> i64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.split_once('_')?.0.parse().ok()).max().unwrap()
}

/// Something of a version that is none yet, by the rules for new ones.
const ADDED: &str = "alter table users add column nickname text;
    alter table sessions add column colour text not null default 'none';
    create table things (id text primary key);
    create index sign_ins_later on sign_ins (created_at);
    insert into migrations (version, name) values (9999, 'later');";

/// What makes a database as version `version` left it, with as many attempts as `attempts` says.
fn of_version(version: usize, attempts: usize) -> String {
    let mut sql = "create table migrations (version bigint primary key, name text not null);".to_owned();
    for (index, (name, file)) in files().iter().take(version).enumerate() {
        sql += &format!("{file}\ninsert into migrations (version, name) values ({}, '{name}');\n", index + 1);
    }
    sql += "insert into deployments (id, version, created_at) values ('d', 1, 1);
        insert into sessions (id, deployment_id, version, revision, key_hash, valid_until, outer_until, created_at,
            updated_at, ended_at) values ('s', 'd', 1, 1, '', 1, 1, 1, 1, 1);";
    sql + &format!(
        "with recursive n (n) as (select 1 union all select n + 1 from n where n < {attempts})
         insert into attempts (id, deployment_id, session_id, version, kind, key_hash, stage, shown, listed_until,
             expires_at, created_at, ended_at)
         select 'att_' || n, 'd', 's', 1, 'sign_up', '', '{{}}', '{{}}', 1, 1, 1, 1 from n;"
    )
}

/// A database of its own on the engine under test, and a folder.
struct Place {
    folder: TempDir,
    url: Option<String>,
}

impl Place {
    fn new() -> Self {
        let server = std::env::var("KEYRACK_TEST_DATABASE_URL").ok();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Self { folder, url: server.map(|server| own_database(&server)) }
    }

    fn sqlite(&self) -> Connection {
        Connection::open(self.folder.path().join("data/keyrack.db")).unwrap()
    }

    fn batch(&self, sql: &str) {
        match &self.url {
            Some(url) => postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap(),
            None => self.sqlite().execute_batch(sql).unwrap(),
        }
    }

    /// What `sql` counts.
    fn count(&self, sql: &str) -> i64 {
        match &self.url {
            Some(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
                client.query_one(sql, &[]).unwrap().get(0)
            }
            None => self.sqlite().query_row(sql, [], |row| row.get(0)).unwrap(),
        }
    }

    fn version(&self) -> i64 {
        self.count("select max(version) from migrations")
    }

    fn start(&self) -> Process {
        let url = self.url.clone().unwrap_or_default();
        let variables = [
            ("KEYRACK_MASTER_KEY", MASTER_KEY),
            ("KEYRACK_DATABASE_URL", url.as_str()),
            ("KEYRACK_LOG", "debug"),
        ];
        Process::start(self.folder.path(), &format!("dev --listen {}", free_address()), &variables)
    }

    /// The one line with which it refuses to start.
    #[track_caller]
    fn refuses(&self) -> String {
        let Ended { code, err, .. } = self.start().ended();
        assert_eq!(code, Some(1), "{err:?}");
        err.last().unwrap().clone()
    }
}

fn stop(process: Process) {
    process.signal(Signal::TERM);
    assert_eq!(process.ended().code, Some(0));
}

#[test]
fn p13_what_a_migration_will_do_is_logged_before_it_is_done() {
    let place = Place::new();
    place.batch(&of_version(3, 7));
    let process = place.start();
    let said = process.logs("\"migrating the database\"");
    let to = format!("\"to\":{}", newest());
    let names = "\"names\":\"ended_attempts, stale_rows";
    for words in ["\"from\":3", &to, names, "attempts: 7", "sessions: 1"] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    process.says("Keyrack is running");
    stop(process);
    assert_eq!(place.version(), newest());
    assert_eq!(place.count("select count(*) from attempts where shown <> ''"), 0);

    // There is nothing left to do, and so nothing to say.
    let again = place.start();
    again.says("Keyrack is running");
    again.signal(Signal::TERM);
    let ended = again.ended();
    assert!(ended.err.iter().all(|line| !line.contains("migrating")), "{ended:?}");
}

#[test]
fn p13_a_database_that_a_newer_binary_made_is_refused_and_left_as_it_is() {
    let place = Place::new();
    place.batch(&of_version(files().len(), 1));
    place.batch(ADDED);
    let said = place.refuses();
    let sentence =
        format!("its schema is version 9999, this keyrack knows {}; start the newer keyrack", newest());
    assert!(said.starts_with("keyrack: ") && said.contains(&sentence), "{said}");
    assert_eq!((place.version(), place.count("select count(*) from deployments")), (9999, 1));
}

#[test]
fn p13_a_migration_that_is_killed_half_way_leaves_the_old_version_and_the_next_start_makes_it() {
    let place = killed_half_way();
    assert_eq!(place.version(), 3);
    assert!(place.count("select count(*) from attempts where shown <> ''") > 0, "the first step was kept");
    assert_eq!(place.count(&index_count(&place)), 0, "an index of the second step was kept");

    let process = place.start();
    process.says("Keyrack is running");
    stop(process);
    assert_eq!((place.version(), place.count(&index_count(&place))), (newest(), 1));
    assert_eq!(place.count("select count(*) from attempts where shown <> ''"), 0);
}

/// A database whose migration was killed when the first of its steps was made and the second under way.
fn killed_half_way() -> Place {
    // On PostgreSQL somebody is in its way. On SQLite so many rows are that it takes a while, which on a machine that does
    // not let this process see to it in time is not long enough: then all of it is done.
    for _ in 0..10 {
        let place = Place::new();
        place.batch(&of_version(3, if place.url.is_some() { 10 } else { 400_000 }));
        let mut in_the_way = place.url.as_deref().map(|url| {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            client.batch_execute("begin; lock table sign_ins in share row exclusive mode").unwrap();
            client
        });
        let process = place.start();
        process.logs("\"version\":5");
        process.signal(Signal::KILL);
        assert_eq!(process.ended().code, None);
        if let Some(client) = &mut in_the_way {
            client.batch_execute("rollback").unwrap();
        }
        if place.version() != newest() {
            return place;
        }
    }
    panic!("it was never killed in the middle")
}

fn index_count(place: &Place) -> String {
    let catalogue =
        if place.url.is_some() { "pg_indexes where indexname" } else { "sqlite_master where name" };
    format!("select count(*) from {catalogue} = 'audit_old'")
}

#[test]
fn p13_two_nodes_that_start_at_once_migrate_an_empty_and_an_old_database_once_in_50_rounds() {
    let place = Place::new();
    let Some(url) = place.url.clone() else { return };
    for round in 0..50 {
        place.batch("drop schema public cascade; create schema public");
        if round % 2 == 1 {
            place.batch(&of_version(1 + round % 4, 3));
        }
        let open = || {
            let url = url.clone();
            std::thread::spawn(move || Db::open_postgres(&url, Arc::new(|_| {})).map(drop))
        };
        for started in [open(), open()] {
            started.join().unwrap().unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
        assert_eq!(
            (place.version(), place.count("select count(*) from migrations")),
            (newest(), files().len() as i64),
            "round {round}"
        );
    }
}

#[tokio::test]
async fn p13_a_running_node_goes_on_beside_a_newer_schema() {
    let own = tokio::task::spawn_blocking(Place::new).await.unwrap();
    let server = Keyrack::start_configured(|config| config.database_url = own.url.clone()).await;
    let browser = server.signed_up("ada").await;
    let data = server.app.config.data_dir.clone();
    tokio::task::spawn_blocking(move || add_to(&own, &data)).await.unwrap();
    browser.get("/session/token").await.ok();
    browser.signs_up(&server, "bob").await;
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
    let ada = serde_json::json!({ "sign_in_id": browser.sign_in_of("ada").await });
    browser.post("/session/switch-sign-in", ada).await.ok();
    browser.post("/session/sign-out", serde_json::json!({})).await.ok();
    server.signed_in("ada").await.get("/me").await.ok();
}

/// Migrates the database of a running server as a later version would.
fn add_to(place: &Place, data: &Path) {
    match &place.url {
        Some(_) => place.batch(ADDED),
        None => Connection::open(data.join("keyrack.db")).unwrap().execute_batch(ADDED).unwrap(),
    }
}
