//! Time comes from here, so that whoever tests may bring another one.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time. A test brings its own; [`Verifier`](crate::Verifier) uses the machine's unless it is given one.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Unix milliseconds, which `exp`, `nbf` and `iat` are compared with.
    fn now_ms(&self) -> i64;

    /// Milliseconds that have passed since some moment, whatever people do to the machine's clock.
    fn passed_ms(&self) -> i64;
}

/// The machine's.
#[derive(Debug)]
struct Machine {
    began: Instant,
}

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        milliseconds(since)
    }

    fn passed_ms(&self) -> i64 {
        milliseconds(self.began.elapsed())
    }
}

/// The machine's clock.
pub(crate) fn machine() -> Arc<dyn Clock> {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    let began = Instant::now();
    Arc::new(Machine { began })
}

/// A duration in whole milliseconds, the most that there can be when it is longer than that.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
