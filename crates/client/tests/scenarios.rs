//! What a client shows for what the server and the other tabs do: vectors/scenarios.json, tried with this store as with the
//! hook.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod scripted;

use scripted::Scenario;
use scripted::shown::Store;
use serde_json::Value;

/// As few as there may be.
const AT_LEAST: usize = 60;

fn file() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_scenario_ends_as_it_says() {
    let file = file();
    let scenarios = file["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= AT_LEAST, "{} scenarios", scenarios.len());
    let failed: Vec<String> = scenarios
        .iter()
        .filter_map(|one| {
            let outcome = Scenario::run(&file["templates"], one["steps"].as_array().unwrap(), Store::open);
            outcome.err().map(|why| format!("{}\n    {why}", one["name"].as_str().unwrap()))
        })
        .collect();
    assert!(failed.is_empty(), "{} of {} fail:\n{}", failed.len(), scenarios.len(), failed.join("\n"));
}

#[test]
fn every_scenario_has_a_name_of_its_own_that_begins_with_its_rule() {
    let file = file();
    let mut names: Vec<&str> =
        file["scenarios"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    for name in &names {
        let number = name
            .strip_prefix('H')
            .and_then(|rest| rest.get(..2))
            .and_then(|number| number.parse::<u8>().ok());
        assert!(number.is_some(), "{name}");
    }
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two have one name");
}

#[test]
fn a_scenario_that_does_not_hold_is_noticed() {
    let file = file();
    let steps = serde_json::json!([
        { "open": {} },
        { "answer": "GET /session", "session": { "accounts": ["ada"] } },
        { "expect": { "active": "sin_bob" } },
    ]);
    let why = Scenario::run(&file["templates"], steps.as_array().unwrap(), Store::open).unwrap_err();
    assert!(why.starts_with("step 3") && why.ends_with("active is \"sin_ada\""), "{why}");
}
