use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A start or an end that takes longer than this is none.
const LONG_ENOUGH: Duration = Duration::from_secs(120);

/// The real binary, running in a process of its own; it is killed when a test ends before it does.
pub struct Process {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Process {
    /// Starts `keyrack <line>` in `folder`, with nothing in its environment but `variables`.
    pub fn start(folder: &Path, line: &str, variables: &[(&str, &str)]) -> Self {
        Self::start_with(folder, line, variables, "")
    }

    /// The same for one whose files may be limited while it runs: a write beyond the limit fails as on a full disk,
    /// instead of ending the process.
    pub fn start_to_be_limited(folder: &Path, line: &str, variables: &[(&str, &str)]) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_keyrack")]);
        Self::spawn(shell, folder, line, variables, "")
    }

    /// The same with `input` on its standard input, and its end after it.
    pub fn start_with(folder: &Path, line: &str, variables: &[(&str, &str)], input: &str) -> Self {
        Self::spawn(Command::new(env!("CARGO_BIN_EXE_keyrack")), folder, line, variables, input)
    }

    fn spawn(
        mut program: Command,
        folder: &Path,
        line: &str,
        variables: &[(&str, &str)],
        input: &str,
    ) -> Self {
        let mut child = program
            .args(line.split_whitespace())
            .current_dir(folder)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read it may have ended; dropping the pipe ends the input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let out = lines(child.stdout.take().unwrap());
        let err = lines(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    /// Waits until it has said on standard output what holds `words`.
    pub fn says(&self, words: &str) -> String {
        wait_for(&self.out, words)
    }

    /// Waits until it has logged what holds `words`.
    pub fn logs(&self, words: &str) -> String {
        wait_for(&self.err, words)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Lets its files grow to so many bytes only, or as they like.
    pub fn limit_files(&self, bytes: Option<u64>) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let limit = Rlimit { current: bytes, maximum: None };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit).unwrap();
    }

    /// Waits for its end: the exit code, and everything said since the last wait.
    pub fn ended(mut self) -> Ended {
        let rest = |lines: &Receiver<String>| {
            let mut all = Vec::new();
            // Both streams are closed by the end of the process, and with them the channels.
            while let Some(line) = next(lines) {
                all.push(line);
            }
            all
        };
        let (out, err) = (rest(&self.out), rest(&self.err));
        Ended { code: self.child.wait().unwrap().code(), out, err }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: Vec<String>,
    pub err: Vec<String>,
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // Nobody listens any more when the test has ended.
            let _ = send.send(line);
        }
    });
    receive
}

/// The next line; none when there will be no more.
fn next(lines: &Receiver<String>) -> Option<String> {
    match lines.recv_timeout(LONG_ENOUGH) {
        Ok(line) => Some(line),
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => None,
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("the process neither speaks nor ends"),
    }
}

fn wait_for(lines: &Receiver<String>, words: &str) -> String {
    let mut seen = Vec::new();
    while let Some(line) = next(lines) {
        if line.contains(words) {
            return line;
        }
        seen.push(line);
    }
    panic!("ended without {words:?}: {seen:?}")
}
