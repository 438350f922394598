//! How the log is written: for programs, or for people.

use crate::support::{Process, free_address};
use rustix::process::Signal;
use serde_json::Value;

/// What a server logs with this format, and its exit code.
fn logged(format: &str) -> (Option<i32>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let variables = [("KEYRACK_LOG_FORMAT", format), ("KEYRACK_LOG", "keyrack_server=debug")];
    let process = Process::start(folder.path(), &format!("dev --listen {address}"), &variables);
    if !["", "json", "text"].contains(&format) {
        let ended = process.ended();
        return (ended.code, ended.err);
    }
    process.says("Ctrl-C stops it");
    let asked = std::net::TcpStream::connect(address).and_then(|mut stream| {
        use std::io::{Read, Write};
        stream.write_all(b"GET /a\"b HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        stream.read_to_string(&mut String::new())
    });
    assert!(asked.unwrap() > 0);
    let line = process.logs(r#"/a\"b"#);
    process.signal(Signal::TERM);
    (process.ended().code, vec![line])
}

#[test]
fn the_log_is_json_unless_a_person_wants_it_as_text() {
    for format in ["", "json"] {
        let (code, lines) = logged(format);
        assert_eq!(code, Some(0));
        let record: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!((&record["path"], &record["status"]), (&Value::from("/a\"b"), &Value::from(404)));
    }
    let (code, lines) = logged("text");
    assert_eq!(code, Some(0));
    // What a client says is in quotes, and nothing colours a file.
    assert!(lines[0].contains("path=\"/a\\\"b\" status=404") && !lines[0].contains('\u{1b}'), "{lines:?}");
    let (code, lines) = logged("yaml");
    assert_eq!((code, lines[0].contains("KEYRACK_LOG_FORMAT")), (Some(1), true), "{lines:?}");
}
