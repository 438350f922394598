//! Two nodes that start at once, where there is a PostgreSQL to start on.

use super::*;
use ::postgres::{Client, NoTls};
use std::sync::mpsc::channel;
use std::thread;

/// Longer than what a request may take, as [`node`] has it.
const WAITED_MS: i64 = 400;

/// A connection on which a request may take a tenth of a second.
fn node(url: &str) -> Connection {
    let mut config = parse(url).unwrap();
    config.application_name("keyrack-migrating").options("-c statement_timeout=100ms -c lock_timeout=100ms");
    Connection::new(
        Wire::open(&config, Duration::ZERO).unwrap_or_else(|failure| panic!("{failure}")),
        0,
        Arc::default(),
    )
}

#[test]
fn nodes_that_start_at_once_wait_for_the_one_that_migrates_however_long_that_takes() {
    let Ok(url) = std::env::var("KEYRACK_TEST_DATABASE_URL") else { return };
    let mut first = Client::connect(&url, NoTls).unwrap();
    first.batch_execute("begin; select pg_advisory_xact_lock(5389731)").unwrap();
    let (done, ended) = channel();
    for _ in 0..2 {
        let (done, mut node) = (done.clone(), node(&url));
        thread::spawn(move || done.send(node.migrate().map_err(|error| error.to_string())));
    }
    let mut watch = Client::connect(&url, NoTls).unwrap();
    let waiting = "select count(*) from pg_stat_activity where application_name = 'keyrack-migrating'
        and wait_event_type = 'Lock' and now() - query_start > $1 * interval '1 millisecond'";
    let enough = |watch: &mut Client| {
        let row = watch.query_one(waiting, &[&(WAITED_MS as f64)]).unwrap();
        row.get::<_, i64>(0) == 2
    };
    while !enough(&mut watch) {
        assert!(ended.try_recv().is_err(), "it did not wait");
    }
    first.batch_execute("rollback").unwrap();
    for _ in 0..2 {
        assert_eq!(ended.recv().unwrap(), Ok(()));
    }
}

#[test]
fn what_postgresql_refuses_at_the_start_is_said_with_what_helps() {
    let Ok(url) = std::env::var("KEYRACK_TEST_DATABASE_URL") else { return };
    let id = u64::from_be_bytes(crate::world::Random::System.bytes());
    let (full, poor, none) = (format!("full_{id:x}"), format!("poor_{id:x}"), format!("none_{id:x}"));
    let mut owner = Client::connect(&url, NoTls).unwrap();
    owner
        .batch_execute(&format!("create role {full} login connection limit 0; create role {poor} login"))
        .unwrap();
    owner.batch_execute(&format!("create database {poor} template template0 locale 'C'")).unwrap();
    let (server, database) = url.rsplit_once('/').unwrap();
    let (_, host) = server.rsplit_once('@').unwrap();
    let said = |user: &str, database: &str| {
        let refused = open(
            &format!("postgres://{user}@{host}/{database}"),
            Connections::default(),
            Arc::new(|_| {}),
            &Arc::default(),
        );
        refused.err().map(|error| error.to_string()).unwrap_or_default()
    };
    let (_, user) = server.split_once("//").unwrap();
    let user = user.split(['@', ':']).next().unwrap();
    for (said, cause, help) in [
        (said(&full, database), "too many connections for role", "raise max_connections"),
        (said(&poor, &poor), "permission denied for schema public", "grant create, usage on schema public"),
        (said(user, &none), "does not exist", "create database"),
        (said(&none, database), "does not exist", "create role"),
    ] {
        assert!(said.contains(cause) && said.contains(help), "{cause}: {said}");
    }
    owner.batch_execute(&format!("drop database {poor}")).unwrap();
    owner.batch_execute(&format!("drop role {full}; drop role {poor}")).unwrap();
}
