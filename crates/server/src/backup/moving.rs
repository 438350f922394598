//! A whole installation, into an empty database of the other engine, as it is: nobody is signed out by it.
//!
//! A restore brings an old state back, in which people are signed in who have signed out since; so it settles that. A move has
//! nothing to settle, because nothing has changed since: the server holds every change back, from before the old database is
//! read until it is started on the new one (`POST /admin/hold`, [`crate::db::Db::close`]).

use crate::audit::{self, About, By, Event};
use crate::db::copy::{Place, Source, Table, Target, tables};
use crate::db::{Param, Value};
use crate::error::{Error, Result};
use crate::master_key;
use crate::params;
use crate::vault::Vault;
use crate::world::World;
use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::thread;

/// Rows that are read ahead of those that are written.
const AHEAD: usize = 256;

/// What was moved.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Rows a table.
    pub rows: BTreeMap<String, u64>,
    /// What did not go well although everything is there.
    pub warning: Option<String>,
}

/// Copies everything that is in the database at `from`, where nothing may change any more, into the empty one at `to`. Either
/// all of it is there afterwards, or nothing.
///
/// # Errors
/// When the master key is another installation's, `to` is not empty or cannot be written, or `from` cannot be read.
pub fn relocate((from, to): (&Place, &Place), vault: &Vault, (world, by): (&World, &By)) -> Result<Moved> {
    let mut source = Source::open(from)?;
    master_key::compare(&mut source.snapshot(), vault)?;
    let version = source.version();
    let mut target = Target::open(to, version)?;
    let mut rows = BTreeMap::new();
    for table in tables(version)? {
        let count = copy(&mut source, &mut target, &table)?;
        rows.insert(table.name, count);
    }
    let ((), unplanned) = target.finish(|tx| {
        // Whoever held one was the server that is moved.
        tx.execute("delete from leases", &[])?;
        for row in tx.query("select id from deployments order by id", params![])? {
            let id = row.cells().text()?;
            audit::record_in(tx, (&id, world), by, Event::DatabaseMoved, About::default())?;
        }
        Ok(())
    })?;
    let warning = unplanned.map(|error| format!("everything is there, but not analyzed: {error}"));
    Ok(Moved { rows, warning })
}

/// Copies a table; how many rows that were.
fn copy(source: &mut Source, target: &mut Target, table: &Table) -> Result<u64> {
    let (out, read) = sync_channel::<Vec<Value>>(AHEAD);
    thread::scope(|scope| {
        let reading = scope.spawn(move || {
            source.each(table, &mut |cells| {
                let row = cells.iter().map(owned).collect();
                out.send(row).map_err(|_| Error::internal("move a row", "it could not be written"))
            })
        });
        let mut count = 0;
        let filled = target.fill(table, &mut || {
            let row = read.recv().ok();
            count += u64::from(row.is_some());
            Ok(row)
        });
        // Whoever reads learns that nobody takes anything any more.
        drop(read);
        let reading =
            reading.join().map_err(|_| Error::internal("move a table", "the reading thread ended"))?;
        // What could not be written comes first: it is why nothing more was read.
        filled.and(reading).map(|()| count)
    })
}

fn owned(cell: &Param<'_>) -> Value {
    match cell {
        Param::Null => Value::Null,
        Param::Int(number) => Value::Int(*number),
        Param::Text(text) => Value::Text((*text).to_owned()),
    }
}
