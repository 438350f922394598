use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A start or a mail that takes longer than this is none.
const LONG_ENOUGH: Duration = Duration::from_secs(120);

/// A mail server that others wrote (npm: smtp-server), in a process of its own.
pub struct MailServer {
    child: Child,
    /// It ends when this does.
    _input: ChildStdin,
    said: Receiver<Value>,
    /// Where it listens.
    pub port: u16,
}

/// A mail as the server got it.
pub struct Received {
    /// The sender that it was told, beside what the mail says.
    pub from: String,
    /// The recipients that it was told.
    pub to: Vec<String>,
    /// Who signed in to send it.
    pub user: Option<String>,
    /// The mail itself.
    pub mail: Vec<u8>,
}

impl MailServer {
    /// One that wants what `wants` says (`mail-server.mjs`).
    pub fn start(wants: &Value) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/support/mail-server.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(wants.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node, which `npm ci` needs too");
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (say, said) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if say.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let first: Value =
            said.recv_timeout(LONG_ENOUGH).expect("the mail server starts; `npm ci` brings it");
        let port = u16::try_from(first["port"].as_u64().unwrap()).unwrap();
        Self { child, _input: input, said, port }
    }

    /// The next mail that it got.
    pub fn next(&self) -> Received {
        let said = self.said.recv_timeout(LONG_ENOUGH).expect("a mail");
        Received {
            from: said["from"].as_str().unwrap().to_owned(),
            to: said["to"].as_array().unwrap().iter().map(|to| to.as_str().unwrap().to_owned()).collect(),
            user: said["user"].as_str().map(str::to_owned),
            mail: STANDARD.decode(said["mail"].as_str().unwrap()).unwrap(),
        }
    }

    /// Whether nothing else has come.
    pub fn is_quiet(&self) -> bool {
        self.said.try_recv().is_err()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
