//! One run of the load generator.

use super::lab::{LOAD_CPU, Lab};
use crate::{Outcome, tools};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Connections of a closed loop.
pub const CONNECTIONS: usize = 32;

/// What came back.
#[derive(Clone, Debug)]
pub struct Loaded(Value);

/// A load: which requests to which port.
#[derive(Clone, Debug)]
pub struct Load<'a> {
    /// The port.
    pub port: u16,
    /// The requests.
    pub requests: &'a Path,
    /// For how long.
    pub seconds: f64,
    /// Connections: of a closed loop, or at most of an open one.
    pub connections: usize,
    /// Requests a second of an open loop.
    pub rate: Option<f64>,
}

impl Load<'_> {
    /// The command that makes it.
    pub fn command(&self, lab: &Lab) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", &LOAD_CPU.to_string()]).arg(lab.program("keyrack-load"));
        command.args(["--port", &self.port.to_string(), "--requests"]).arg(self.requests);
        command.args(["--seconds", &self.seconds.to_string()]);
        command.args(["--connections", &self.connections.to_string()]);
        if let Some(rate) = self.rate {
            command.args(["--rate", &rate.to_string()]);
        }
        command
    }

    /// Makes it, and tells what came back.
    pub fn run(&self, lab: &Lab) -> Outcome<Loaded> {
        Loaded::read(&tools::output(&mut self.command(lab))?)
    }
}

impl Loaded {
    /// What the load generator has told.
    pub fn read(text: &str) -> Outcome<Self> {
        serde_json::from_str(text).map(Self).map_err(|error| format!("{error} in {text}"))
    }

    fn number(&self, status: &str, field: &str) -> f64 {
        self.0["statuses"][status][field].as_f64().unwrap_or_default()
    }

    /// Answers of this status.
    pub fn count(&self, status: &str) -> f64 {
        self.number(status, "count")
    }

    /// A latency of the answers of this status (`p50`, `p99`, `max`), in milliseconds.
    pub fn ms(&self, status: &str, field: &str) -> f64 {
        self.number(status, field) / 1000.0
    }

    /// The statuses that there were.
    pub fn statuses(&self) -> Vec<String> {
        self.0["statuses"].as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    }

    /// How long it took.
    pub fn seconds(&self) -> f64 {
        self.0["seconds"].as_f64().unwrap_or(f64::NAN)
    }

    /// Requests that were never answered, or had no connection left to be sent on.
    pub fn lost(&self) -> f64 {
        self.0["lost"].as_f64().unwrap_or_default() + self.0["unsent"].as_f64().unwrap_or_default()
    }

    /// Refuses a run in which anything else than 200 came back, or nothing.
    pub fn all_good(self, name: &str) -> Outcome<Self> {
        if self.lost() == 0.0 {
            return self.only_good(name);
        }
        Err(format!("{name}: not every request was answered: {}", self.0))
    }

    /// Refuses a run in which anything else than 200 came back.
    pub fn only_good(self, name: &str) -> Outcome<Self> {
        if self.statuses() == ["200"] {
            return Ok(self);
        }
        Err(format!("{name}: not every answer was 200: {}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = r#"{"seconds":2.0,"statuses":{"200":{"count":10,"p50":100,"p99":1500,"max":2000}},
                           "lost":0,"unsent":0}"#;

    #[test]
    fn only_a_run_of_nothing_but_200_counts() {
        let good = Loaded::read(TOLD).unwrap().all_good("x").unwrap();
        assert!((good.ms("200", "p99") - 1.5).abs() < 1e-9 && (good.seconds() - 2.0).abs() < 1e-9);
        for (from, to) in
            [("\"lost\":0", "\"lost\":1"), ("\"unsent\":0", "\"unsent\":1"), ("\"200\"", "\"503\"")]
        {
            assert!(Loaded::read(&TOLD.replace(from, to)).unwrap().all_good("x").is_err());
        }
        assert!(Loaded::read("nonsense").is_err());
    }
}
