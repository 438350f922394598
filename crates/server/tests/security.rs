//! docs/SECURITY.md names every attack test of its areas, and none that does not exist.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The cases of areas A, B, C, D, E, F, I, J, K, L, M, N, O and P.
const CASES: [&str; 118] = [
    "A01", "A04", "A05", "A07", "A08", "A10", "A13", "A14", "A16", "A17", "A18", "A19", "A20", "A21", "A22",
    "B01", "B03", "B05", "B07", "B08", "B09", "B11", "C01", "C03", "C05", "C07", "C08", "C09", "C12", "C13",
    "C14", "C15", "C16", "D01", "D03", "D04", "D05", "D08", "D10", "D11", "D12", "D13", "E01", "E03", "E04",
    "E05", "E06", "E07", "E09", "E12", "F01", "F02", "F03", "F05", "F07", "I01", "I02", "I04", "I05", "I06",
    "I08", "I09", "I11", "J01", "J02", "J04", "J06", "J08", "J10", "J11", "J12", "J13", "J14", "K01", "K03",
    "K04", "K05", "K06", "K07", "K09", "K10", "K11", "L01", "L02", "L05", "L06", "L08", "M01", "M02", "M03",
    "M04", "M05", "M08", "M10", "M11", "M12", "M14", "M15", "N01", "N04", "N05", "N06", "N07", "O01", "O02",
    "O03", "O05", "O06", "P01", "P03", "P05", "P06", "P08", "P11", "P12", "P13", "P15", "P16",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The table's rows: the case, and the rest.
fn rows(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    lines.filter(|(case, _)| is_case(case)).map(|(case, rest)| (case.to_owned(), rest.to_owned())).collect()
}

fn is_case(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|area| "ABCDEFIJKLMNOP".contains(area))
        && word.len() == 3
        && letters.all(|c| c.is_ascii_digit())
}

/// What stands in backticks and begins like a test.
fn named(text: &str) -> BTreeSet<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|name| is_case(&name.get(..3).unwrap_or_default().to_uppercase()))
        .map(str::to_owned)
        .collect()
}

/// Every test of these areas: functions of Rust, titles of TypeScript.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (folder, kind) in [
        ("crates", "rs"),
        ("e2e/tests", "ts"),
        ("apps/pages", "ts"),
        ("packages/react/test", "ts"),
        ("packages/server/test", "ts"),
    ] {
        for path in files(&root().join(folder), kind) {
            let text = fs::read_to_string(path).unwrap();
            match kind {
                "rs" => found.extend(functions(&text)),
                _ => found.extend(titles(&text)),
            }
        }
    }
    found
}

fn functions(text: &str) -> impl Iterator<Item = String> {
    let heads = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
    heads.filter(|name| name.get(3..4) == Some("_") && is_case(&name[..3].to_uppercase())).map(str::to_owned)
}

fn titles(text: &str) -> impl Iterator<Item = String> {
    let calls = text.split("test(").chain(text.split("it(")).skip(1);
    let quoted = calls.filter_map(|rest| {
        let quote = rest.trim_start().chars().next().filter(|quote| "'\"`".contains(*quote))?;
        rest.trim_start()[1..].split(quote).next()
    });
    quoted.filter(|title| title.get(3..4) == Some(" ") && is_case(&title[..3])).map(str::to_owned)
}

fn files(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("dist") {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|found| found == kind) {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_test_that_the_table_names_exists_and_every_test_is_named() {
    let text = fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    let (named, tests) = (named(&text), tests());
    let missing: Vec<_> = named.difference(&tests).collect();
    assert!(missing.is_empty(), "docs/SECURITY.md names tests that do not exist: {missing:#?}");
    let unnamed: Vec<_> = tests.difference(&named).collect();
    assert!(unnamed.is_empty(), "docs/SECURITY.md does not name: {unnamed:#?}");
    assert!(tests.len() >= 60, "{} tests", tests.len());
}

#[test]
fn every_case_has_a_row_with_its_own_tests_or_says_why_not() {
    let text = fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    let rows = rows(&text);
    let cases: Vec<&str> = rows.iter().map(|(case, _)| case.as_str()).collect();
    assert_eq!(cases, CASES);
    for (case, rest) in rows {
        let own = named(&rest).iter().any(|name| name.to_uppercase().contains(&case));
        assert!(own || rest.contains("does not apply yet") || soaks(&rest), "{case}: {rest}");
    }
}

/// Whether a row leads to a part of `cargo xtask soak`, which must exist.
fn soaks(rest: &str) -> bool {
    let parts = fs::read_to_string(root().join("crates/xtask/src/soak/mod.rs")).unwrap().to_lowercase();
    let named: Vec<_> = rest.split("cargo xtask soak --only ").skip(1).collect();
    let names = named.iter().map(|rest| rest.split('`').next().unwrap());
    for name in names {
        assert!(parts.contains(&format!("\n    {name},\n")), "there is no part {name}");
    }
    !named.is_empty()
}
