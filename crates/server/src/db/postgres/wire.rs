//! One connection, on which nothing is waited for without a bound.
//!
//! A server that is stopped, or a network that swallows what is sent, says nothing: no bound of PostgreSQL's own
//! (`statement_timeout`) is ever told. So each answer has a time of its own here, longer than PostgreSQL's: a
//! server that lives answers within that, and silence beyond it means that there is none.

use super::SILENCE;
use super::advice::advice;
use crate::db::row::Param;
use std::error::Error as StdError;
use std::pin::pin;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls, Row, Statement};

/// To make a connection, all of it: what the driver bounds by itself is the network's part only.
const CONNECTING: Duration = Duration::from_secs(2);

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// None came in time.
    Silence,
    /// PostgreSQL or the driver says so.
    Said(tokio_postgres::Error),
    /// The machine has no threads or descriptors left.
    Machine(std::io::Error),
}

impl Failure {
    /// What PostgreSQL calls it.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Said(cause) => cause.code(),
            Self::Silence | Self::Machine(_) => None,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Silence => out.write_str("no answer came in time"),
            // The driver's own text stops at "db error"; what happened stands in its source.
            Self::Said(cause) => {
                match cause.source() {
                    Some(source) => write!(out, "{cause}: {source}")?,
                    None => write!(out, "{cause}")?,
                }
                match cause.code().and_then(advice) {
                    Some(advice) => write!(out, "; {advice}"),
                    None => Ok(()),
                }
            }
            Self::Machine(cause) => write!(out, "{cause}"),
        }
    }
}

/// A connection and the thread's own runtime that moves its bytes; both end when it is dropped.
pub(super) struct Wire {
    pub(super) client: Client,
    pub(super) runtime: Runtime,
    /// How long one answer is waited for; for ever while the database is migrated.
    patience: Option<Duration>,
}

impl Wire {
    /// Connects after a pause.
    pub(super) fn open(config: &Config, pause: Duration) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Failure::Machine)?;
        // Each host of the address may be the silent one.
        let hosts = u32::try_from(config.get_hosts().len().max(1)).unwrap_or(1);
        let connected = runtime.block_on(async {
            tokio::time::sleep(pause).await;
            timeout(CONNECTING * hosts, config.connect(NoTls)).await
        });
        let (client, connection) = connected.map_err(|_| Failure::Silence)?.map_err(Failure::Said)?;
        // How it ended is told to whoever waits for an answer on it.
        drop(runtime.spawn(async move { connection.await.is_ok() }));
        Ok(Self { client, runtime, patience: Some(SILENCE) })
    }

    /// Waits for as long as it takes, or no longer.
    pub(super) fn is_patient(&mut self, patient: bool) {
        self.patience = (!patient).then_some(SILENCE);
    }

    /// Whether the connection has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<Statement, Failure> {
        self.wait(self.client.prepare(sql))
    }

    pub(super) fn query(&self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<Row>, Failure> {
        self.wait(self.client.query(statement, &super::value::as_sql(params)))
    }

    pub(super) fn execute(&self, statement: &Statement, params: &[Param<'_>]) -> Result<u64, Failure> {
        self.wait(self.client.execute(statement, &super::value::as_sql(params)))
    }

    pub(super) fn batch(&self, sql: &str) -> Result<(), Failure> {
        self.wait(self.client.batch_execute(sql))
    }

    /// The same, and once more for as long as `goes_on` says so whenever there was no answer in time.
    pub(super) fn batch_while(&self, sql: &str, mut goes_on: impl FnMut() -> bool) -> Result<(), Failure> {
        let mut answer = pin!(self.client.batch_execute(sql));
        loop {
            match self.wait(answer.as_mut()) {
                Err(Failure::Silence) if goes_on() => {}
                said => return said,
            }
        }
    }

    fn wait<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Failure> {
        let said = match self.patience {
            Some(patience) => self
                .runtime
                .block_on(async { timeout(patience, answer).await })
                .map_err(|_| Failure::Silence)?,
            None => self.runtime.block_on(answer),
        };
        said.map_err(Failure::Said)
    }
}
