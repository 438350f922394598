//! docs/OPERATING.md says of every security event what it is, and of none that there is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(here(path)).unwrap()
}

/// The name of each event in the code, and its word.
fn events(code: &str) -> Vec<(&str, &str)> {
    let arms = code.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""));
    arms.map(|(name, word)| (name, word.split('"').next().unwrap())).collect()
}

/// What every source below a folder says, in one text.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.map(|path| {
        // What is told to webhooks by an event makes none.
        if path.ends_with("audit/hooks") {
            String::new()
        } else if path.is_dir() {
            sources(&path)
        } else {
            fs::read_to_string(path).unwrap_or_default()
        }
    });
    texts.collect()
}

#[test]
fn every_event_stands_in_the_table_of_what_is_recorded_and_nothing_else_does() {
    let code = read("src/audit/event.rs");
    let events: BTreeSet<&str> = events(&code).into_iter().map(|(_, word)| word).collect();
    assert!(events.len() >= 60 && events.contains("signed_in"), "{events:?}");

    let page = read("../../docs/OPERATING.md");
    let (_, table) = page.split_once("\n| event | |\n|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with("| "));
    let cells: Vec<&str> = rows.map(|row| row[2..].split(" | ").next().unwrap()).collect();
    let named: Vec<&str> = cells.iter().flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert_eq!(named.iter().copied().collect::<BTreeSet<_>>(), events);
    assert_eq!(named.len(), events.len(), "an event stands there once");
}

#[test]
fn every_event_is_recorded_somewhere() {
    let (code, sources) = (read("src/audit/event.rs"), sources(&here("src")));
    let is_recorded = |name: &str| {
        let use_of_it = format!("Event::{name}");
        let mut uses = sources.split(&use_of_it).skip(1);
        uses.any(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
    };
    let never: Vec<&str> =
        events(&code).into_iter().map(|(name, _)| name).filter(|name| !is_recorded(name)).collect();
    assert!(never.is_empty(), "{never:?}");
}
