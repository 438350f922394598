//! What a backup looks like: lines of JSON, so that it can be read without Keyrack, and in twenty years.
//!
//! ```text
//! {"keyrack_backup":1,"schema":5,"engine":"SQLite","keyrack":"0.1.0","made_at":…,"deployments":["app"]}
//! {"table":"users","columns":["id","deployment_id",…]}
//! ["usr_…","app",…]
//! {"rows":{"deployments":1,"users":1,…}}
//! {"sha256":"…"}
//! ```
//!
//! The checksum covers every byte before its own line. It is there against damage; it stops nobody who can write the
//! file.

mod reader;
mod writer;

pub use reader::Reader;
pub use writer::Writer;

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the format that is written, and the newest that is read.
pub const VERSION: i64 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub keyrack_backup: i64,
    /// The version of the schema that its rows are of.
    pub schema: i64,
    /// The engine that they come from; they go into either.
    pub engine: String,
    /// The version of the binary that wrote it.
    pub keyrack: String,
    /// When the snapshot was taken, in Unix milliseconds.
    pub made_at: i64,
    /// The ids of the deployments in it.
    pub deployments: Vec<String>,
    /// The check value of the master key that opens what is sealed in it. It opens nothing itself.
    pub master_key_check: String,
}

/// The line before a table's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The table's name.
    pub table: String,
    /// Its columns, in the order of the cells.
    pub columns: Vec<String>,
}

/// The line after all rows: how many there were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    rows: BTreeMap<String, u64>,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checksum {
    sha256: String,
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is wrong with a file that cannot be used.
fn damaged(what: impl std::fmt::Display) -> Error {
    Error::internal("read the backup", format!("it is damaged or incomplete ({what}); take another one"))
}

#[cfg(test)]
mod tests;
