//! What the commands that talk to a running server share: how they fail, page and print.

use super::client::read;
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// What `--help` says about exit codes.
pub const EXIT_CODES: &str = "Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 3 no server runs here, 4 no such user, session, organization or deployment.

The command talks to the running server through the socket keyrack.sock in its data folder: run it as the user that the server runs as.";

/// Why a command ends without what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: u8,
    /// What is wrong and what to do, in one line.
    pub line: String,
}

impl Failure {
    /// The server, or the machine, refused it.
    #[must_use]
    pub fn refused(line: impl Into<String>) -> Self {
        Self { exit: 1, line: line.into() }
    }

    /// The command was given what it cannot take.
    #[must_use]
    pub fn wrong(line: impl Into<String>) -> Self {
        Self { exit: 2, line: line.into() }
    }

    /// There is no server to talk to.
    #[must_use]
    pub fn not_running(line: impl Into<String>) -> Self {
        Self { exit: 3, line: line.into() }
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found(line: impl Into<String>) -> Self {
        Self { exit: 4, line: line.into() }
    }
}

/// Which page of a list.
#[derive(Args, Clone, Debug, Default)]
pub struct Paging {
    /// How many at most, 1 to 200 [default: 50]
    #[arg(long, value_name = "NUMBER")]
    limit: Option<String>,
    /// Go on where an earlier page ended
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

impl Paging {
    /// The limit as the server takes it.
    #[must_use]
    pub fn limit(&self) -> (&'static str, Option<&str>) {
        ("limit", self.limit.as_deref())
    }

    /// The cursor as the server takes it.
    #[must_use]
    pub fn cursor(&self) -> (&'static str, Option<&str>) {
        ("cursor", self.cursor.as_deref())
    }
}

/// Why something is done.
#[derive(Args, Clone, Debug, Default)]
pub struct Because {
    /// Why, for the records: at most 200 characters
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Because {
    /// As the server takes it.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

/// What is printed of an answer: the JSON as it came, or `text` of what it holds.
pub(super) fn said<T: DeserializeOwned>(
    json: bool,
    data: Value,
    text: impl FnOnce(T) -> String,
) -> Result<String, Failure> {
    if json {
        return Ok(format!("{data:#}\n"));
    }
    read(data).map(text)
}

/// The line under a list that has another page.
pub(super) fn more(cursor: Option<&str>) -> String {
    cursor.map(|cursor| format!("More: --cursor {cursor}\n")).unwrap_or_default()
}

pub(super) fn sign_ins(count: usize) -> &'static str {
    if count == 1 { "sign-in" } else { "sign-ins" }
}

/// Prints to standard output. Whoever reads only the beginning (`| head`) has what it wants.
///
/// # Errors
/// When it cannot be written for another reason.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::refused(format!("standard output: {cause}")))
        }
        _ => Ok(()),
    }
}
