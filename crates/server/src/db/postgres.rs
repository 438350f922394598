//! PostgreSQL: a few threads, each with one connection that it makes again when it is lost.

use super::Publish;
use super::job::{Inbox, Mode, Queue, Work};
use super::migrate;
use super::row::{Param, Row, Value};
use super::tx::{Engine, Tx};
use crate::error::{Error, Result};
use bytes::BytesMut;
use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::thread;
use std::time::Duration;

const CONNECTIONS: usize = 8;
const WAITING: usize = 4096;
/// How often a transaction that lost a race is run again before the caller is told to come back.
const TRIES: usize = 8;

/// A connection and the statements prepared on it.
pub(super) struct Connection {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    /// What the last failed statement means for the transaction.
    fault: Option<Fault>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Another transaction was in the way: run it again.
    Conflict,
    /// The connection is gone, and with it the transaction.
    Lost,
    /// The connection went during the commit: nobody knows whether it was made.
    Unknown,
}

/// Why a transaction was not, or perhaps not, committed.
type Stop = (Option<Fault>, Error);

pub(super) fn open(url: &str, publish: Publish) -> Result<Queue> {
    let mut config = parse(url).map_err(|cause| Error::internal("read KEYRACK_DATABASE_URL", cause))?;
    config
        .application_name("keyrack")
        .connect_timeout(Duration::from_secs(2))
        .tcp_user_timeout(Duration::from_secs(5))
        .options("-c statement_timeout=8s -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s");
    let mut first = Connection::open(&config)?;
    first.check_collation()?;
    first.migrate()?;
    let (queue, inbox) = Queue::new(WAITING);
    let mut made = Some(first);
    for _ in 0..CONNECTIONS {
        let (config, inbox, publish, made) = (config.clone(), inbox.clone(), publish.clone(), made.take());
        thread::Builder::new()
            .name("keyrack-postgres".to_owned())
            .spawn(move || work_loop(&config, made, &inbox, &publish))
            .map_err(|cause| Error::internal("start a database thread", cause))?;
    }
    Ok(queue)
}

