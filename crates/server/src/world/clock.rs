use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// How far apart the clocks of two nodes may be: each may be off by a minute. A time that is further ahead than
/// this was not told by a clock that was right.
pub const SKEW_MS: i64 = 120_000;

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

/// Notices that a clock was set to another time: it then shows more or less than has passed.
#[derive(Debug)]
pub struct Watch {
    shown: i64,
    at: Instant,
}

impl Watch {
    /// Begins to watch.
    #[must_use]
    pub fn begin(clock: &Clock) -> Self {
        Self { shown: clock.now_ms(), at: instant() }
    }

    /// By how many milliseconds the clock was set forwards, or backwards when negative, since the last call.
    pub fn moved(&mut self, clock: &Clock) -> i64 {
        self.moved_at(clock.now_ms(), instant())
    }

    fn moved_at(&mut self, shown: i64, at: Instant) -> i64 {
        let passed = i64::try_from(at.duration_since(self.at).as_millis()).unwrap_or(i64::MAX);
        let moved = (shown - self.shown).saturating_sub(passed);
        *self = Self { shown, at };
        moved
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn instant() -> Instant {
    Instant::now()
}

#[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn machine_ms() -> i64 {
    // A clock before 1970 is broken; zero makes everything look fresh rather than ending the process.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_watch_tells_by_how_much_a_clock_was_set_and_nothing_while_it_only_runs() {
        let clock = Clock::standing(1_000_000);
        let mut watch = Watch::begin(&clock);
        let start = watch.at;
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        assert_eq!(watch.moved_at(1_005_000, after(5)), 0);
        assert_eq!(watch.moved_at(1_010_000 - 3_600_000, after(10)), -3_600_000);
        assert_eq!(watch.moved_at(1_015_000 - 3_600_000, after(15)), 0);
        assert_eq!(watch.moved_at(1_020_000, after(20)), 3_600_000);
    }
}
