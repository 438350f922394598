//! What must not be seen from outside (area N): files, internals, secrets in complaints, forged records.

use crate::support::{Keyrack, Process, Raw, Running, free_address, sign_up_form};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What scanners ask every server for.
const PROBES: [&str; 44] = [
    "/.git/config",
    "/.git/HEAD",
    "/.env",
    "/.env.production",
    "/.htaccess",
    "/.well-known/security.txt",
    "/keyrack.toml",
    "/keyrack.db",
    "/keyrack.db-wal",
    "/keyrack.sock",
    "/data/",
    "/data/keyrack.db",
    "/data/master.key",
    "/master.key",
    "/Cargo.toml",
    "/package.json",
    "/backup.zip",
    "/dump.sql",
    "/db.sqlite",
    "/metrics",
    "/debug",
    "/debug/pprof/",
    "/debug/vars",
    "/actuator/env",
    "/server-status",
    "/admin",
    "/admin/users",
    "/api/admin",
    "/console",
    "/graphql",
    "/swagger.json",
    "/v1/users",
    "/users",
    "/sessions",
    "/dev/outbox",
    "/dev/clock",
    "/outbox",
    "/../keyrack.toml",
    "/..%2fkeyrack.toml",
    "/%2e%2e/keyrack.toml",
    "/_keyrack/../../keyrack.toml",
    "/_keyrack/%2e%2e%2f%2e%2e%2fkeyrack.toml",
    "//etc/passwd",
    "/_keyrack//etc/passwd",
];

#[tokio::test]
async fn n05_only_what_is_meant_for_everybody_answers_on_the_public_listener() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    server.signed_up("ada").await;
    for probe in PROBES {
        for method in ["GET", "HEAD"] {
            // As it stands: a client would tidy the path up.
            let request =
                format!("{method} {probe} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
            let said = Raw::asks(&server.base, request).await;
            assert!(said.starts_with("HTTP/1.1 404 "), "{method} {probe}: {said}");
            assert!(method == "HEAD" || said.ends_with("\"status\":404}}"), "{probe}: {said}");
        }
    }
}

#[tokio::test]
async fn n05_health_says_that_it_lives_and_nothing_else() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    let browser = server.signed_up("ada").await;
    for query in ["", "?verbose=1&details=true&debug=1"] {
        assert_eq!(browser.get(&format!("/healthz{query}")).await.text, "{\"status\":\"ok\"}");
        assert_eq!(browser.get(&format!("/readyz{query}")).await.text, "{\"status\":\"ready\"}");
    }
    // The public keys are public, their other halves are not.
    let keys = browser.get("/.well-known/jwks.json").await.json();
    for key in keys["keys"].as_array().unwrap() {
        let mut names: Vec<&String> = key.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
}

#[tokio::test]
async fn n05_no_method_shows_what_was_asked_or_opens_a_tunnel() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    for line in [
        "TRACE /session",
        "TRACK /session",
        "DEBUG /session",
        "CONNECT 127.0.0.1:22",
        "OPTIONS *",
        "PROPFIND /",
    ] {
        let request =
            format!("{line} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-canary: canary\r\nconnection: close\r\n\r\n");
        let said = Raw::asks(&server.base, request).await;
        assert!(!said.contains("canary") && !said.starts_with("HTTP/1.1 5"), "{line}: {said}");
        assert!(line.starts_with("OPTIONS") || !said.starts_with("HTTP/1.1 2"), "{line}: {said}");
    }
}

const FILE: &str = "[[deployment]]\nid = \"app\"\nmode = \"production\"\norigin = \"https://auth.example.com\"\n\
                    hosts = [\"auth.example.com\"]\nmail_from = \"hello@example.com\"\n";
