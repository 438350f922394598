//! Reading a whole database from one snapshot. Writers are not held up: SQLite's readers never do, and neither does
//! a repeatable read on PostgreSQL.

use super::super::files;
use super::super::row::Param;
use super::super::sqlite::fault;
use super::super::tx::{Engine, Snapshot};
use super::super::{migrate, postgres};
use super::{Place, Table};
use crate::error::{Error, Result};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::Path;

/// One consistent state of a database.
pub struct Source {
    engine: Open,
    version: i64,
}

enum Open {
    Sqlite(Connection),
    Postgres(Box<postgres::Connection>),
}

/// Given every row of a table, its cells in the order of the table's columns.
pub type Take<'a> = &'a mut dyn FnMut(&[Param<'_>]) -> Result<()>;

impl Source {
    /// Takes a snapshot of the database at `place`, whether a server runs on it or not.
    ///
    /// # Errors
    /// When there is none, it cannot be reached, or a newer Keyrack made it.
    pub fn open(place: &Place) -> Result<Self> {
        let mut engine = match place {
            Place::Sqlite(folder) => Open::Sqlite(open_file(folder)?),
            Place::Postgres(url) => {
                let mut connection = postgres::Connection::for_bulk(url, false)?;
                connection.batch("begin isolation level repeatable read read only")?;
                Open::Postgres(Box::new(connection))
            }
        };
        let found = "select count(*) from information_schema.tables
             where table_schema = current_schema() and table_name = 'migrations'";
        let sql = match engine {
            Open::Sqlite(_) => "select count(*) from sqlite_schema where name = 'migrations'",
            Open::Postgres(_) => found,
        };
        // The first statement takes the snapshot.
        let made = engine.snapshot().query_one(sql, &[])?.map(|row| row.cells().int()).transpose()?;
        let version = if made == Some(1) { migrate::applied(&mut engine.snapshot())? } else { 0 };
        if version == 0 {
            let cause = "no server has started on it yet, so there is nothing in it";
            return Err(Error::internal("use this database", cause));
        }
        migrate::refuse_newer(version)?;
        Ok(Self { engine, version })
    }

    /// The version of its schema, at least 1.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// To read from it as the server does.
    pub fn snapshot(&mut self) -> Snapshot<'_> {
        self.engine.snapshot()
    }

    /// Hands every row of `table` to `take`, in the order of its primary key, one at a time.
    ///
    /// # Errors
    /// What the database says; the first of `take`'s.
    pub fn each(&mut self, table: &Table, take: Take<'_>) -> Result<()> {
        // The names are the migrations' own.
        let sql =
            format!("select {} from {} order by {}", table.column_list(), table.name, table.key.join(", "));
        match &mut self.engine {
            Open::Sqlite(connection) => each_of_file(connection, &sql, take),
            Open::Postgres(connection) => connection.each(&sql, take),
        }
    }
}

impl Open {
    fn snapshot(&mut self) -> Snapshot<'_> {
        Snapshot(match self {
            Self::Sqlite(connection) => Engine::Sqlite(connection),
            Self::Postgres(connection) => Engine::Postgres(connection),
        })
    }
}

/// The server's lock is not asked for: in WAL mode a reader disturbs nobody. It must be allowed to write the index of
/// the WAL, though.
fn open_file(folder: &Path) -> Result<Connection> {
    let path = folder.join("keyrack.db");
    files::refuse_lost(&path)?;
    if !path.exists() {
        let cause =
            "there is no database; name its folder with --data, or PostgreSQL with KEYRACK_DATABASE_URL";
        return Err(Error::internal(&format!("open {}", path.display()), cause));
    }
    // SQLite would only say that it cannot.
    File::open(&path).map_err(|cause| files::cannot_open(&path, &cause))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(fault)?;
    connection
        .execute_batch(
            "pragma busy_timeout = 5000; pragma query_only = on; pragma cache_size = -16384; begin",
        )
        .map_err(fault)?;
    Ok(connection)
}

fn each_of_file(connection: &Connection, sql: &str, take: Take<'_>) -> Result<()> {
    let mut statement = connection.prepare(sql).map_err(fault)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(fault)? {
        let mut cells = Vec::with_capacity(columns);
        for column in 0..columns {
            cells.push(match row.get_ref(column).map_err(fault)? {
                ValueRef::Null => Param::Null,
                ValueRef::Integer(number) => Param::Int(number),
                ValueRef::Text(text) => Param::Text(
                    std::str::from_utf8(text).map_err(|cause| Error::internal("read a text", cause))?,
                ),
                _ => return Err(Error::internal("read a row", "it holds what Keyrack never writes")),
            });
        }
        take(&cells)?;
    }
    Ok(())
}
