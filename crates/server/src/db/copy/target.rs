//! Filling an empty database. Nothing of it is visible before the end: on SQLite it is a file of another name, on
//! PostgreSQL one transaction.

use super::super::files;
use super::super::row::{Param, Value};
use super::super::sqlite::fault;
use super::super::tx::{Engine, Tx};
use super::super::{migrate, postgres};
use super::{Place, Table};
use crate::error::{Error, Result};
use rusqlite::Connection;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Gives the rows of a table one after another, then none.
pub type Next<'a> = &'a mut dyn FnMut() -> Result<Option<Vec<Value>>>;

/// A database that is being filled.
pub struct Target(Open);

enum Open {
    Sqlite(NewFile),
    Postgres(Box<postgres::Connection>),
}

/// A file that becomes `keyrack.db` when it is complete.
struct NewFile {
    connection: Connection,
    folder: PathBuf,
    unfinished: Unfinished,
    /// No server starts on the folder meanwhile.
    _lock: File,
}

/// Where it is until then; removed when the restore ends before it does.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a success it has another name. What cannot be removed is begun anew by the next restore.
        let _ = fs::remove_file(&self.0);
    }
}

/// Its name until then. A restore that was killed leaves it, and the next one begins it anew.
const UNFINISHED: &str = "keyrack.db.unfinished";

impl Target {
    /// Takes the empty database at `place` and makes the schema of `version` in it.
    ///
    /// # Errors
    /// When there is anything of Keyrack in it, a server runs there, or it cannot be reached.
    pub fn open(place: &Place, version: i64) -> Result<Self> {
        let mut open = match place {
            Place::Sqlite(folder) => Open::Sqlite(NewFile::begin(folder)?),
            Place::Postgres(url) => Open::Postgres(Box::new(begin_on_server(url)?)),
        };
        migrate::make_new(&mut open.tx(), version)?;
        Ok(Self(open))
    }

    /// Puts every row that `next` gives into `table`.
    ///
    /// # Errors
    /// The first of `next`'s; what the database says of a row.
    pub fn fill(&mut self, table: &Table, next: Next<'_>) -> Result<()> {
        match &mut self.0 {
            Open::Sqlite(file) => file.fill(table, next),
            Open::Postgres(connection) => {
                let sql = format!("copy {} ({}) from stdin", table.name, table.column_list());
                connection.copy_in(&sql, next)
            }
        }
    }

    /// Brings the schema up to this binary's, runs `settle`, and makes everything visible. Also says what was
    /// wrong when everything is there but the planner's numbers are not: the database makes them later.
    ///
    /// # Errors
    /// What `settle` or the database says; then nothing is.
    pub fn finish<T>(mut self, settle: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<(T, Option<Error>)> {
        let mut tx = self.0.tx();
        migrate::run(&mut tx)?;
        let settled = settle(&mut tx)?;
        match self.0 {
            Open::Sqlite(file) => file.finish().map(|()| (settled, None)),
            Open::Postgres(mut connection) => {
                connection.batch("commit")?;
                Ok((settled, connection.batch("analyze").err()))
            }
        }
    }
}

impl Open {
    fn tx(&mut self) -> Tx<'_> {
        Tx::new(match self {
            Self::Sqlite(file) => Engine::Sqlite(&file.connection),
            Self::Postgres(connection) => Engine::Postgres(connection),
        })
    }
}

impl NewFile {
    fn begin(folder: &Path) -> Result<Self> {
        make_private(folder)?;
        let lock = files::lock(folder)?;
        files::refuse_lost(&folder.join("keyrack.db"))?;
        for name in ["keyrack.db", "keyrack.db-wal", "keyrack.db-shm"] {
            let path = folder.join(name);
            if path.exists() {
                let cause = "there is one already; move keyrack.db, keyrack.db-wal and keyrack.db-shm away together, \
                             or choose another folder with --data";
                return Err(Error::internal(&format!("make the database {}", path.display()), cause));
            }
        }
        let unfinished = Unfinished(folder.join(UNFINISHED));
        let path = &unfinished.0;
        let failed = |cause| Error::internal(&format!("make {}", path.display()), cause);
        match fs::remove_file(path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(failed(cause)),
            _ => {}
        }
        files::private_file(path).map_err(failed)?;
        let connection = Connection::open(path).map_err(fault)?;
        // It is begun anew if anything happens to it, and made durable as a whole at the end.
        let pragmas = "pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive;
                       pragma foreign_keys = off; pragma cache_size = -65536; begin";
        connection.execute_batch(pragmas).map_err(fault)?;
        Ok(Self { connection, folder: folder.to_owned(), unfinished, _lock: lock })
    }

    fn fill(&self, table: &Table, next: Next<'_>) -> Result<()> {
        let places: Vec<String> = (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
        let sql =
            format!("insert into {} ({}) values ({})", table.name, table.column_list(), places.join(", "));
        let mut statement = self.connection.prepare(&sql).map_err(fault)?;
        while let Some(row) = next()? {
            for (index, cell) in row.iter().enumerate() {
                statement.raw_bind_parameter(index + 1, Param::from(cell)).map_err(fault)?;
            }
            statement.raw_execute().map_err(fault)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        let Self { connection, folder, unfinished, _lock } = self;
        let broken = connection.prepare("pragma foreign_key_check").and_then(|mut check| check.exists([]));
        if broken.map_err(fault)? {
            return Err(Error::internal("finish the database", "a row refers to one that is not there"));
        }
        connection.execute_batch("commit").map_err(fault)?;
        connection.close().map_err(|(_, cause)| fault(cause))?;
        let end = folder.join("keyrack.db");
        let durable = || {
            File::open(&unfinished.0)?.sync_all()?;
            fs::rename(&unfinished.0, &end)?;
            File::open(&folder)?.sync_all()
        };
        durable().map_err(|cause| Error::unavailable(&format!("finish {}", end.display()), cause))
    }
}

/// The data folder as a server makes it: for its owner only.
fn make_private(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|cause| Error::internal(&format!("make the data folder {}", folder.display()), cause))
}

fn begin_on_server(url: &str) -> Result<postgres::Connection> {
    let mut connection = postgres::Connection::for_bulk(url, true)?;
    connection.check_collation()?;
    connection.batch("begin")?;
    // The lock of the migrations: a node that starts now waits for the end, and finds everything there.
    connection.batch("select pg_advisory_xact_lock(5389731)")?;
    let sql = "select count(*) from information_schema.tables
               where table_schema = current_schema() and table_name in ('migrations', 'deployments', 'users')";
    let found = connection.query(sql, &[])?.into_iter().next().map(|row| row.cells().int()).transpose()?;
    if found != Some(0) {
        let cause = "there is one of a Keyrack already; make a new one with: create database … template template0 \
                     locale 'C', and name it in KEYRACK_DATABASE_URL";
        return Err(Error::internal("fill this database", cause));
    }
    Ok(connection)
}
