use super::keeper::Keeper;
use super::{Connection, Fault, Stop};
use crate::db::Publish;
use crate::db::job::{Inbox, Mode, Work};
use crate::error::{Error, Result};
use std::sync::Arc;
use std::thread;

/// How often a transaction that lost a race is run again before the caller is told to come back.
const TRIES: usize = 8;

/// One thread with one connection.
pub(super) struct Worker {
    keeper: Arc<Keeper>,
    connection: Option<Connection>,
    inbox: Inbox,
    publish: Publish,
}

impl Worker {
    pub(super) fn new(
        keeper: Arc<Keeper>,
        connection: Option<Connection>,
        inbox: Inbox,
        publish: Publish,
    ) -> Self {
        Self { keeper, connection, inbox, publish }
    }

    /// Lets it work until the server ends, in a thread of its own.
    pub(super) fn start(self) -> Result<()> {
        let thread = thread::Builder::new().name("keyrack-postgres".to_owned());
        let failed = |cause| Error::internal("start a database thread", cause);
        thread.spawn(move || self.run()).map(drop).map_err(failed)
    }

    fn run(mut self) {
        while self.is_connected() {
            let Some(mut work) = self.inbox.next() else { return };
            if work.job.is_abandoned() {
                continue;
            }
            let mut result = self.attempt(&mut work);
            // A connection that died while it was idle says so only when it is used: once more on a new one.
            if matches!(result, Err((Some(Fault::Lost), _))) {
                result = self.attempt(&mut work);
            }
            work.job.answer(result.map_err(|(_, error)| error));
            if self.keeper.is_away() {
                // Who came between the loss and its discovery.
                self.keeper.refuse_all();
            }
        }
    }

    /// Tries until there is a connection, and refuses meanwhile what waits; false when the server has ended.
    fn is_connected(&mut self) -> bool {
        while self.connection.is_none() {
            self.connection = self.keeper.connect_again().ok();
            if self.connection.is_none() && self.keeper.is_away() && !self.keeper.refuse_all() {
                return false;
            }
        }
        true
    }

    fn attempt(&mut self, work: &mut Work) -> std::result::Result<(), Stop> {
        for _ in 0..TRIES {
            let connection = match self.connection.take().filter(|held| self.keeper.trusts(held)) {
                Some(connection) => connection,
                None => self.keeper.connect().map_err(|error| (None, error))?,
            };
            let connection = self.connection.insert(connection);
            let age = connection.age;
            let result = connection.run(work, &self.publish, || self.keeper.is_there(age));
            match result {
                Err((Some(Fault::Conflict), _)) => self.keeper.stats.retries.one(),
                Err((Some(fault), error)) => {
                    self.connection = None;
                    // A change may wait for a disk that stands still, and only the next connection tells.
                    if fault == Fault::Silent && work.mode != Mode::Write {
                        self.keeper.is_lost(age, &error);
                    }
                    return Err((Some(fault), error));
                }
                done => return done,
            }
        }
        Err((None, Error::unavailable("commit", "other transactions were in the way every time")))
    }
}
