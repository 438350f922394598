//! Whole tables, a row at a time: for a backup and for a restore, on a connection of their own.

use super::Connection;
use super::wire::{Failure, Wire};
use crate::db::row::{Param, Value};
use crate::error::{Error, Result};
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::types::Type;

/// A statement may take its time; a transaction whose other end has gone must not keep the database from cleaning up
/// for ever.
const BOUNDS: &str =
    "-c statement_timeout=0 -c lock_timeout=10s -c idle_in_transaction_session_timeout=10min";
/// To make a connection.
const CONNECTING: Duration = Duration::from_secs(5);
/// No row for so long, and there is no server: nothing of this size is sorted for longer.
const SILENCE: Duration = Duration::from_secs(600);
/// Bytes that are sent at once.
const CHUNK: usize = 1 << 16;

impl Connection {
    /// A connection for one long piece of work; `writes` asks for a server that takes some.
    pub(in crate::db) fn for_bulk(url: &str, writes: bool) -> Result<Self> {
        let mut config =
            super::parse(url).map_err(|cause| Error::internal("read KEYRACK_DATABASE_URL", cause))?;
        config
            .application_name("keyrack-backup")
            .connect_timeout(CONNECTING)
            .keepalives_idle(Duration::from_secs(30))
            .options(BOUNDS);
        if writes {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let mut wire = Wire::open(&config, Duration::ZERO)
            .map_err(|failure| Error::unavailable("connect to PostgreSQL", failure))?;
        wire.is_patient(true);
        Ok(Self::new(wire, 0, Arc::default()))
    }

    /// Hands every row that `sql` gives to `take`, one at a time. The rows come as they are taken: the driver reads on
    /// only when there is room.
    pub(in crate::db) fn each(
        &mut self,
        sql: &str,
        take: &mut dyn FnMut(&[Param<'_>]) -> Result<()>,
    ) -> Result<()> {
        let Wire { client, runtime, .. } = &self.wire;
        let nothing: [&str; 0] = [];
        runtime.block_on(async {
            let mut rows = pin!(client.query_raw(sql, nothing).await.map_err(lost)?);
            loop {
                let next = timeout(SILENCE, rows.next()).await;
                let Some(row) = next.map_err(|_| away())? else { return Ok(()) };
                let row = row.map_err(lost)?;
                let cells = (0..row.len()).map(|column| cell(&row, column));
                take(&cells.collect::<Result<Vec<_>>>()?)?;
            }
        })
    }

    /// Sends every row that `next` gives to `sql`, a `copy … from stdin`.
    pub(in crate::db) fn copy_in(
        &mut self,
        sql: &str,
        next: &mut dyn FnMut() -> Result<Option<Vec<Value>>>,
    ) -> Result<()> {
        let Wire { client, runtime, .. } = &self.wire;
        runtime.block_on(async {
            let mut to = pin!(client.copy_in::<_, Bytes>(sql).await.map_err(lost)?);
            let mut chunk = BytesMut::with_capacity(CHUNK * 2);
            while let Some(row) = next()? {
                write_row(&mut chunk, &row);
                if chunk.len() >= CHUNK {
                    let sent = timeout(SILENCE, to.send(chunk.split().freeze())).await;
                    sent.map_err(|_| away())?.map_err(lost)?;
                }
            }
            to.send(chunk.freeze()).await.map_err(lost)?;
            to.finish().await.map(drop).map_err(lost)
        })
    }
}

fn lost(cause: tokio_postgres::Error) -> Error {
    Error::internal("use PostgreSQL", Failure::Said(cause))
}

fn away() -> Error {
    Error::unavailable("use PostgreSQL", Failure::Silence)
}

fn cell(row: &Row, column: usize) -> Result<Param<'_>> {
    let cell = match *row.columns()[column].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(|cell| cell.map(Param::Int)),
        _ => row.try_get::<_, Option<&str>>(column).map(|cell| cell.map(Param::Text)),
    };
    Ok(cell.map_err(lost)?.unwrap_or(Param::Null))
}

/// One row in the text format of PostgreSQL's `copy`.
fn write_row(line: &mut BytesMut, row: &[Value]) {
    for (index, cell) in row.iter().enumerate() {
        if index > 0 {
            line.extend_from_slice(b"\t");
        }
        match cell {
            Value::Null => line.extend_from_slice(b"\\N"),
            Value::Int(number) => line.extend_from_slice(number.to_string().as_bytes()),
            Value::Text(text) => {
                for byte in text.bytes() {
                    match byte {
                        b'\\' => line.extend_from_slice(b"\\\\"),
                        b'\n' => line.extend_from_slice(b"\\n"),
                        b'\r' => line.extend_from_slice(b"\\r"),
                        b'\t' => line.extend_from_slice(b"\\t"),
                        other => line.extend_from_slice(&[other]),
                    }
                }
            }
        }
    }
    line.extend_from_slice(b"\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_format_uses_itself_is_escaped() {
        let mut line = BytesMut::new();
        let text = |text: &str| Value::Text(text.to_owned());
        write_row(&mut line, &[Value::Null, Value::Int(-5), text("\\N"), text("a\tb\r\n"), text("")]);
        assert_eq!(&line[..], b"\\N\t-5\t\\\\N\ta\\tb\\r\\n\t\n");
    }
}
