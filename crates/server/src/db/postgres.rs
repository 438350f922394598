//! PostgreSQL: a few threads, each with one connection that it makes again when it is lost.

mod advice;
mod bulk;
mod durable;
mod keeper;
mod news;
mod notices;
mod url;
mod value;
mod wire;
mod worker;

use super::Publish;
use super::job::{Doors, Inbox, Mode, Queue, Work};
use super::migrate;
use super::row::{Param, Row};
use super::stats::Stats;
use super::tx::{Engine, Tx};
use crate::error::{Error, Result};
use crate::world::Connections;
use keeper::Keeper;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, Statement};
use wire::{Failure, Wire};
use worker::Worker;

pub(super) use notices::Notices;
pub use notices::{Heard, Node};
pub(super) use url::parse;

const WAITING: usize = 4096;
/// What a server that lives bounds by itself: then only the statement fails.
const BOUNDS: &str =
    "-c statement_timeout=2500ms -c lock_timeout=2s -c idle_in_transaction_session_timeout=5s";
/// No answer for so long, and there is no server.
const SILENCE: Duration = Duration::from_secs(3);

/// A connection and the statements prepared on it.
pub(super) struct Connection {
    wire: Wire,
    statements: HashMap<&'static str, Statement>,
    /// What the last failed statement means for the transaction.
    fault: Option<Fault>,
    /// When it was made, in times that the database was away.
    age: u64,
    /// Told when it is gone.
    stats: Arc<Stats>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.stats.disconnected();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Another transaction was in the way: run it again.
    Conflict,
    /// The connection is gone, and with it the transaction.
    Lost,
    /// There was no answer in time: whatever was asked was perhaps done.
    Silent,
    /// The connection went during the commit: nobody knows whether it was made.
    Unknown,
}

/// Why a transaction was not, or perhaps not, committed.
type Stop = (Option<Fault>, Error);

/// How every connection is made.
fn config(url: &str) -> Result<Config> {
    let mut config = parse(url).map_err(|cause| Error::internal("read KEYRACK_DATABASE_URL", cause))?;
    config
        .application_name("keyrack")
        .connect_timeout(Duration::from_secs(1))
        .tcp_user_timeout(Duration::from_secs(5))
        // A commit is waited for while the database is there: its connection must say when it is not.
        .keepalives_idle(SILENCE)
        .keepalives_interval(SILENCE)
        .keepalives_retries(2)
        // A standby answers, but takes nothing.
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .options(BOUNDS);
    Ok(config)
}

pub(super) fn open(
    url: &str,
    connections: Connections,
    publish: Publish,
    stats: &Arc<Stats>,
) -> Result<Doors> {
    let (config, away) = (config(url)?, Arc::default());
    let queue = || Queue::open_unless(Arc::clone(&away), WAITING);
    let ((writes, write), (reads, read), (confirms, confirm)) = (queue(), queue(), queue());
    let inboxes = vec![write.clone(), read.clone(), confirm.clone()];
    let keeper = Arc::new(Keeper::new(config, away, inboxes, Arc::clone(stats)));
    let mut first = keeper.connect_first()?;
    first.check_collation()?;
    first.warn_unless_durable()?;
    first.migrate()?;
    let mut made = Some(first);
    let mut start = |inbox: &Inbox| {
        Worker::start(Worker::new(Arc::clone(&keeper), made.take(), inbox.clone(), Arc::clone(&publish)))
    };
    // The confirmer has one statement under way: it needs one connection, which nobody else takes from it.
    start(&confirm)?;
    (0..connections.readers).try_for_each(|_| start(&read))?;
    (0..connections.writers).try_for_each(|_| start(&write))?;
    Ok(Doors { writes, reads, confirms })
}

impl Connection {
    fn new(wire: Wire, age: u64, stats: Arc<Stats>) -> Self {
        stats.connected();
        Self { wire, statements: HashMap::new(), fault: None, age, stats }
    }

    /// One of a test, to a migrated database.
    #[cfg(test)]
    pub(super) fn for_tests(url: &str) -> Self {
        let config = parse(url).unwrap();
        let wire = Wire::open(&config, SILENCE).unwrap_or_else(|failure| panic!("{failure}"));
        let mut connection = Self::new(wire, 0, Arc::default());
        connection.migrate().unwrap();
        connection
    }

