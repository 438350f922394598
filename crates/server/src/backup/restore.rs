//! Reading a backup into an empty database.

use super::format::{Header, Reader};
use super::settle::{self, Settled};
use crate::audit::By;
use crate::db::copy::{Place, Target, tables};
use crate::error::{Error, Result};
use crate::master_key;
use crate::vault::Vault;
use crate::world::World;
use std::collections::BTreeMap;
use std::io::BufRead;

/// What is to be done with a backup.
pub struct Order<'a> {
    /// The empty database.
    pub place: &'a Place,
    /// What the installation's master key opens.
    pub vault: &'a Vault,
    /// Time and ids.
    pub world: &'a World,
    /// Who restores.
    pub by: By,
    /// Whether people stay signed in as they were then; otherwise everybody signs in again.
    pub keep_sessions: bool,
}

/// What a backup holds, as far as the file says.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Its first line.
    pub header: Header,
    /// Rows a table.
    pub rows: BTreeMap<String, u64>,
}

/// Reads a whole backup and changes nothing: whether [`restore()`] would take it.
///
/// # Errors
/// When it is damaged, or not for this binary or master key.
pub fn examine(input: impl BufRead, vault: &Vault) -> Result<Examined> {
    let mut reader = Reader::open(input)?;
    let header = checked(reader.header(), vault)?;
    for table in tables(header.schema)? {
        reader.table(&table)?;
        while reader.row(&table)?.is_some() {}
    }
    Ok(Examined { header, rows: reader.end()? })
}

/// Fills an empty database from a backup. Either all of it is there afterwards, and settled, or nothing.
///
/// # Errors
/// As [`examine`]; when the database is not empty or cannot be written.
pub fn restore(input: impl BufRead, order: &Order<'_>) -> Result<(Examined, Settled)> {
    let mut reader = Reader::open(input)?;
    let header = checked(reader.header(), order.vault)?;
    let mut target = Target::open(order.place, header.schema)?;
    for table in tables(header.schema)? {
        reader.table(&table)?;
        target.fill(&table, &mut || reader.row(&table))?;
    }
    let rows = reader.end()?;
    let (mut settled, unplanned) = target.finish(|tx| {
        master_key::compare(tx, order.vault)?;
        settle::all(tx, order, header.made_at)
    })?;
    settled.warning = unplanned.map(|error| format!("the restore is complete, but not analyzed: {error}"));
    Ok((Examined { header, rows }, settled))
}

fn checked(header: &Header, vault: &Vault) -> Result<Header> {
    if master_key::check_value(vault) == header.master_key_check {
        return Ok(header.clone());
    }
    Err(Error::internal("use the master key", "the backup was made with another one; give that one"))
}
