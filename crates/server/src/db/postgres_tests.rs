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