    /// Runs the closure in a transaction; an error says that it was not committed, or that this is unknown. A commit
    /// is waited for as long as `is_there` says that the database is.
    fn run(
        &mut self,
        work: &mut Work,
        publish: &Publish,
        is_there: impl FnMut() -> bool,
    ) -> std::result::Result<(), Stop> {
        self.fault = None;
        let begin = match work.mode {
            Mode::Write => Some("begin"),
            Mode::Snapshot => Some("begin isolation level repeatable read read only"),
            Mode::Single | Mode::Last => None,
        };
        begin.map_or(Ok(()), |sql| self.batch(sql)).map_err(|error| (self.fault, error))?;
        let mut tx = Tx::new(Engine::Postgres(self));
        let keep = work.job.run(&mut tx);
        let touched = tx.into_touched();
        if let Some(fault) = self.fault {
            // Void either way: a lost connection cannot be rolled back, and need not be.
            if fault == Fault::Conflict && begin.is_some() {
                self.fault = None;
                self.batch("rollback").map_err(|error| (self.fault, error))?;
            }
            return Err((Some(fault), Error::unavailable("run a transaction", "PostgreSQL gave it up")));
        }
        if keep && work.mode == Mode::Write {
            self.commit(is_there)?;
            publish(&touched);
            return Ok(());
        }
        begin.map_or(Ok(()), |_| self.batch("rollback")).map_err(|error| (self.fault, error))
    }

    fn commit(&mut self, is_there: impl FnMut() -> bool) -> std::result::Result<(), Stop> {
        self.ask(|on| on.wire.batch_while("commit", is_there)).map_err(|error| match self.fault {
            Some(Fault::Conflict) => (self.fault, error),
            _ => (Some(Fault::Unknown), error),
        })
    }

    fn migrate(&mut self) -> Result<()> {
        // What bounds a request would end an index on a large table, or the wait for another node's.
        self.wire.is_patient(true);
        self.batch("begin; set local statement_timeout = 0; set local lock_timeout = 0")?;
        // Two nodes that start at once: the second waits and finds the work done.
        let locked = self.query("select pg_try_advisory_xact_lock(5389731)::text", &[])?;
        if locked.into_iter().next().map(|row| row.cells().text()).transpose()?.as_deref() != Some("true") {
            tracing::info!("waiting until another node has migrated the database");
            self.batch("select pg_advisory_xact_lock(5389731)")?;
        }
        migrate::run(&mut Tx::new(Engine::Postgres(self)))?;
        self.batch("commit")?;
        self.wire.is_patient(false);
        Ok(())
    }

    /// Another collation sorts differently from SQLite, and pages of a list would skip rows.
    pub(super) fn check_collation(&mut self) -> Result<()> {
        let sql = "select datcollate::text from pg_database where datname = current_database()";
        let collation = match self.query(sql, &[])?.into_iter().next() {
            Some(row) => row.cells().text()?,
            None => String::new(),
        };
        if matches!(collation.as_str(), "C" | "POSIX") {
            return Ok(());
        }
        Err(Error::internal(
            "use this database",
            format!(
                "its collation is {collation}; make it with: create database … template template0 locale 'C'"
            ),
        ))
    }

    /// Asks something of the server, unless it is known already that there is no answer to be had.
    fn ask<T>(&mut self, question: impl FnOnce(&mut Self) -> std::result::Result<T, Failure>) -> Result<T> {
        if matches!(self.fault, Some(Fault::Lost | Fault::Silent)) {
            return Err(Error::unavailable("use PostgreSQL", "the connection is gone"));
        }
        question(self).map_err(|failure| self.note(&failure))
    }

    fn prepare(&mut self, sql: &'static str) -> std::result::Result<Statement, Failure> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wire.prepare(sql)?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    pub(super) fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let rows = self.ask(|on| on.prepare(sql).and_then(|statement| on.wire.query(&statement, params)))?;
        rows.iter()
            .map(|row| (0..row.len()).map(|column| value::value(row, column)).collect::<Result<_>>().map(Row))
            .collect()
    }

    pub(super) fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        self.ask(|on| on.prepare(sql).and_then(|statement| on.wire.execute(&statement, params)))
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.ask(|on| on.wire.batch(sql))
    }

    /// Remembers what a failure means for the transaction, and says it.
    fn note(&mut self, failure: &Failure) -> Error {
        self.fault = match failure {
            Failure::Silence => Some(Fault::Silent),
            _ if self.wire.is_closed() => Some(Fault::Lost),
            _ => failure.code().and_then(meaning),
        };
        let passes = self.fault.is_some() || failure.code().is_some_and(is_passing);
        let make = if passes { Error::unavailable } else { Error::internal };
        make("use PostgreSQL", failure.to_string())
    }
}

/// What a code of PostgreSQL means for the transaction.
fn meaning(code: &SqlState) -> Option<Fault> {
    // Who runs again finds the row that another transaction has made meanwhile, and says so.
    let conflicts =
        [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION];
    // A server that was made a standby under a connection takes nothing more on it.
    let lost = ["08", "57P"].iter().any(|class| code.code().starts_with(class))
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT;
    match conflicts.contains(code) {
        true => Some(Fault::Conflict),
        false => lost.then_some(Fault::Lost),
    }
}

/// Whether what PostgreSQL refuses may succeed in a moment: too slow, locked, no disk, no memory.
fn is_passing(code: &SqlState) -> bool {
    *code == SqlState::LOCK_NOT_AVAILABLE
        || ["53", "57", "58"].iter().any(|class| code.code().starts_with(class))
}

#[cfg(test)]
#[path = "postgres_tests.rs"]
mod tests;
