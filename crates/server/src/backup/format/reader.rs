use super::{Checksum, Counts, Header, Start, VERSION, damaged, hex};
use crate::db::Value;
use crate::db::copy::{self, Kind, Table};
use crate::error::{Error, Result};
use aws_lc_rs::digest::{Context, SHA256};
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, Read};

/// Bytes of the longest line: many times what the largest row has, so that a damaged file cannot fill the memory.
const LONGEST: u64 = 16 << 20;

/// Reads a backup, line by line. What it gives is known to be whole only when [`Reader::end`] has succeeded.
pub struct Reader<R> {
    input: R,
    hash: Context,
    line: Vec<u8>,
    /// Whether `line` has been read but not used.
    waiting: bool,
    number: u64,
    header: Header,
    rows: BTreeMap<String, u64>,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is no backup, or one that this binary is too old for.
    pub fn open(input: R) -> Result<Self> {
        let header = Header {
            keyrack_backup: 0,
            schema: 0,
            engine: String::new(),
            keyrack: String::new(),
            made_at: 0,
            deployments: Vec::new(),
            master_key_check: String::new(),
        };
        let (hash, rows) = (Context::new(&SHA256), BTreeMap::new());
        let mut reader = Self { input, hash, line: Vec::new(), waiting: false, number: 0, header, rows };
        // A line that has no end is none either; what is read of it says what it was meant to be.
        let read = reader.read_line();
        let no_backup = |_| Error::internal("read the backup", "it is no backup of Keyrack");
        let Version { keyrack_backup: version } = serde_json::from_slice(&reader.line).map_err(no_backup)?;
        read?;
        if version != VERSION {
            let cause = format!(
                "its format is version {version}, this keyrack reads {VERSION}; take the one that made it"
            );
            return Err(Error::internal("read the backup", cause));
        }
        reader.header =
            serde_json::from_slice(&reader.line).map_err(|cause| damaged(format!("line 1: {cause}")))?;
        let (has, knows) = (reader.header.schema, copy::newest());
        if has > knows {
            let cause =
                format!("its schema is version {has}, this keyrack knows {knows}; take the newer keyrack");
            return Err(Error::internal("read the backup", cause));
        }
        if has < 1 {
            return Err(damaged("there is no schema 0"));
        }
        Ok(reader)
    }

    /// The first line.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Goes to the rows of `table`, which must come next.
    ///
    /// # Errors
    /// When something else does.
    pub fn table(&mut self, table: &Table) -> Result<()> {
        self.peek()?;
        self.waiting = false;
        let start: Start = serde_json::from_slice(&self.line).map_err(|cause| self.wrong(cause))?;
        let columns = table.columns.iter().map(|column| &column.name);
        if start.table != table.name || !start.columns.iter().eq(columns) {
            return Err(self.wrong(format!("the table {} should begin here", table.name)));
        }
        self.rows.insert(start.table, 0);
        Ok(())
    }

    /// The next row of `table`, which was begun last; none after its last one.
    ///
    /// # Errors
    /// When it is none of this table.
    pub fn row(&mut self, table: &Table) -> Result<Option<Vec<Value>>> {
        if !self.peek()?.starts_with(b"[") {
            return Ok(None);
        }
        self.waiting = false;
        let cells: Vec<Cell> = serde_json::from_slice(&self.line).map_err(|cause| self.wrong(cause))?;
        let fits = cells.len() == table.columns.len()
            && cells.iter().zip(&table.columns).all(|(cell, column)| match (&cell.0, column.kind) {
                (Value::Null, _) => column.nullable,
                (Value::Int(_), kind) => kind == Kind::Int,
                (Value::Text(_), kind) => kind == Kind::Text,
            });
        if !fits {
            return Err(self.wrong(format!("no row of {}", table.name)));
        }
        *self.rows.entry(table.name.clone()).or_default() += 1;
        Ok(Some(cells.into_iter().map(|cell| cell.0).collect()))
    }

    /// Compares counts and checksum after the last table; gives the rows of each.
    ///
    /// # Errors
    /// When the file is not what was written.
    pub fn end(mut self) -> Result<BTreeMap<String, u64>> {
        self.peek()?;
        self.waiting = false;
        let counts: Counts = serde_json::from_slice(&self.line).map_err(|cause| self.wrong(cause))?;
        if counts.rows != self.rows {
            return Err(self.wrong("rows are missing"));
        }
        let read = hex(self.hash.clone().finish().as_ref());
        self.read_line()?;
        let kept: Checksum = serde_json::from_slice(&self.line).map_err(|cause| self.wrong(cause))?;
        if kept.sha256 != read {
            return Err(damaged("its checksum is another one"));
        }
        let more = self.input.fill_buf().map_err(|cause| Error::unavailable("read the backup", cause))?;
        if more.is_empty() { Ok(self.rows) } else { Err(damaged("it goes on after its end")) }
    }

    /// The next line, without using it up.
    fn peek(&mut self) -> Result<&[u8]> {
        if !self.waiting {
            self.read_line()?;
            self.waiting = true;
        }
        Ok(&self.line)
    }

    fn read_line(&mut self) -> Result<()> {
        self.line.clear();
        self.number += 1;
        let mut bounded = self.input.by_ref().take(LONGEST);
        let read = bounded.read_until(b'\n', &mut self.line);
        read.map_err(|cause| Error::unavailable("read the backup", cause))?;
        if self.line.last() != Some(&b'\n') {
            return Err(damaged(format!("it ends in line {}", self.number)));
        }
        self.hash.update(&self.line);
        Ok(())
    }

    fn wrong(&self, what: impl fmt::Display) -> Error {
        damaged(format!("line {}: {what}", self.number))
    }
}

/// As much of the header as says whether the rest is understood.
#[derive(Deserialize)]
struct Version {
    keyrack_backup: i64,
}

/// A cell: null, a whole number or a text, and nothing else.
struct Cell(Value);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Cell;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("null, a whole number or a text")
            }
            fn visit_unit<E>(self) -> std::result::Result<Cell, E> {
                Ok(Cell(Value::Null))
            }
            fn visit_i64<E>(self, number: i64) -> std::result::Result<Cell, E> {
                Ok(Cell(Value::Int(number)))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> std::result::Result<Cell, E> {
                i64::try_from(number).map(|number| Cell(Value::Int(number))).map_err(E::custom)
            }
            fn visit_str<E>(self, text: &str) -> std::result::Result<Cell, E> {
                Ok(Cell(Value::Text(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> std::result::Result<Cell, E> {
                Ok(Cell(Value::Text(text)))
            }
        }
        from.deserialize_any(Any)
    }
}
