use super::Keyrack;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every table that has rows of a deployment, as the migrations make them.
pub fn tables() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for table in text.split("create table ").skip(1) {
            let (name, rest) = table.split_once(" (").unwrap();
            if rest.split("\n);").next().unwrap().contains("deployment_id ") {
                tables.push(name.to_owned());
            }
        }
    }
    tables.sort();
    assert!(tables.contains(&"sessions".to_owned()) && tables.len() >= 10, "{tables:?}");
    tables
}

/// Tests make few statements, and the database wants them for ever.
pub fn forever(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

impl Keyrack {
    /// How many rows of the deployment each table holds.
    pub async fn rows(&self) -> BTreeMap<String, i64> {
        let mut rows = BTreeMap::new();
        for table in tables() {
            let sql = forever(format!("select count(*) from {table} where deployment_id = $1"));
            rows.insert(table, self.count(sql).await);
        }
        rows
    }
}
