//! A line a minute, so that whoever waits knows that it goes on.

use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(60);

/// When something was told last.
pub struct Progress {
    of: String,
    began: Instant,
    told: Instant,
}

impl Progress {
    /// Of one part, which begins now.
    pub fn new(of: &str) -> Self {
        Self { of: of.to_owned(), began: Instant::now(), told: Instant::now() }
    }

    /// How long the part has taken.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Tells how far it is, if a minute has passed since the last time.
    pub fn tell(&mut self, how_far: impl FnOnce() -> String) {
        if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            println!("{} ({} s): {}", self.of, self.elapsed().as_secs(), how_far());
        }
    }
}
