//! SQLite: one writer thread that puts many closures into one durable commit, and a few readers.

use super::Publish;
use super::files;
use super::job::{Doors, Inbox, Mode, Queue, Ran, Work};
use super::migrate;
use super::row::{Param, Row, Value};
use super::stats::Stats;
use super::tx::{Engine, Tx};
use crate::error::{Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Closures in one commit: where a trial's throughput stopped growing.
const BATCH: usize = 32;
const READERS: usize = 2;
/// How long the last fold of the WAL waits for those who read.
const FOLD_PATIENCE: Duration = Duration::from_millis(300);
/// How long a connection without work keeps its page cache: the system's is a copy away.
const CACHE_KEPT: Duration = Duration::from_secs(1);
const WAITING: usize = 4096;

pub(super) fn open(path: &Path, publish: Publish, stats: &Stats) -> Result<Doors> {
    files::refuse_lost(path)?;
    files::private_file(path).map_err(|cause| files::cannot_open(path, &cause))?;
    let mut writer = connect(path)?;
    migrate_on(&mut writer)?;
    stats.connected();
    let (writes, write_inbox) = Queue::new(WAITING);
    spawn("keyrack-writer", move || write_loop(&writer, &write_inbox, &publish))?;
    let (reads, read_inbox) = Queue::new(WAITING);
    for _ in 0..READERS {
        let reader = connect(path)?;
        reader.execute_batch("pragma query_only = on; pragma cache_size = -2048;").map_err(fault)?;
        stats.connected();
        let inbox = read_inbox.clone();
        spawn("keyrack-reader", move || read_loop(&reader, &inbox))?;
    }
    Ok(Doors { writes, confirms: reads.clone(), reads })
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<()> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
        .map_err(|cause| Error::internal("start a database thread", cause))
}

/// A connection. Its page cache is small (8 MB, 2 MB for a reader): what does not fit lies in the system's, a
/// copy away, and does not count three times, once for each connection.
fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::default()).map_err(fault)?;
    let pragmas = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
                   pragma busy_timeout = 5000; pragma cache_size = -8192; pragma temp_store = memory;";
    connection.execute_batch(pragmas).map_err(fault)?;
    // Without it a join with a bound parameter is prepared again on every run (four times slower).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn migrate_on(connection: &mut Connection) -> Result<()> {
    connection.execute_batch("begin immediate").map_err(fault)?;
    migrate::run(&mut Tx::new(Engine::Sqlite(connection)))?;
    connection.execute_batch("commit").map_err(fault)
}

/// Waits for the next piece of work. Before it waits for long the connection gives its page cache back.
fn next(connection: &Connection, inbox: &Inbox) -> Option<Work> {
    inbox.next_within(CACHE_KEPT).or_else(|| {
        // Without it there is as much memory as before, and nothing is wrong.
        let _ = connection.release_memory();
        inbox.next()
    })
}

fn write_loop(connection: &Connection, inbox: &Inbox, publish: &Publish) {
    while let Some(first) = next(connection, inbox) {
        let mut batch = vec![first];
        while batch.len() < BATCH && batch.iter().all(|work| work.mode != Mode::Last) {
            let Some(next) = inbox.next_waiting() else { break };
            batch.push(next);
        }
        let last = batch.pop_if(|work| work.mode == Mode::Last);
        batch.retain(|work| !work.job.is_abandoned());
        if !batch.is_empty() {
            commit_batch(connection, batch, publish);
        }
        if let Some(last) = last {
            return end(connection, inbox, last);
        }
    }
}

/// Runs the last piece of work, and no other: what comes now is held, neither done nor answered, until nobody can ask
/// any more. The process ends, and whoever asked learns as little of it as if it had ended before.
fn end(connection: &Connection, inbox: &Inbox, mut last: Work) {
    // What cannot be set is as long as for everything else.
    let _ = connection.busy_timeout(FOLD_PATIENCE);
    last.job.run(&mut Tx::new(Engine::Sqlite(connection)));
    last.job.answer(Ok(()));
    let mut held = Vec::new();
    while let Some(work) = inbox.next() {
        held.push(work);
    }
}

/// Moves what is in the WAL into the file itself; false if somebody reads what would be overwritten.
pub(super) fn fold(connection: &mut Tx<'_>) -> Result<bool> {
    let row = connection.query_one("pragma wal_checkpoint(truncate)", &[])?;
    Ok(row.map(|row| row.cells().int()).transpose()? == Some(0))
}

