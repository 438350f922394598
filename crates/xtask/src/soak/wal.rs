//! On SQLite a change is on the disk before it is acknowledged: the kernel's own record says in which
//! order the server wrote its log, synced it, and answered.

use crate::http::{Browser, Failure, client};
use crate::server::Setup;
use crate::{Outcome, tools};
use serde_json::json;
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

/// Changes that are watched.
const CHANGES: usize = 100;

/// Watches that many changes; returns the closing line.
pub async fn run(binary: &Path, seed: u64) -> Result<String, String> {
    println!("\n=== sqlite: the log is synced before the answer");
    if !tools::exists("strace") {
        tools::install(&["strace"], "strace")?;
    }
    let setup = Setup::new(binary.to_owned(), "soak-wal", None)?;
    let server = setup.start()?;
    let file = setup.data.join("trace");
    let mut tracer = Tracer::attach(server.pid(), &file)?;
    let browser = Browser::new(&client()?, &setup.url());
    change(browser, seed).await.map_err(|failure| format!("a change was not acknowledged: {failure:?}"))?;
    drop(server);
    tracer.wait()?;
    let trace = std::fs::read_to_string(&file).map_err(|error| format!("no trace: {error}"))?;
    let (synced, answered) = order(&trace);
    if synced != CHANGES || answered != CHANGES {
        return Err(format!(
            "sqlite: the log was synced before {synced} of {answered} answers, and {CHANGES} are wanted; see {}",
            file.display()
        ));
    }
    setup.remove();
    Ok(format!("sqlite: log synced before the answer, {synced} of {answered}"))
}

/// Asks for exactly [`CHANGES`] changes, one after another.
async fn change(mut browser: Browser, seed: u64) -> Result<(), Failure> {
    let mut ids = Vec::new();
    for name in ["a", "b"] {
        let session = browser.sign_up(&format!("{name}{seed}@example.com")).await?;
        ids.extend(session["active_signin"]["id"].as_str().map(str::to_owned));
    }
    // A sign-up is three requests: the form, the code's mail, the code.
    for id in ids.iter().cycle().take(CHANGES - 6) {
        browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await?;
    }
    Ok(())
}

struct Tracer {
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Tracer {
    fn attach(pid: u32, file: &Path) -> Outcome<Self> {
        let calls = "trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync";
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-s", "48", "-e", calls, "-p", &pid.to_string(), "-o"]).arg(file);
        let mut child = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("strace cannot be started: {error}"))?;
        let errors = child.stderr.take().ok_or("strace has no output")?;
        let mut tracer = Self { child, errors: BufReader::new(errors) };
        let mut line = String::new();
        while !line.contains("attached") {
            line.clear();
            let read = tracer.errors.read_line(&mut line).map_err(|error| format!("strace: {error}"))?;
            if read == 0 {
                return Err("strace could not attach: is ptrace allowed here?".to_owned());
            }
        }
        Ok(tracer)
    }

    /// Waits until the traced program has ended.
    fn wait(&mut self) -> Outcome {
        self.child.wait().map(drop).map_err(|error| format!("strace: {error}"))
    }
}

/// Of the answers to `POST` requests, how many came after the log was written and then synced, and how
/// many there were. The requests of the trace came one after another.
fn order(trace: &str) -> (usize, usize) {
    let (mut synced, mut answered) = (0, 0);
    let mut change = Change::None;
    let mut syncing: HashMap<&str, bool> = HashMap::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or((line, ""));
        let call = call.trim_start();
        let on_log = call.contains("-wal>");
        let sync = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        let resumed = call.starts_with("<... fdatasync resumed") || call.starts_with("<... fsync resumed");
        if call.contains("\"POST /") {
            change = Change::Asked;
        } else if call.starts_with("pwrite64(") && on_log && change != Change::None {
            change = Change::Written;
        } else if sync && call.ends_with("<unfinished ...>") {
            syncing.insert(thread, on_log);
        } else if (sync && on_log || resumed && syncing.remove(thread) == Some(true)) && call.ends_with("= 0")
        {
            if change == Change::Written {
                change = Change::Synced;
            }
        } else if call.contains("\"HTTP/1.1 2") && change != Change::None {
            answered += 1;
            synced += usize::from(change == Change::Synced);
            change = Change::None;
        }
    }
    (synced, answered)
}

/// How far the change that is under way has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    Asked,
    Written,
    Synced,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str =
        "7 recvfrom(9<TCP:[1]>, \"POST /session/sign-out HTTP/1.1\\r\\n\"..., 8192, 0, NULL, NULL) = 300";
    const WRITTEN: &str = "8 pwrite64(5</d/keyrack.sqlite-wal>, \"\\0\\1\"..., 4120, 32) = 4120";
    const SYNCED: &str = "8 fdatasync(5</d/keyrack.sqlite-wal>) = 0";
    const ANSWERED: &str =
        "7 writev(9<TCP:[1]>, [{iov_base=\"HTTP/1.1 200 OK\\r\\n\"..., iov_len=200}], 1) = 200";

    fn of(lines: &[&str]) -> (usize, usize) {
        order(&lines.join("\n"))
    }

    #[test]
    fn the_log_must_be_written_then_synced_then_answered() {
        assert_eq!(of(&[ASKED, WRITTEN, SYNCED, ANSWERED]), (1, 1));
        assert_eq!(of(&[ASKED, WRITTEN, ANSWERED, SYNCED]), (0, 1));
        assert_eq!(of(&[ASKED, SYNCED, WRITTEN, ANSWERED]), (0, 1));
        assert_eq!(of(&[ASKED, SYNCED, ANSWERED]), (0, 1));
        assert_eq!(of(&[WRITTEN, SYNCED, ASKED, ANSWERED]), (0, 1));
        assert_eq!(of(&[ASKED, WRITTEN, SYNCED, WRITTEN, ANSWERED]), (0, 1));
    }

    #[test]
    fn a_sync_counts_when_it_is_over() {
        let begun = "8 fdatasync(5</d/keyrack.sqlite-wal> <unfinished ...>";
        let over = "8 <... fdatasync resumed>)         = 0";
        assert_eq!(of(&[ASKED, WRITTEN, begun, over, ANSWERED]), (1, 1));
        assert_eq!(of(&[ASKED, WRITTEN, begun, ANSWERED, over]), (0, 1));
        assert_eq!(of(&[ASKED, WRITTEN, &begun.replace("-wal", ""), over, ANSWERED]), (0, 1));
        assert_eq!(of(&[ASKED, WRITTEN, begun, &over.replace("= 0", "= -1 EIO"), ANSWERED]), (0, 1));
    }

    #[test]
    fn only_answers_to_changes_count() {
        let read = "7 recvfrom(9<TCP:[1]>, \"GET /dev/outbox HTTP/1.1\\r\\n\"..., 8192, 0, NULL, NULL) = 90";
        assert_eq!(of(&[read, ANSWERED, ASKED, WRITTEN, SYNCED, ANSWERED, read, ANSWERED]), (1, 1));
    }
}
