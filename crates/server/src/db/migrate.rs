//! Brings a database to this binary's schema; one that a newer binary made is refused.

use super::tx::Tx;
use crate::error::{Error, Result};
use crate::params;

/// Every migration, in order. A released one is never changed.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "ground", include_str!("../../migrations/0001_ground.sql")),
    (2, "usernames", include_str!("../../migrations/0002_usernames.sql")),
    (3, "audit", include_str!("../../migrations/0003_audit.sql")),
    (4, "ended_attempts", include_str!("../../migrations/0004_ended_attempts.sql")),
    (5, "stale_rows", include_str!("../../migrations/0005_stale_rows.sql")),
];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tx::Engine;
    use rusqlite::Connection;

    const BEFORE: &str = "create table migrations (version bigint primary key, name text not null);
        insert into migrations (version, name) values (1, 'ground');
        insert into deployments (id, version, created_at) values ('d', 1, 1);
        insert into users (id, deployment_id, version, first_name, last_name, created_at, updated_at)
            values ('a', 'd', 1, '', '', 1, 1), ('b', 'd', 1, '', '', 1, 1);";

    #[test]
    fn accounts_of_a_database_without_usernames_stay_and_usernames_are_unique_afterwards() {
        let connection = Connection::open_in_memory().unwrap();
        let mut tx = Tx::new(Engine::Sqlite(&connection));
        tx.batch(MIGRATIONS[0].2).unwrap();
        tx.batch(BEFORE).unwrap();
        run(&mut tx).unwrap();
        let mut give = |id: &str, username: &str, skeleton: &str| {
            let sql = "update users set username = $2, username_skeleton = $3 where id = $1";
            tx.execute(sql, params![id, username, skeleton])
        };
        assert_eq!(give("a", "modern", "rnodern").unwrap(), 1);
        give("b", "modern", "other").unwrap_err();
        give("b", "rnodern", "rnodern").unwrap_err();
        assert_eq!(give("b", "bob", "bob").unwrap(), 1);
    }
}
