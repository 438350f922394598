//! Brings a database to this binary's schema; one that a newer binary made is refused.

use super::tx::Tx;
use crate::error::{Error, Result};
use crate::params;

/// Every migration, in order. A released one is never changed.
const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "ground", include_str!("../../migrations/0001_ground.sql"))];

pub(super) fn run(tx: &mut Tx<'_>) -> Result<()> {
    tx.batch("create table if not exists migrations (version bigint primary key, name text not null)")?;
    let applied = match tx.query_one("select coalesce(max(version), 0) from migrations", &[])? {
        Some(row) => row.cells().int()?,
        None => 0,
    };
    let newest = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    if applied > newest {
        return Err(Error::internal(
            "use this database",
            format!("its schema is version {applied}, this keyrack knows {newest}; start the newer keyrack"),
        ));
    }
    for (version, name, sql) in MIGRATIONS.iter().filter(|(version, ..)| *version > applied) {
        tracing::info!(version, name, "migrating the database");
        tx.batch(sql)?;
        tx.execute("insert into migrations (version, name) values ($1, $2)", params![*version, *name])?;
    }
    Ok(())
}
