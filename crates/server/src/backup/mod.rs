//! Backup and restore: a whole installation in one file, from either engine into either.
//!
//! [`back_up`] reads one snapshot beside a running server; [`format`](mod@format) is what it writes. [`restore()`]
//! fills an empty database, and [`settle`] sees to it that what an old state says cannot do harm. What is sealed
//! stays sealed: the master key is in no backup, and a restore needs the one that the installation had (docs/adr/0007).

pub mod file;
pub mod format;
pub mod moving;
mod restore;
mod settle;

pub use restore::{Examined, Order, examine, restore};
pub use settle::Settled;

use crate::db::copy::{Place, Source, tables};
use crate::error::{Error, Result};
use crate::master_key;
use crate::world::World;
use format::{Header, Writer};
use std::collections::BTreeMap;
use std::io::Write;

/// What a backup holds.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its first line.
    pub header: Header,
    /// Rows a table.
    pub rows: BTreeMap<String, u64>,
    /// Bytes in all.
    pub bytes: u64,
}

/// Writes everything that is in the database at `place` to `out`, and gives `out` back.
///
/// # Errors
/// When there is no database, or it or `out` fails; then what was written is no backup.
pub fn back_up<W: Write>(place: &Place, out: W, world: &World) -> Result<(W, Made)> {
    let mut source = Source::open(place)?;
    let header = header(&mut source, place, world)?;
    let mut writer = Writer::begin(out, &header)?;
    for table in tables(source.version())? {
        writer.table(&table)?;
        source.each(&table, &mut |cells| writer.row(cells))?;
    }
    let (out, written) = writer.finish()?;
    Ok((out, Made { header, rows: written.rows, bytes: written.bytes }))
}

fn header(source: &mut Source, place: &Place, world: &World) -> Result<Header> {
    let schema = source.version();
    let mut snapshot = source.snapshot();
    let check = master_key::kept(&mut snapshot)?;
    let nothing =
        || Error::internal("use this database", "no server has started on it yet, so there is nothing in it");
    let rows = snapshot.query("select id from deployments order by id", &[])?;
    Ok(Header {
        keyrack_backup: format::VERSION,
        schema,
        engine: place.engine().to_owned(),
        keyrack: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: world.clock.now_ms(),
        deployments: rows.into_iter().map(|row| row.cells().text()).collect::<Result<_>>()?,
        master_key_check: check.ok_or_else(nothing)?,
    })
}
