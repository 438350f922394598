//! The database: SQLite in a file, or PostgreSQL behind `KEYRACK_DATABASE_URL`, with one SQL text.
//!
//! [`Db::write`] is the only way to change anything. It takes a closure that can run again and can wait for nothing but
//! its transaction (it is not async: see docs/adr/0001). Ids, times, random bytes and password hashes are drawn before
//! it. On SQLite one writer thread puts up to 32 closures into one commit, each in a savepoint; on PostgreSQL each has
//! a transaction of its own, run again after a serialization failure or a deadlock, and when another one has made the
//! same unique row. After the commit and before the caller goes on, what the closure touched is published.
//!
//! Every write begins with an update of the roots that it changes (organizations, users, then sessions, each in id
//! order): that takes the lock, and READ COMMITTED suffices.

mod confirm;
pub mod copy;
mod files;
mod job;
mod migrate;
mod postgres;
mod row;
mod sqlite;
mod stats;
mod tx;

pub use postgres::{Heard, Node};
pub use row::{Cells, Param, Row, Value};
pub use stats::Stats;
pub use tx::{Change, Revoked, Snapshot, Touched, Tx};

/// The parameters of a statement, in the order `$1`, `$2`, …
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Param::from($value)),*] };
}

use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::trace;
use crate::world::{Connections, Stopwatch};
use confirm::Confirmer;
use job::{Doors, Job, Mode, Work};
use postgres::Notices;
use stats::Kind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Told what a commit touched, before whoever asked for it is answered.
pub type Publish = Arc<dyn Fn(&Touched) + Send + Sync>;

/// How long a caller waits for what it asked before it is told to come back. A server that is stopped or cut off
/// says nothing at all: then this is what a reader sees of it.
const READ_PATIENCE: Duration = Duration::from_millis(2500);
/// The same for a change, which may have to wait for others'. It may still be made after its caller was told.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// Takes a data folder for this process, for as long as the file is held.
///
/// # Errors
/// When another keyrack holds it, or its lock file cannot be made.
pub fn lock_folder(data_dir: &Path) -> Result<std::fs::File> {
    files::lock(data_dir)
}

/// Whether `url` is one that [`Db::open_postgres`] can connect to, as far as its text says; if not, what to do.
/// The answer never holds the URL, which may hold a password.
///
/// # Errors
/// One line for the operator.
pub fn check_url(url: &str) -> std::result::Result<(), &'static str> {
    postgres::parse(url).map(drop)
}

/// Notes that the database of a data folder was moved to PostgreSQL: no server starts on its file any more.
///
/// # Errors
/// When that cannot be written.
pub fn note_moved(data_dir: &Path, now: i64) -> Result<()> {
    files::note_moved(data_dir, now)
}

/// The database of this process.
pub struct Db {
    doors: Doors,
    confirmer: Confirmer,
    shared: bool,
    stats: Arc<Stats>,
    /// Held for the life of the process: two servers on one SQLite file would overwrite each other.
    _lock: Option<std::fs::File>,
}

impl Db {
    /// Opens `data_dir`/keyrack.db for this process alone, and migrates it.
    ///
    /// # Errors
    /// When the folder cannot be written, another process holds the file, there is a WAL without its file, or it was
    /// made by a newer Keyrack.
    pub fn open_sqlite(data_dir: &Path, publish: Publish) -> Result<Self> {
        let lock = files::lock(data_dir)?;
        files::refuse_moved(data_dir)?;
        let (confirmer, stats) = (Confirmer::default(), Arc::new(Stats::default()));
        let doors = sqlite::open(&data_dir.join("keyrack.db"), publish, &stats)?;
        Ok(Self { doors, confirmer, shared: false, stats, _lock: Some(lock) })
    }

    /// Connects to PostgreSQL and migrates it.
    ///
    /// # Errors
    /// When it cannot be reached, sorts by anything but collation C, or was made by a newer Keyrack.
    pub fn open_postgres(url: &str, publish: Publish) -> Result<Self> {
        Self::connect(url, Connections::default(), publish)
    }

    fn connect(url: &str, connections: Connections, publish: Publish) -> Result<Self> {
        let stats = Arc::new(Stats::default());
        let doors = postgres::open(url, connections, publish, &stats)?;
        Ok(Self { doors, confirmer: Confirmer::default(), shared: true, stats, _lock: None })
    }

    /// The same as one node of several: what it changes is told to the others after the commit, and `node` is told
    /// what they change.
    ///
    /// # Errors
    /// As [`Db::open_postgres`].
    pub fn open_postgres_as(
        url: &str,
        connections: Connections,
        node: Node,
        publish: Publish,
    ) -> Result<Self> {
        let notices = Notices::start(url, node)?;
        let told: Publish = Arc::new(move |touched| {
            publish(touched);
            notices.tell(touched);
        });
        Self::connect(url, connections, told)
    }

