//! Whether the database is there, and how connections to it are made again.
//!
//! When nobody answers, every connection is suspect: whoever asks is refused at once, and one thread after the
//! other tries again, with pauses of no fixed length, so that the nodes of a deployment do not all come back in
//! the same moment. The first connection that is made ends it.

use super::Connection;
use super::wire::{Failure, Wire};
use crate::db::Stats;
use crate::db::job::Inbox;
use crate::error::{Error, Result};
use crate::world::Random;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres::Config;

/// Between two tries while the database is away: this much, and up to as much again.
const BETWEEN_TRIES: Duration = Duration::from_millis(200);
/// Before each further connection to a database that is there.
const BETWEEN_CONNECTIONS: Duration = Duration::from_millis(5);

/// What the threads of one process know of the database.
pub(super) struct Keeper {
    config: Config,
    /// Counts connections, and transactions that run again.
    pub(super) stats: Arc<Stats>,
    /// Read by the queues, which then take nothing.
    away: Arc<AtomicBool>,
    /// Those of all queues: whoever finds that the database is away refuses what waits in any of them.
    inboxes: Vec<Inbox>,
    /// Raised whenever the database goes away: a connection made before is not used afterwards.
    age: AtomicU64,
    /// Whether a connection is being made, and rung when that or `away` changes.
    busy: Mutex<bool>,
    changed: Condvar,
}

impl Keeper {
    pub(super) fn new(config: Config, away: Arc<AtomicBool>, inboxes: Vec<Inbox>, stats: Arc<Stats>) -> Self {
        let (age, busy, changed) = (AtomicU64::new(0), Mutex::new(false), Condvar::new());
        Self { config, away, inboxes, stats, age, busy, changed }
    }

    /// Whether whoever asks is to be refused at once.
    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::SeqCst)
    }

    /// Whether a connection was made since the database was last away.
    pub(super) fn trusts(&self, connection: &Connection) -> bool {
        connection.age == self.age.load(Ordering::SeqCst)
    }

    /// Whether the database answers, although one connection of this age says nothing: asked on a fresh one.
    pub(super) fn is_there(&self, age: u64) -> bool {
        let is_of_age = || age == self.age.load(Ordering::SeqCst);
        // What cannot be made because there are too many of them was answered.
        is_of_age() && (self.connect().is_ok() || is_of_age())
    }

    /// Answers everything that waits in any queue; false when the server has ended.
    pub(super) fn refuse_all(&self) -> bool {
        self.inboxes.iter().filter(|inbox| inbox.refuse_all(away)).count() > 0
    }

    /// Says that nobody answers on a connection of this age.
    pub(super) fn is_lost(&self, age: u64, why: &Error) {
        // Of two threads that notice it, or one that notices late, only the first has something to say.
        let first = self.age.compare_exchange(age, age + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if first && !self.away.swap(true, Ordering::SeqCst) {
            tracing::error!(%why, "the database is away; requests that need it are refused until it is back");
            self.set_busy(None);
        }
    }

    /// Makes the first connection. Who cannot make it does not start: nobody asks yet, so nobody is refused.
    pub(super) fn connect_first(&self) -> Result<Connection> {
        let wire = Wire::open(&self.config, Duration::ZERO).map_err(|failure| {
            let advice = match failure.code() {
                None => "; is PostgreSQL running there, and its address right?",
                Some(_) => "",
            };
            Error::unavailable("connect to PostgreSQL", format!("{failure}{advice}"))
        })?;
        Ok(Connection::new(wire, self.age.load(Ordering::SeqCst), Arc::clone(&self.stats)))
    }

    /// Makes a connection for somebody who waits; fails at once when the database is, or goes, away.
    pub(super) fn connect(&self) -> Result<Connection> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while *busy && !self.is_away() {
            busy = self.changed.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        if self.is_away() {
            return Err(away());
        }
        *busy = true;
        drop(busy);
        self.open_in_turn(Duration::ZERO)
    }

    /// Makes a connection for nobody in particular: in turn, after a pause.
    pub(super) fn connect_again(&self) -> Result<Connection> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while *busy {
            busy = self.changed.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        *busy = true;
        drop(busy);
        let shortest = if self.is_away() { BETWEEN_TRIES } else { BETWEEN_CONNECTIONS };
        self.open_in_turn(shortest + Random::jitter(shortest))
    }

    fn open_in_turn(&self, pause: Duration) -> Result<Connection> {
        let opened = self.open(pause);
        self.set_busy(Some(false));
        opened
    }

    /// Notes whether a connection is being made, if that is known, and lets everybody look who waits.
    fn set_busy(&self, is: Option<bool>) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        *busy = is.unwrap_or(*busy);
        self.changed.notify_all();
    }

    fn open(&self, pause: Duration) -> Result<Connection> {
        let age = self.age.load(Ordering::SeqCst);
        match Wire::open(&self.config, pause) {
            Ok(wire) => {
                if self.away.swap(false, Ordering::SeqCst) {
                    tracing::info!("the database is back");
                }
                Ok(Connection::new(wire, age, Arc::clone(&self.stats)))
            }
            Err(failure) => {
                let error = Error::unavailable("connect to PostgreSQL", &failure);
                // A server that has no room for one more answers those who are connected.
                if !is_full(&failure) {
                    self.is_lost(age, &error);
                }
                Err(error)
            }
        }
    }
}

fn is_full(failure: &Failure) -> bool {
    failure.code().is_some_and(|code| code.code().starts_with("53"))
}

fn away() -> Error {
    Error::unavailable("use PostgreSQL", "the database is away")
}
