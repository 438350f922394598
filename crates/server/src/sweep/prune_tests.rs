use super::*;
use crate::db::Db;
use std::sync::Arc;

fn statements() -> impl Iterator<Item = &'static str> {
    STALE.iter().flat_map(|stale| stale.delete.iter().map(|(sql, _)| *sql).chain([stale.find]))
}

fn explained(how: &str, sql: &str) -> &'static str {
    Box::leak(format!("{how} {sql}").into_boxed_str())
}

#[tokio::test]
async fn what_is_stale_is_found_and_deleted_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(folder.path(), Arc::new(|_| {})).unwrap();
    for sql in statements() {
        let ask = explained("explain query plan", sql);
        let plan = db.read(move |on| on.query(ask, params!["x", "x", 1, "x"])).await.unwrap();
        let steps: Vec<String> = plan
            .into_iter()
            .map(|row| {
                let mut cells = row.cells();
                let numbers = [cells.int().unwrap(), cells.int().unwrap(), cells.int().unwrap()];
                assert!(numbers[0] > 0);
                cells.text().unwrap()
            })
            .collect();
        let shown = steps.join("; ");
        assert!(!shown.contains("SCAN") && !shown.contains("TEMP B-TREE"), "{sql}: {shown}");
    }
}

/// Without the plans that PostgreSQL prefers for the small tables of a test, it shows whether there is one that
/// reads no more than what it looks for.
#[tokio::test]
async fn what_is_stale_is_found_and_deleted_by_an_index_on_postgresql_too() {
    const ONLY: [&str; 3] = [
        "set local enable_seqscan = off",
        "set local enable_bitmapscan = off",
        "set local enable_sort = off",
    ];
    let Ok(url) = std::env::var("KEYRACK_TEST_DATABASE_URL") else { return };
    let opened = tokio::task::spawn_blocking(move || Db::open_postgres(&url, Arc::new(|_| {})));
    let db = opened.await.unwrap().unwrap();
    for sql in statements() {
        let ask = explained("explain", sql);
        let finds = sql.starts_with("select");
        let plan = db.write(move |tx| {
            for only in ONLY {
                tx.execute(only, &[])?;
            }
            if finds { tx.query(ask, params!["x", 1]) } else { tx.query(ask, params!["x", "x", 1, "x"]) }
        });
        let steps: Vec<String> =
            plan.await.unwrap().into_iter().map(|row| row.cells().text().unwrap()).collect();
        let shown = steps.join("\n");
        let scans = steps.iter().filter(|step| step.contains(" Scan ")).count();
        let bounded = steps.iter().filter(|step| step.trim_start().starts_with("Index Cond:")).count();
        assert!(scans > 0 && scans == bounded && !shown.contains("Sort"), "{sql}:\n{shown}");
    }
}
