use super::{Checksum, Counts, Header, Start, hex};
use crate::db::Param;
use crate::db::copy::Table;
use crate::error::{Error, Result};
use aws_lc_rs::digest::{Context, SHA256};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// Writes a backup, line by line; it is one when [`Writer::finish`] has succeeded.
pub struct Writer<W> {
    out: W,
    hash: Context,
    line: Vec<u8>,
    rows: BTreeMap<String, u64>,
    table: String,
    bytes: u64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows a table.
    pub rows: BTreeMap<String, u64>,
    /// Bytes in all.
    pub bytes: u64,
}

impl<W: Write> Writer<W> {
    /// Begins with `header`.
    ///
    /// # Errors
    /// What `out` says.
    pub fn begin(out: W, header: &Header) -> Result<Self> {
        let (hash, rows) = (Context::new(&SHA256), BTreeMap::new());
        let mut writer = Self { out, hash, line: Vec::new(), rows, table: String::new(), bytes: 0 };
        writer.object(header)?;
        Ok(writer)
    }

    /// Begins a table; what follows are its rows.
    ///
    /// # Errors
    /// What `out` says.
    pub fn table(&mut self, table: &Table) -> Result<()> {
        self.table.clone_from(&table.name);
        self.rows.insert(table.name.clone(), 0);
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        self.object(&Start { table: table.name.clone(), columns })
    }

    /// Writes one row of the table begun last.
    ///
    /// # Errors
    /// What `out` says.
    pub fn row(&mut self, cells: &[Param<'_>]) -> Result<()> {
        self.line.clear();
        self.line.push(b'[');
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.line.push(b',');
            }
            match cell {
                Param::Null => self.line.extend(b"null"),
                Param::Int(number) => self.line.extend(number.to_string().as_bytes()),
                Param::Text(text) => serde_json::to_writer(&mut self.line, text).map_err(unwritten)?,
            }
        }
        self.line.push(b']');
        *self.rows.entry(self.table.clone()).or_default() += 1;
        self.flush_line()
    }

    /// Ends it with the counts and the checksum, and gives what it was written to.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(mut self) -> Result<(W, Written)> {
        self.object(&Counts { rows: self.rows.clone() })?;
        let sha256 = hex(self.hash.clone().finish().as_ref());
        self.object(&Checksum { sha256 })?;
        self.out.flush().map_err(unwritten)?;
        Ok((self.out, Written { rows: self.rows, bytes: self.bytes }))
    }

    fn object(&mut self, line: &impl Serialize) -> Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line).map_err(unwritten)?;
        self.flush_line()
    }

    fn flush_line(&mut self) -> Result<()> {
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.bytes += self.line.len() as u64;
        self.out.write_all(&self.line).map_err(unwritten)
    }
}

fn unwritten(cause: impl std::fmt::Display) -> Error {
    Error::unavailable("write the backup", cause)
}
