//! Brings a database to this binary's schema; one that a newer binary made is refused.

use super::tx::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::params;

/// One step from a version to the next.
struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
    /// The tables that it reads from end to end: with many rows that takes time, and the operator is told so.
    walks: &'static [&'static str],
}

/// Every migration, in order. A released one is never changed; what a new one may do stands in
/// crates/server/migrations/README.md.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "ground",
        sql: include_str!("../../migrations/0001_ground.sql"),
        walks: &[],
    },
    Migration {
        version: 2,
        name: "usernames",
        sql: include_str!("../../migrations/0002_usernames.sql"),
        walks: &["users"],
    },
    Migration {
        version: 3,
        name: "audit",
        sql: include_str!("../../migrations/0003_audit.sql"),
        walks: &["users", "sessions"],
    },
    Migration {
        version: 4,
        name: "ended_attempts",
        sql: include_str!("../../migrations/0004_ended_attempts.sql"),
        walks: &["attempts"],
    },
    Migration {
        version: 5,
        name: "stale_rows",
        sql: include_str!("../../migrations/0005_stale_rows.sql"),
        walks: &["audit", "attempts", "sign_ins", "sessions", "one_time_secrets", "outbox", "throttles"],
    },
    Migration {
        version: 6,
        name: "dead_mail",
        sql: include_str!("../../migrations/0006_dead_mail.sql"),
        walks: &["outbox"],
    },
    Migration {
        version: 7,
        name: "organizations",
        sql: include_str!("../../migrations/0007_organizations.sql"),
        walks: &["sign_ins"],
    },
    Migration {
        version: 8,
        name: "restrictions",
        sql: include_str!("../../migrations/0008_restrictions.sql"),
        walks: &[],
    },
    Migration {
        version: 9,
        name: "notifications",
        sql: include_str!("../../migrations/0009_notifications.sql"),
        walks: &[],
    },
    Migration {
        version: 10,
        name: "invitations",
        sql: include_str!("../../migrations/0010_invitations.sql"),
        walks: &[],
    },
    Migration {
        version: 11,
        name: "domains",
        sql: include_str!("../../migrations/0011_domains.sql"),
        walks: &[],
    },
    Migration {
        version: 12,
        name: "ways_in",
        sql: include_str!("../../migrations/0012_ways_in.sql"),
        walks: &["throttles"],
    },
    Migration {
        version: 13,
        name: "tokens",
        sql: include_str!("../../migrations/0013_tokens.sql"),
        walks: &[],
    },
    Migration {
        version: 14,
        name: "api_keys",
        sql: include_str!("../../migrations/0014_api_keys.sql"),
        walks: &["users", "audit", "organizations"],
    },
    Migration {
        version: 16,
        name: "revocations",
        sql: include_str!("../../migrations/0016_revocations.sql"),
        walks: &["sign_ins"],
    },
    Migration {
        version: 17,
        name: "import",
        sql: include_str!("../../migrations/0017_import.sql"),
        walks: &["users"],
    },
    Migration {
        version: 18,
        name: "webhooks",
        sql: include_str!("../../migrations/0018_webhooks.sql"),
        walks: &[],
    },
    Migration {
        version: 19,
        name: "tickets",
        sql: include_str!("../../migrations/0019_tickets.sql"),
        walks: &["sign_ins"],
    },
    Migration {
        version: 21,
        name: "reach",
        sql: include_str!("../../migrations/0021_reach.sql"),
        walks: &[],
    },
    Migration {
        version: 22,
        name: "acting_keys",
        sql: include_str!("../../migrations/0022_acting_keys.sql"),
        walks: &["sign_ins"],
    },
];

/// Runs inside one transaction of the caller: all pending migrations are made or none.
pub(super) fn run(tx: &mut Tx<'_>) -> Result<()> {
    let pending = pending(tx, newest())?;
    if let Some(last) = pending.last() {
        let from = applied(tx)?;
        announce(tx, from, last.version, &pending)?;
    }
    make(tx, &pending)
}

