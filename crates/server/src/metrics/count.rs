use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many times something happened.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// It happened once more.
    pub fn one(&self) {
        self.add(1);
    }

    /// It happened `more` times.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many times so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of the buckets, in nanoseconds: from an answer out of memory to one that somebody gave up on.
const BOUNDS_NS: [u64; 14] = [
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    5_000_000_000,
];

/// How long something took each time: a histogram. A line of the processor's cache holds no two of them, so that
/// counting one does not slow down another.
#[derive(Debug, Default)]
#[repr(align(64))]
pub struct Timing {
    /// How many fell into each bucket; the last has no upper bound.
    buckets: [AtomicU64; BOUNDS_NS.len() + 1],
    /// All together, in nanoseconds: enough for five centuries.
    sum_ns: AtomicU64,
}

impl Timing {
    /// It took so long once more.
    pub fn note(&self, took: Duration) {
        let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_NS.iter().position(|bound| ns <= *bound).unwrap_or(BOUNDS_NS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// Seconds all together.
    #[must_use]
    pub fn sum(&self) -> f64 {
        Duration::from_nanos(self.sum_ns.load(Ordering::Relaxed)).as_secs_f64()
    }

    /// Each bucket's upper bound in seconds and how many fell into it and none below.
    #[must_use]
    pub fn buckets(&self) -> Vec<(f64, u64)> {
        let bounds = BOUNDS_NS.iter().map(|ns| Duration::from_nanos(*ns).as_secs_f64());
        let counts = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed));
        bounds.chain([f64::INFINITY]).zip(counts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_falls_into_the_first_bucket_that_holds_it() {
        let timing = Timing::default();
        for us in [0, 100, 101, 5_000_000, 5_000_001] {
            timing.note(Duration::from_micros(us));
        }
        let buckets = timing.buckets();
        assert_eq!((buckets[0], buckets[1], buckets[13]), ((0.0001, 2), (0.00025, 1), (5.0, 1)));
        assert_eq!(buckets[14].1, 1);
        assert!(buckets[14].0.is_infinite());
        assert!((timing.sum() - 10.000_202).abs() < 1e-9);
    }
}
