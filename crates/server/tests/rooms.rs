//! The house's walls: which room may use which. The arrows are those of docs/ARCHITECTURE.md.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that nobody below the list of routers may use, and rooms that only the features above may use.
const FEATURES: [&str; 27] = [
    "account",
    "contact",
    "picture",
    "recovery",
    "revocation",
    "device",
    "handshake",
    "session",
    "sign_in",
    "sign_up",
    "ticket",
    "token",
    "user",
    "membership",
    "organization",
    "workspace",
    "notification",
    "passkey",
    "invitation",
    "waitlist",
    "captcha",
    "domain",
    "deployment",
    "pages",
    "dev",
    "admin",
    "webhook",
];

/// Each room with the features that it may use.
const ARROWS: [(&str, &[&str]); 38] = [
    ("picture", &[]),
    ("id", &[]),
    ("error", &[]),
    ("time", &[]),
    ("vault", &[]),
    ("world", &[]),
    ("db", &[]),
    ("throttle", &[]),
    ("audit", &[]),
    ("secret", &[]),
    ("openapi", &[]),
    ("backup", &[]),
    ("user", &["session", "picture"]),
    ("membership", &["user"]),
    ("session", &["membership", "user"]),
    ("notification", &["session", "membership", "user"]),
    ("organization", &["notification", "session", "membership", "user", "picture"]),
    ("workspace", &["organization", "session", "membership", "user", "picture"]),
    ("captcha", &["session"]),
    ("waitlist", &["user"]),
    (
        "invitation",
        &["notification", "waitlist", "workspace", "organization", "session", "membership", "user"],
    ),
    ("domain", &["notification", "organization", "session", "membership", "user"]),
    ("passkey", &["session", "user"]),
    ("contact", &["session", "user"]),
    (
        "sign_in",
        &[
            "captcha",
            "contact",
            "invitation",
            "notification",
            "passkey",
            "domain",
            "session",
            "membership",
            "user",
        ],
    ),
    (
        "sign_up",
        &[
            "captcha",
            "contact",
            "waitlist",
            "invitation",
            "sign_in",
            "domain",
            "session",
            "membership",
            "user",
        ],
    ),
    (
        "account",
        &[
            "sign_up",
            "sign_in",
            "contact",
            "passkey",
            "organization",
            "workspace",
            "invitation",
            "domain",
            "notification",
            "session",
            "membership",
            "user",
            "picture",
        ],
    ),
    ("recovery", &["sign_in", "notification", "domain", "session", "user"]),
    ("revocation", &[]),
    ("ticket", &["pages", "sign_in", "invitation", "notification", "session", "membership", "user"]),
    ("handshake", &["pages", "token", "session", "user"]),
    ("device", &["sign_in", "session", "membership", "user"]),
    ("token", &["session", "membership", "user"]),
    ("deployment", &["passkey", "token", "user"]),
    ("pages", &["deployment"]),
    ("api_key", &[]),
    (
        "admin",
        &[
            "ticket",
            "invitation",
            "waitlist",
            "account",
            "contact",
            "notification",
            "workspace",
            "organization",
            "session",
            "token",
            "membership",
            "user",
        ],
    ),
    ("webhook", &["admin"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files of a room, `name.rs` or everything below `name/`, with their code up to the tests in it.
fn files(room: &str) -> Vec<(PathBuf, String)> {
    let mut open = vec![source().join(format!("{room}.rs")), source().join(room)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.push((path, lines.collect::<Vec<_>>().join("\n")));
        }
    }
    assert!(!found.is_empty(), "there is no room {room}");
    found
}

/// The rooms that a file names in `use crate::{a, b::{c, d}}` or `crate::a::…`.
fn used(code: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = Vec::new();
    for (index, _) in code.match_indices("crate::") {
        let rest = &code[index + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(outermost(group).map(|part| name(part.trim()))),
            None => rooms.push(name(rest)),
        }
    }
    rooms
}

/// The parts of a group whose opening brace was taken off, braces within them left together.
fn outermost(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 1;
    let end = group.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    let mut depth = 0;
    group[..end.unwrap()].split(move |c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    })
}

#[test]
fn every_way_to_name_a_room_is_seen() {
    let code =
        "use crate::{db::{Row, Tx}, session::rack};\nuse crate::user;\nfn f() { crate::token::mint() }";
    assert_eq!(used(code), ["db", "session", "user", "token"]);
}

#[test]
fn no_arrow_between_rooms_points_back() {
    for (room, allowed) in ARROWS {
        for (path, code) in files(room) {
            for feature in used(&code).iter().filter(|name| FEATURES.contains(&name.as_str())) {
                let fits = feature == room || allowed.contains(&feature.as_str());
                assert!(fits, "{} uses {feature}, which is above {room}", path.display());
            }
        }
    }
}

#[test]
fn a_user_knows_sessions_only_at_its_door() {
    for (path, code) in files("user").into_iter().filter(|(path, _)| !path.ends_with("http.rs")) {
        assert!(!used(&code).contains(&"session".to_owned()), "{}", path.display());
    }
}

#[test]
fn machines_are_pure() {
    let machines: Vec<_> = FEATURES
        .iter()
        .flat_map(|room| files(room))
        .filter(|(path, _)| path.file_name().unwrap() == "machine.rs")
        .collect();
    assert!(!machines.is_empty());
    for (path, code) in machines {
        for word in ["rusqlite", "postgres", "sqlx", "axum", "tokio", "async "] {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
        for room in ["db", "world", "app", "http"] {
            assert!(!used(&code).contains(&room.to_owned()), "{} uses {room}", path.display());
        }
    }
}

#[test]
fn only_the_databases_room_names_its_drivers() {
    for room in
        FEATURES.iter().chain(&["throttle", "secret", "outbox", "sweep", "caller", "http", "app", "backup"])
    {
        for (path, code) in files(room) {
            assert!(!code.contains("rusqlite::") && !code.contains("postgres::"), "{}", path.display());
        }
    }
}

#[test]
fn only_the_world_asks_the_machine_for_the_time() {
    let world = source().join("world");
    for (path, code) in files("").into_iter().filter(|(path, _)| !path.starts_with(&world)) {
        for word in ["SystemTime", "Instant::now", "Timestamp::now"] {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}
