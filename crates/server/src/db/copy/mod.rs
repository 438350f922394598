//! A whole database, read from one snapshot while others write, or written into an empty one: what a backup needs of
//! both engines. It goes around [`super::Db`], which is the server's: nothing runs on a database that is being filled,
//! and reading one must neither take the server's lock nor its threads.

mod schema;
mod source;
mod target;

pub use schema::{Column, Kind, Table, newest, tables};
pub use source::Source;
pub use target::Target;

use std::path::PathBuf;

/// Where a database is.
#[derive(Clone)]
pub enum Place {
    /// `keyrack.db` in this data folder.
    Sqlite(PathBuf),
    /// Behind this URL, which may hold a password.
    Postgres(String),
}

impl Place {
    /// The engine, as it is named to an operator.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}
