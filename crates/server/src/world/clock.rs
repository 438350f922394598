use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time in Unix milliseconds.
#[derive(Debug)]
pub struct Clock {
    /// Added to the machine's time, or the time itself when the clock stands.
    offset: AtomicI64,
    runs: bool,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self { offset: AtomicI64::new(0), runs: true }
    }

    /// A clock that shows `now_ms` until it is advanced.
    #[must_use]
    pub fn standing(now_ms: i64) -> Self {
        Self { offset: AtomicI64::new(now_ms), runs: false }
    }

    /// Now, in Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let offset = self.offset.load(Ordering::SeqCst);
        if self.runs { machine_ms().saturating_add(offset) } else { offset }
    }

    /// Moves the clock by `ms`, backwards when negative.
    pub fn advance(&self, ms: i64) {
        self.offset.fetch_add(ms, Ordering::SeqCst);
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn machine_ms() -> i64 {
    // A clock before 1970 is broken; zero makes everything look fresh rather than ending the process.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}