/// Reads a URL; a refusal does not repeat it, nor what the driver says, which may quote the password.
pub(super) fn parse(url: &str) -> std::result::Result<Config, &'static str> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("the database's address must begin with postgres://; leave it out to use SQLite");
    }
    let not_understood = "the database's address is not understood; write \
        postgres://user:password@host:5432/database, what is special in the password as %XX, and after ? only \
        what PostgreSQL's driver knows";
    let config: Config = url.parse().map_err(|_| not_understood)?;
    let is_name = |host: &Host| match host {
        Host::Tcp(name) => {
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let hosts = config.get_hosts();
    if hosts.iter().any(|host| !is_name(host)) || hosts.is_empty() && config.get_hostaddrs().is_empty() {
        return Err(not_understood);
    }
    if config.get_ssl_mode() == SslMode::Require {
        return Err(
            "sslmode=require: PostgreSQL is reached without TLS; leave it out and use a private network \
                    or a tunnel",
        );
    }
    Ok(config)
}

fn work_loop(config: &Config, mut connection: Option<Connection>, inbox: &Inbox, publish: &Publish) {
    while let Some(mut work) = inbox.next() {
        if work.job.is_abandoned() {
            continue;
        }
        let mut result = attempt(config, &mut connection, &mut work, publish);
        // A connection that died while it was idle says so only when it is used: once more on a new one.
        if matches!(result, Err((Some(Fault::Lost), _))) {
            result = attempt(config, &mut connection, &mut work, publish);
        }
        work.job.answer(result.map_err(|(_, error)| error));
    }
}

fn attempt(
    config: &Config,
    slot: &mut Option<Connection>,
    work: &mut Work,
    publish: &Publish,
) -> std::result::Result<(), Stop> {
    for _ in 0..TRIES {
        let connection = match slot {
            Some(connection) => connection,
            None => slot.insert(Connection::open(config).map_err(|error| (None, error))?),
        };
        match connection.run(work, publish) {
            Err((Some(Fault::Conflict), _)) => {}
            Err((Some(fault), error)) => {
                *slot = None;
                return Err((Some(fault), error));
            }
            done => return done,
        }
    }
    Err((None, Error::unavailable("commit", "other transactions were in the way every time")))
}

impl Connection {
    fn open(config: &Config) -> Result<Self> {
        let client = config
            .connect(NoTls)
            .map_err(|cause| Error::unavailable("connect to PostgreSQL", why(&cause)))?;
        Ok(Self { client, statements: HashMap::new(), fault: None })
    }

    /// Runs the closure in a transaction; an error says that it was not committed, or that this is unknown.
    fn run(&mut self, work: &mut Work, publish: &Publish) -> std::result::Result<(), Stop> {
        self.fault = None;
        let begin = match work.mode {
            Mode::Write => Some("begin"),
            Mode::Snapshot => Some("begin isolation level repeatable read read only"),
            Mode::Single => None,
        };
        begin.map_or(Ok(()), |sql| self.batch(sql)).map_err(|error| (self.fault, error))?;
        let mut tx = Tx::new(Engine::Postgres(self));
        let keep = work.job.run(&mut tx);
        let touched = tx.into_touched();
        if let Some(fault) = self.fault {
            // The transaction is void either way; a lost connection cannot be rolled back.
            let _ = self.client.batch_execute("rollback");
            return Err((Some(fault), Error::unavailable("run a transaction", "PostgreSQL gave it up")));
        }
        let keep = keep && work.mode == Mode::Write;
        let end = begin.map(|_| if keep { "commit" } else { "rollback" });
        end.map_or(Ok(()), |sql| self.batch(sql)).map_err(|error| match self.fault {
            Some(Fault::Conflict) => (Some(Fault::Conflict), error),
            _ => (Some(Fault::Unknown), error),
        })?;
        if keep {
            publish(&touched);
        }
        Ok(())
    }

    fn migrate(&mut self) -> Result<()> {
        // What bounds a request would end an index on a large table, or the wait for another node's.
        self.batch("begin; set local statement_timeout = 0; set local lock_timeout = 0")?;
        // Two nodes that start at once: the second waits and finds the work done.
        let locked = self.query("select pg_try_advisory_xact_lock(5389731)::text", &[])?;
        if locked.into_iter().next().map(|row| row.cells().text()).transpose()?.as_deref() != Some("true") {
            tracing::info!("waiting until another node has migrated the database");
            self.batch("select pg_advisory_xact_lock(5389731)")?;
        }
        migrate::run(&mut Tx::new(Engine::Postgres(self)))?;
        self.batch("commit")
    }

    /// Another collation sorts differently from SQLite, and pages of a list would skip rows.
    fn check_collation(&mut self) -> Result<()> {
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

    fn prepare(&mut self, sql: &'static str) -> std::result::Result<Statement, postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    pub(super) fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let found = self.prepare(sql).and_then(|statement| self.client.query(&statement, &as_sql(params)));
        let rows = found.map_err(|cause| self.note(&cause))?;
        rows.iter()
            .map(|row| (0..row.len()).map(|column| value(row, column)).collect::<Result<_>>().map(Row))
            .collect()
    }

    pub(super) fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        let done = self.prepare(sql).and_then(|statement| self.client.execute(&statement, &as_sql(params)));
        done.map_err(|cause| self.note(&cause))
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(|cause| self.note(&cause))
    }

    /// Remembers what a failure means for the transaction, and says it.
    fn note(&mut self, cause: &postgres::Error) -> Error {
        let conflict = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
        match cause.code() {
            Some(code) if conflict.contains(code) => {
                self.fault = Some(Fault::Conflict);
                Error::unavailable("use PostgreSQL", why(cause))
            }
            Some(code) if ["08", "53", "57"].iter().any(|class| code.code().starts_with(class)) => {
                self.fault = Some(Fault::Lost);
                Error::unavailable("use PostgreSQL", why(cause))
            }
            Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => {
                Error::unavailable("use PostgreSQL", why(cause))
            }
            Some(_) => Error::internal("use PostgreSQL", why(cause)),
            None if self.client.is_closed() => {
                self.fault = Some(Fault::Lost);
                Error::unavailable("use PostgreSQL", why(cause))
            }
            None => Error::internal("use PostgreSQL", why(cause)),
        }
    }
}

/// The driver's own text stops at "db error"; what happened stands in its source.
fn why(cause: &postgres::Error) -> String {
    cause.source().map_or_else(|| cause.to_string(), |source| format!("{cause}: {source}"))
}

fn as_sql<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

fn value(row: &postgres::Row, column: usize) -> Result<Value> {
    let wrong = |cause: postgres::Error| Error::internal("read a row", cause);
    let value = match *row.columns()[column].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map_err(wrong)?.map(Value::Int),
        Type::INT4 => row.try_get::<_, Option<i32>>(column).map_err(wrong)?.map(|n| Value::Int(n.into())),
        _ => row.try_get::<_, Option<String>>(column).map_err(wrong)?.map(Value::Text),
    };
    Ok(value.unwrap_or(Value::Null))
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Param::Int(number) => number.to_sql(ty, out),
            Param::Text(text) => text.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
#[path = "postgres_tests.rs"]
mod tests;
