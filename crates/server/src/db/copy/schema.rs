//! What a schema of some version has, asked of the migrations themselves: a table that a later one adds is in every
//! backup from then on.

use super::super::migrate;
use super::super::sqlite::fault;
use super::super::tx::{Engine, Tx};
use crate::error::Result;
use rusqlite::Connection;

/// Tables that are in no backup: which migrations ran stands in its header, and who sweeps is nobody after a restore.
const LEFT_OUT: [&str; 2] = ["migrations", "leases"];

/// A table of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which the migrations add them.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub key: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub nullable: bool,
}

/// What a column holds: there are no other types in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `bigint`.
    Int,
    /// `text`.
    Text,
}

impl Table {
    /// The names of its columns, as a list in SQL.
    #[must_use]
    pub fn column_list(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// The version of the schema that this binary makes of every database.
#[must_use]
pub fn newest() -> i64 {
    migrate::newest()
}

/// The tables whose rows are in a backup of a database at `version`, in the order in which they were made: what a
/// row refers to is in an earlier table.
///
/// # Errors
/// When a migration fails, which would be a bug.
pub fn tables(version: i64) -> Result<Vec<Table>> {
    let connection = Connection::open_in_memory().map_err(fault)?;
    migrate::make_new(&mut Tx::new(Engine::Sqlite(&connection)), version)?;
    let mut statement = connection
        .prepare(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by rowid",
        )
        .map_err(fault)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(fault)?;
    let names = names.collect::<rusqlite::Result<Vec<_>>>().map_err(fault)?;
    let kept = names.into_iter().filter(|name| !LEFT_OUT.contains(&name.as_str()));
    kept.map(|name| table(&connection, name).map_err(fault)).collect()
}

fn table(connection: &Connection, name: String) -> rusqlite::Result<Table> {
    let mut statement =
        connection.prepare("select name, type, \"notnull\", pk from pragma_table_info(?1) order by cid")?;
    let mut rows = statement.query([&name])?;
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let (name, kind, not_null, place) = (
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, bool>(2)?,
            row.get::<_, i64>(3)?,
        );
        if place > 0 {
            key.push((place, name.clone()));
        }
        let kind = if kind.eq_ignore_ascii_case("bigint") { Kind::Int } else { Kind::Text };
        columns.push(Column { name, kind, nullable: !not_null && place == 0 });
    }
    key.sort();
    Ok(Table { name, columns, key: key.into_iter().map(|(_, name)| name).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        migrate::run(&mut Tx::new(Engine::Sqlite(&connection))).unwrap();
        connection
    }

    fn column(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(|row| row.unwrap()).collect()
    }

    #[test]
    fn every_table_of_the_schema_is_in_a_backup_except_those_left_out_by_name() {
        let all =
            column(&connection(), "select name from pragma_table_list where schema = 'main' order by name");
        let kept: Vec<String> = tables(newest()).unwrap().into_iter().map(|table| table.name).collect();
        for name in all.iter().filter(|name| !name.starts_with("sqlite_")) {
            let left_out = ["leases", "migrations"].contains(&name.as_str());
            assert_ne!(kept.contains(name), left_out, "{name}");
        }
        assert!(kept.len() >= 12, "{kept:?}");
    }

    #[test]
    fn what_a_row_refers_to_is_in_an_earlier_table_and_every_type_is_known() {
        let (connection, tables) = (connection(), tables(newest()).unwrap());
        let place = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
        for table in &tables {
            let sql = format!("select \"table\" from pragma_foreign_key_list('{}')", table.name);
            for other in column(&connection, &sql) {
                assert!(place(&other) < place(&table.name), "{} before {other}", table.name);
            }
            let sql = format!("select distinct type from pragma_table_info('{}')", table.name);
            for kind in column(&connection, &sql) {
                assert!(["text", "bigint"].contains(&kind.to_lowercase().as_str()), "{}: {kind}", table.name);
            }
            assert!(!table.key.is_empty(), "{}", table.name);
        }
    }

    #[test]
    fn an_older_schema_has_what_it_had() {
        let names =
            |version| tables(version).unwrap().into_iter().map(|table| table.name).collect::<Vec<_>>();
        assert!(!names(2).contains(&"audit".to_owned()) && names(3).contains(&"audit".to_owned()));
        let users =
            |version| tables(version).unwrap().into_iter().find(|table| table.name == "users").unwrap();
        assert_eq!(users(2).columns.len(), users(1).columns.len() + 1);
        assert_eq!(users(2).key, ["id"]);
    }
}