/// Runs every closure in a savepoint of its own and commits those that are to be kept, together.
fn commit_batch(connection: &Connection, batch: Vec<Work>, publish: &Publish) {
    let mut ran: Vec<Ran> = Vec::with_capacity(batch.len());
    let mut lost = connection.execute_batch("begin immediate").err();
    for mut work in batch {
        let mut tx = Tx::new(Engine::Sqlite(connection));
        let mut kept = false;
        if lost.is_none() {
            match in_savepoint(connection, || work.job.run(&mut tx)) {
                Ok(keep) => kept = keep,
                Err(cause) => lost = Some(cause),
            }
        }
        ran.push(Ran { job: work.job, kept, touched: tx.into_touched() });
    }
    let lost = lost.or_else(|| connection.execute_batch("commit").err());
    if lost.is_some() && !connection.is_autocommit() {
        // The cause is told below; a rollback can only fail when nothing is open any more.
        let _ = connection.execute_batch("rollback");
    }
    for Ran { touched, .. } in ran.iter().filter(|ran| ran.kept && lost.is_none()) {
        publish(touched);
    }
    let lost = lost.map(fault);
    for Ran { job, .. } in ran {
        job.answer(match &lost {
            None => Ok(()),
            Some(error) => Err(Error::unavailable("commit", error)),
        });
    }
}

fn in_savepoint(connection: &Connection, run: impl FnOnce() -> bool) -> rusqlite::Result<bool> {
    connection.prepare_cached("savepoint job")?.execute([])?;
    let keep = run();
    if !keep {
        connection.prepare_cached("rollback to job")?.execute([])?;
    }
    connection.prepare_cached("release job")?.execute([])?;
    Ok(keep)
}

fn read_loop(connection: &Connection, inbox: &Inbox) {
    while let Some(mut work) = next(connection, inbox) {
        if work.job.is_abandoned() {
            continue;
        }
        let begun = connection.execute_batch("begin");
        if begun.is_ok() {
            work.job.run(&mut Tx::new(Engine::Sqlite(connection)));
            // Nothing was written: ending the snapshot cannot lose anything.
            let _ = connection.execute_batch("rollback");
        }
        work.job.answer(begun.map_err(fault));
    }
}

pub(super) fn query(connection: &Connection, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    bind(&mut statement, sql, params).map_err(fault)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let values = (0..columns).map(|column| match row.get_ref(column)? {
            ValueRef::Integer(number) => Ok(Value::Int(number)),
            ValueRef::Text(bytes) => Ok(Value::Text(text(bytes))),
            _ => Ok(Value::Null),
        });
        found.push(Row(values.collect::<rusqlite::Result<_>>().map_err(fault)?));
    }
    Ok(found)
}

/// Only a damaged file holds a text that is none.
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), str::to_owned)
}

pub(super) fn execute(connection: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    bind(&mut statement, sql, params).map_err(fault)?;
    statement.raw_execute().map(|count| count as u64).map_err(fault)
}

pub(super) fn batch(connection: &Connection, sql: &str) -> Result<()> {
    connection.execute_batch(sql).map_err(fault)
}

/// `$1` is a name to SQLite, not a position: the first name to appear in the text is the first position.
fn bind(statement: &mut rusqlite::Statement<'_>, sql: &str, params: &[Param<'_>]) -> rusqlite::Result<()> {
    let (mut seen, mut position) = (0_u64, 0);
    for number in named(sql) {
        if number >= 64 || seen & (1 << number) != 0 {
            continue;
        }
        seen |= 1 << number;
        position += 1;
        if let Some(param) = number.checked_sub(1).and_then(|index| params.get(index)) {
            statement.raw_bind_parameter(position, param)?;
        }
    }
    Ok(())
}

/// The numbers of the parameters in a text, in the order of their appearance. No text of ours has a `$` elsewhere.
fn named(sql: &str) -> impl Iterator<Item = usize> {
    sql.split('$').skip(1).filter_map(|rest| {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        rest[..digits].parse().ok()
    })
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(number) => ValueRef::Integer(*number),
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

#[allow(clippy::needless_pass_by_value, reason = "used as map_err(fault)")]
pub(super) fn fault(cause: rusqlite::Error) -> Error {
    match cause.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly,
        ) => Error::unavailable("use the SQLite file", cause),
        _ => Error::internal("use the SQLite file", cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_bound_by_their_number_however_they_stand_in_the_text() {
        let connection = Connection::open_in_memory().unwrap();
        let params = crate::params!["a", 2_i64, "c", "d"];
        for (sql, expected) in [
            ("select $1, $2, $3, $4", "a2cd"),
            ("select $3, $1, $3, $2, $4", "cac2d"),
            ("select $4, $4, $2", "dd2"),
            ("select $2 as \"b\" where $1 = 'a'", "2"),
        ] {
            let row = query(&connection, sql, params).unwrap().remove(0);
            let text: String = row
                .0
                .iter()
                .map(|value| match value {
                    Value::Text(text) => text.clone(),
                    Value::Int(number) => number.to_string(),
                    _ => "-".to_owned(),
                })
                .collect();
            assert_eq!(text, expected, "{sql}");
        }
        assert_eq!(named("$10 $2, $1)").collect::<Vec<_>>(), [10, 2, 1]);
    }
}
