use super::postgres::Connection;
use super::row::{Param, Row};
use super::sqlite;
use crate::error::Result;
use crate::id::{SessionId, SignInId};
use keyrack_protocol::ChangeReason;
use std::ops::{Deref, DerefMut};

/// A consistent state of the database to read from.
pub struct Snapshot<'a>(pub(super) Engine<'a>);

pub(super) enum Engine<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut Connection),
}

impl Snapshot<'_> {
    /// All rows that `sql` gives.
    ///
    /// # Errors
    /// What the database says.
    pub fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        match &mut self.0 {
            Engine::Sqlite(connection) => sqlite::query(connection, sql, params),
            Engine::Postgres(connection) => connection.query(sql, params),
        }
    }

    /// The first row that `sql` gives, if any.
    ///
    /// # Errors
    /// What the database says.
    pub fn query_one(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Option<Row>> {
        Ok(self.query(sql, params)?.into_iter().next())
    }
}

/// A transaction: a snapshot that can be changed.
pub struct Tx<'a> {
    snapshot: Snapshot<'a>,
    touched: Touched,
}

/// What a transaction touched, published after its commit.
#[derive(Debug, Default)]
pub struct Touched {
    /// Sessions whose revision rose, in the order in which that happened.
    pub sessions: Vec<Change>,
    /// Sign-ins whose earlier tokens are refused from now on.
    pub revoked: Vec<Revoked>,
    /// Organizations and workspaces whose gate rose.
    pub gates: Vec<String>,
    /// Sessions with a sign-in whose user's inbox changed: no revision rises by that.
    pub inboxes: Vec<SessionId>,
    /// Whether there is something new in the outbox.
    pub outbox: bool,
}

/// A session's revision rose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The session.
    pub session: SessionId,
    /// What its revision is now.
    pub revision: i64,
    /// Why. Of a session that has ended it is why that happened.
    pub reason: ChangeReason,
    /// Whether the session has ended.
    pub ended: bool,
}

/// A sign-in ended, or lost something that its tokens say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The deployment that it belongs to.
    pub deployment: String,
    /// The sign-in.
    pub sign_in: SignInId,
    /// Tokens that were minted before this revision of its session are refused.
    pub not_before_rev: i64,
}

impl<'a> Tx<'a> {
    pub(super) fn new(engine: Engine<'a>) -> Self {
        Self { snapshot: Snapshot(engine), touched: Touched::default() }
    }

    pub(super) fn into_touched(self) -> Touched {
        self.touched
    }

    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// What the database says.
    pub fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        match &mut self.snapshot.0 {
            Engine::Sqlite(connection) => sqlite::execute(connection, sql, params),
            Engine::Postgres(connection) => connection.execute(sql, params),
        }
    }

    /// Runs several statements without parameters: migrations.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        match &mut self.snapshot.0 {
            Engine::Sqlite(connection) => sqlite::batch(connection, sql),
            Engine::Postgres(connection) => connection.batch(sql),
        }
    }

    /// Notes that a session's revision rose.
    pub fn touch(&mut self, change: Change) {
        self.touched.sessions.push(change);
    }

    /// Notes that earlier tokens of a sign-in are refused from now on.
    pub fn touch_revoked(&mut self, revoked: Revoked) {
        self.touched.revoked.push(revoked);
    }

    /// Notes that the gate of an organization or workspace rose.
    pub fn touch_gate(&mut self, place: &str) {
        self.touched.gates.push(place.to_owned());
    }

    /// Notes that an inbox changed of somebody who is signed in on a session.
    pub fn touch_inbox(&mut self, session: SessionId) {
        self.touched.inboxes.push(session);
    }

    /// Notes that there is something new in the outbox.
    pub fn wake_outbox(&mut self) {
        self.touched.outbox = true;
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = Snapshot<'a>;
    fn deref(&self) -> &Snapshot<'a> {
        &self.snapshot
    }
}

impl<'a> DerefMut for Tx<'a> {
    fn deref_mut(&mut self) -> &mut Snapshot<'a> {
        &mut self.snapshot
    }
}
