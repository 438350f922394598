use crate::{Outcome, tools};
use std::process::Command;

/// How long one round lasts.
pub const SECONDS: u32 = 4;
/// Connections that are open at once.
pub const CONNECTIONS: u32 = 32;
/// The CPU of the load, which the server does not have.
const CPU: &str = "1";

/// What wrk counted.
#[derive(Debug, PartialEq)]
pub struct Done {
    /// Answers, all of them 2xx.
    pub requests: f64,
    /// Answers a second.
    pub per_second: f64,
}

/// Installs wrk when it is missing.
pub fn install() -> Outcome {
    // wrk has no --version that succeeds; that it can be started is enough.
    if tools::exists("wrk") { Ok(()) } else { tools::install(&["wrk"], "wrk") }
}

/// Loads `url` for one round.
pub fn run(url: &str, header: Option<&str>) -> Outcome<Done> {
    let mut command = Command::new("taskset");
    command.args(["-c", CPU, "wrk", "-t1"]);
    command.args([format!("-c{CONNECTIONS}"), format!("-d{SECONDS}s")]);
    if let Some(header) = header {
        command.args(["-H", header]);
    }
    read(&tools::output(command.arg(url))?)
}

fn read(text: &str) -> Outcome<Done> {
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(format!("not every request was answered with 2xx:\n{text}"));
    }
    let number = |line: &str, place: usize| line.split_whitespace().nth(place)?.parse::<f64>().ok();
    let requests = text.lines().find(|line| line.contains(" requests in ")).and_then(|line| number(line, 0));
    let rate = text.lines().find(|line| line.starts_with("Requests/sec:")).and_then(|line| number(line, 1));
    match requests.zip(rate) {
        Some((requests, per_second)) if requests > 0.0 => Ok(Done { requests, per_second }),
        _ => Err(format!("wrk says nothing that can be read:\n{text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Running 4s test @ http://127.0.0.1:1/\n  1 threads and 32 connections\n  \
                        1234 requests in 4.10s, 1.00MB read\nRequests/sec:    301.25\nTransfer/sec:  0.2MB\n";

    #[test]
    fn the_counts_are_read() {
        assert_eq!(read(TEXT), Ok(Done { requests: 1234.0, per_second: 301.25 }));
    }

    #[test]
    fn a_round_with_errors_counts_nothing() {
        assert!(read(&format!("{TEXT}  Non-2xx or 3xx responses: 3\n")).is_err());
        assert!(read(&format!("{TEXT}  Socket errors: connect 0, read 3, write 0, timeout 0\n")).is_err());
        assert!(read("").is_err());
    }
}
