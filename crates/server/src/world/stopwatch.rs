use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Measures how long something really takes, for metrics only: no test moves it, and nothing may depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// It begins now.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// When it began, by the machine's clock.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn began_at(&self) -> SystemTime {
        SystemTime::now().checked_sub(self.elapsed()).unwrap_or(UNIX_EPOCH)
    }

    /// How long ago it began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