const KEY: (&str, &str) = ("KEYRACK_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
const MAIL: (&str, &str) = ("KEYRACK_SMTP_URL", "smtp://user:canary-secret@127.0.0.1:1?tls=required");

/// Everything that a start which must fail says, with everything logged.
fn complains(folder: &Path, variables: &[(&str, &str)]) -> String {
    fs::write(folder.join("keyrack.toml"), FILE).unwrap();
    let all: Vec<_> = variables.iter().copied().chain([("KEYRACK_LOG", "trace")]).collect();
    let ended = Process::start(folder, &format!("serve --listen {}", free_address()), &all).ended();
    assert_eq!(ended.code, Some(1), "{variables:?}: {ended:?}");
    ended.out.join("\n") + &ended.err.join("\n")
}

#[test]
fn n01_a_start_that_fails_repeats_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, "canary-secret").unwrap();
    let file = file.to_str().unwrap();
    let cases: [&[(&str, &str)]; 9] = [
        &[MAIL, ("KEYRACK_MASTER_KEY", "canary-secret")],
        &[MAIL, ("KEYRACK_MASTER_KEY_FILE", file)],
        &[MAIL, KEY, ("KEYRACK_DATABASE_URL", "postgres://user:canary-secret@127.0.0.1:1/db")],
        &[MAIL, KEY, ("KEYRACK_DATABASE_URL", "postgres://user:canary-secret@[::/db")],
        &[MAIL, KEY, ("KEYRACK_DATABASE_URL", "canary-secret")],
        &[MAIL, KEY, ("KEYRACK_DATABASE_URL", "mysql://user:canary-secret@db/db")],
        &[KEY, ("KEYRACK_SMTP_URL", "smtp://user:canary-secret@:port")],
        &[KEY, ("KEYRACK_SMTP_URL", "canary-secret")],
        &[KEY, ("KEYRACK_SMTP_URL", "http://user:canary-secret@mail")],
    ];
    for variables in cases {
        let said = complains(folder.path(), variables);
        assert!(said.contains("keyrack: "), "{variables:?}: {said}");
        for secret in ["canary", KEY.1] {
            assert!(!said.contains(secret), "{variables:?}: {said}");
        }
    }
}

/// Bytes that no client library would send in a header.
fn raw_request(path: &[u8], header: &str, value: &[u8]) -> Vec<u8> {
    let mut request = b"GET ".to_vec();
    request.extend(path);
    request.extend(b" HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n");
    request.extend(header.as_bytes());
    request.extend(b": ");
    request.extend(value);
    request.extend(b"\r\n\r\n");
    request
}

#[tokio::test]
async fn n06_what_a_client_says_can_neither_forge_nor_flood_the_log() {
    let server = Running::dev("debug");
    let browser = server.browser();
    let forged: [&[u8]; 6] = [
        b"x\",\"level\":\"ERROR\",\"fields\":{\"message\":\"forged\\",
        b"\x1b[2J\x1b[31mforged",
        b"forged\r\n {\"level\":\"ERROR\"}",
        b"\xff\xfe\x80forged",
        b"\xe2\x80\xa8forged\xe2\x80\xae",
        b"\x7f\x08\x08forged",
    ];
    for value in forged {
        for header in
            ["user-agent", "x-request-id", "x-development-session", "origin", "x-forwarded-for", "cookie"]
        {
            Raw::asks(&server.base, raw_request(b"/session", header, value)).await;
        }
        Raw::asks(&server.base, raw_request(value, "x", b"y")).await;
    }
    for path in ["/a%0a%1b[31mforged", "/%22,%22level%22:%22ERROR", "/session?x=%0aforged", "/\\forged\\n"] {
        browser.get(path).await;
    }
    for length in [20_000, 60_000, 1 << 20] {
        let mut raw = Raw::connect(&server.base).await;
        raw.sends(raw_request(b"/session", "user-agent", &vec![b'a'; length])).await;
        Raw::asks(&server.base, raw_request(&[b"/", &vec![b'a'; length][..]].concat(), "x", b"y")).await;
    }
    for hidden in ["\n{\"level\":\"ERROR\"}", "\u{1b}[31m", "\u{2028}", "\u{202e}"] {
        for field in ["first_name", "last_name", "email", "username", "password"] {
            let mut form = sign_up_form("ada");
            form[field] = json!(format!("forged{hidden}"));
            browser.post("/auth/signup", form).await;
        }
        let form =
            json!({ "attempt_identifier": hidden, "identifier_type": hidden, "verification_code": hidden });
        browser.post("/auth/attempt-verification", form).await.refused();
        let long = json!({ "strategy": "plain_email", "email": hidden.repeat(9_000), "password": hidden });
        browser.post("/auth/signin", long).await.refused();
    }
    browser.send(browser.request(Method::GET, "/session")).await.ok();
    let lines = server.stop().err;
    assert!(
        lines.iter().filter(|line| line.contains("\"path\":\"/session\"")).count() >= 20,
        "{}",
        lines.len()
    );
    for line in lines {
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}"));
        // What the server says of its own database is nothing that a client said.
        let its_own =
            event["target"].as_str().is_some_and(|target| target.starts_with("keyrack_server::db::"));
        assert!(its_own || ["DEBUG", "INFO"].contains(&event["level"].as_str().unwrap()), "{line}");
        let hidden = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}');
        assert!(!line.contains(hidden) && line.len() < 2_000, "{} bytes: {line}", line.len());
    }
}