/// The version that this binary makes of every database.
pub(super) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// The version of the schema; 0 before the first migration. The table `migrations` must be there.
pub(super) fn applied(on: &mut Snapshot<'_>) -> Result<i64> {
    match on.query_one("select coalesce(max(version), 0) from migrations", &[])? {
        Some(row) => row.cells().int(),
        None => Ok(0),
    }
}

/// Refuses a schema that this binary does not know.
pub(super) fn refuse_newer(applied: i64) -> Result<()> {
    let newest = newest();
    if applied <= newest {
        return Ok(());
    }
    Err(Error::internal(
        "use this database",
        format!("its schema is version {applied}, this keyrack knows {newest}; start the newer keyrack"),
    ))
}

/// The schema of `version` in a database that has none and is nobody's yet: nothing is told of it.
pub(super) fn make_new(tx: &mut Tx<'_>, version: i64) -> Result<()> {
    let pending = pending(tx, version)?;
    make(tx, &pending)
}

fn pending(tx: &mut Tx<'_>, to: i64) -> Result<Vec<&'static Migration>> {
    tx.batch("create table if not exists migrations (version bigint primary key, name text not null)")?;
    let from = applied(tx)?;
    refuse_newer(from)?;
    Ok(MIGRATIONS.iter().filter(|migration| migration.version > from && migration.version <= to).collect())
}

fn make(tx: &mut Tx<'_>, pending: &[&Migration]) -> Result<()> {
    for Migration { version, name, sql, .. } in pending {
        tracing::debug!(version, name, "migrating the database");
        tx.batch(sql)?;
        tx.execute("insert into migrations (version, name) values ($1, $2)", params![*version, *name])?;
    }
    Ok(())
}

/// Tells the operator what is about to be done, and how many rows will be walked for it.
fn announce(tx: &mut Tx<'_>, from: i64, to: i64, pending: &[&Migration]) -> Result<()> {
    let names: Vec<&str> = pending.iter().map(|migration| migration.name).collect();
    let mut walked: Vec<&'static str> = Vec::new();
    for table in pending.iter().flat_map(|migration| migration.walks) {
        let made_now =
            pending.iter().any(|migration| migration.sql.contains(&format!("create table {table} (")));
        if !made_now && !walked.contains(table) {
            walked.push(table);
        }
    }
    let mut rows = Vec::new();
    for table in walked {
        rows.push(format!("{table}: {}", count(tx, table)?));
    }
    let (names, rows) = (names.join(", "), rows.join(", "));
    tracing::info!(from, to, names, rows, "migrating the database");
    Ok(())
}

fn count(tx: &mut Tx<'_>, table: &str) -> Result<i64> {
    let sql = match table {
        "users" => "select count(*) from users",
        "sessions" => "select count(*) from sessions",
        "sign_ins" => "select count(*) from sign_ins",
        "attempts" => "select count(*) from attempts",
        "one_time_secrets" => "select count(*) from one_time_secrets",
        "outbox" => "select count(*) from outbox",
        "throttles" => "select count(*) from throttles",
        "audit" => "select count(*) from audit",
        "organizations" => "select count(*) from organizations",
        _ => return Err(Error::internal("count what is migrated", table)),
    };
    tx.query_one(sql, &[])?.map_or(Ok(0), |row| row.cells().int())
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
        tx.batch(MIGRATIONS[0].sql).unwrap();
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

    #[test]
    fn every_table_that_a_migration_walks_can_be_counted() {
        let connection = Connection::open_in_memory().unwrap();
        let mut tx = Tx::new(Engine::Sqlite(&connection));
        run(&mut tx).unwrap();
        for table in MIGRATIONS.iter().flat_map(|migration| migration.walks) {
            assert_eq!(count(&mut tx, table).unwrap(), 0, "{table}");
        }
    }

    #[test]
    fn versions_follow_one_another_and_every_file_is_one_of_them() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.retain(|name| name.ends_with(".sql"));
        files.sort();
        assert!(
            MIGRATIONS.is_sorted_by(|one, next| one.version < next.version) && MIGRATIONS[0].version == 1
        );
        let named = |migration: &Migration| format!("{:04}_{}.sql", migration.version, migration.name);
        assert_eq!(files, MIGRATIONS.iter().map(named).collect::<Vec<_>>());
    }
}
