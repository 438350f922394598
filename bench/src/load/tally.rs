//! What came back, by status.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Counts and latencies of one run.
#[derive(Default)]
pub struct Tally {
    by_status: BTreeMap<u16, Vec<u32>>,
    /// Requests whose connection broke.
    pub lost: usize,
    /// Requests of an open loop that no connection was left for.
    pub unsent: usize,
}

impl Tally {
    /// Notes an answer.
    pub fn note(&mut self, status: u16, took: Duration) {
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.by_status.entry(status).or_default().push(micros);
    }

    /// All of it as JSON; latencies in microseconds.
    pub fn told(&self, seconds: Duration) -> Value {
        let statuses = self.by_status.iter().map(|(status, latencies)| {
            let mut sorted = latencies.clone();
            sorted.sort_unstable();
            let told = json!({
                "count": sorted.len(),
                "p50": at(&sorted, 50),
                "p99": at(&sorted, 99),
                "max": sorted.last(),
            });
            (status.to_string(), told)
        });
        let statuses: serde_json::Map<String, Value> = statuses.collect();
        let seconds = seconds.as_secs_f64();
        json!({ "seconds": seconds, "statuses": statuses, "lost": self.lost, "unsent": self.unsent })
    }
}

/// The latency within which so many of a hundred were answered.
fn at(sorted: &[u32], percent: usize) -> u32 {
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_answers_the_ninety_ninth_counts_and_statuses_are_kept_apart() {
        let mut tally = Tally::default();
        for micros in (1..=100).rev() {
            tally.note(200, Duration::from_micros(micros));
        }
        tally.note(503, Duration::from_secs(2));
        let told = tally.told(Duration::from_secs(1));
        assert_eq!(told["statuses"]["200"], json!({ "count": 100, "p50": 50, "p99": 99, "max": 100 }));
        assert_eq!(told["statuses"]["503"]["max"], 2_000_000);
        assert_eq!(at(&[], 99), 0);
    }
}