    /// Whether other nodes may change the same data: then nothing kept in memory is used unconfirmed.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// What it is, as people call it.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        if self.shared { "PostgreSQL" } else { "SQLite" }
    }

    /// What was counted at its door.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Runs `change` in a transaction that is committed if it returns `Ok` and undone otherwise.
    ///
    /// # Errors
    /// Its own; or `unavailable` when the database is away, full or too busy. After a lost connection in the
    /// middle of a commit it is unknown whether the change was made.
    pub async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (job, answer) = Job::new(change);
        let work = Work { job: Box::new(job), mode: Mode::Write };
        self.counted(Kind::Write, async {
            self.doors.writes.push(work)?;
            wait(answer, WRITE_PATIENCE).await
        })
        .await
    }

    /// Makes every change that was asked for until now, then no other; and puts all of them into `keyrack.db` itself,
    /// which without it is only whole together with `keyrack.db-wal`. Changes nothing on PostgreSQL.
    ///
    /// # Errors
    /// When that could not be done, because somebody reads it or the disk is full: then they belong together.
    pub async fn close(&self) -> Result<()> {
        if self.shared {
            return Ok(());
        }
        let (job, answer) = Job::new(sqlite::fold);
        self.doors.writes.push(Work { job: Box::new(job), mode: Mode::Last })?;
        whole(wait(answer, WRITE_PATIENCE).await?)
    }

    /// The same for a process that goes on: every change is refused at once from now on. What was asked before is made
    /// first, however long that takes: who copies the database afterwards copies all that was acknowledged.
    ///
    /// # Errors
    /// As [`Db::close`].
    pub async fn hold(&self) -> Result<()> {
        let (job, answer) = Job::new(sqlite::fold);
        self.doors.writes.push_last(Work { job: Box::new(job), mode: Mode::Last }).await?;
        whole(
            answer
                .await
                .unwrap_or_else(|_| Err(Error::internal("run a transaction", "its closure panicked")))?,
        )
    }

    /// Runs `look` on one consistent snapshot.
    ///
    /// # Errors
    /// Its own; or `unavailable` when the database is away or too busy.
    pub async fn read<T, F>(&self, look: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.look(Mode::Snapshot, look).await
    }

    /// Runs `look`, which must be a single statement: without a transaction around it, it costs one round
    /// trip to PostgreSQL instead of three.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_single<T, F>(&self, look: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.look(Mode::Single, look).await
    }

    /// The present revision of a session of a deployment, where other nodes may raise it: what a statement says that
    /// begins after this was called. Many who ask share one statement. Of a session that `stands` somewhere there is
    /// none when the gate of an organization or workspace that it stands in has risen.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn present_revision(
        &self,
        deployment: &str,
        id: &SessionId,
        stands: bool,
    ) -> Result<Option<i64>> {
        let answer = self.confirmer.ask(&self.doors.confirms, id, stands);
        let present = self.counted(Kind::Confirm, wait(answer, READ_PATIENCE)).await?;
        Ok(present.filter(|(of, _)| of == deployment).map(|(_, revision)| revision))
    }

    async fn look<T, F>(&self, mode: Mode, look: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        let (job, answer) = Job::new(move |tx: &mut Tx<'_>| look(tx));
        let kind = if mode == Mode::Single { Kind::Single } else { Kind::Read };
        let work = Work { job: Box::new(job), mode };
        self.counted(kind, async {
            self.doors.reads.push(work)?;
            wait(answer, READ_PATIENCE).await
        })
        .await
    }

    async fn counted<T>(&self, kind: Kind, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let (watch, part) =
            (Stopwatch::start(), trace::part("database", Some(("keyrack.kind", kind.as_str()))));
        let result = answer.await;
        part.end(self.stats.note(kind, &watch, &result));
        result
    }
}

/// Whether all of it is in `keyrack.db` itself.
fn whole(is_folded: bool) -> Result<()> {
    let read = || Error::unavailable("fold the WAL into keyrack.db", "another program reads it");
    is_folded.then_some(()).ok_or_else(read)
}

async fn wait<T>(answer: tokio::sync::oneshot::Receiver<Result<T>>, patience: Duration) -> Result<T> {
    match tokio::time::timeout(patience, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Error::internal("run a transaction", "its closure panicked")),
        Err(_) => Err(Error::unavailable("run a transaction", "the database did not answer in time")),
    }
}
