//! How long answers took.

use std::time::Duration;

/// Times of single answers.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Notes one.
    pub fn note(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Takes over those of another.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time within which this part of them was answered; zero when there are none.
    pub fn at(&self, part: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (sorted.len() as f64 * part).ceil() as usize;
        sorted.get(index.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_the_99th_is_the_one_that_counts() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.at(0.99), Duration::ZERO);
        for ms in (1..=100).rev() {
            latencies.note(Duration::from_millis(ms));
        }
        assert_eq!(latencies.at(0.99), Duration::from_millis(99));
        assert_eq!(latencies.at(1.0), Duration::from_millis(100));
        assert_eq!(latencies.at(0.5), Duration::from_millis(50));
    }
}
