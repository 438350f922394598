use super::Count;

/// Looks for the records of domains: because somebody asked, or because it was time.
#[derive(Debug, Default)]
pub struct Checks {
    /// The record was there.
    pub proved: Count,
    /// It was not.
    pub missing: Count,
    /// Nobody who knows has answered.
    pub unanswered: Count,
}

impl Checks {
    /// How many came to what.
    #[must_use]
    pub fn all(&self) -> [(&'static str, u64); 3] {
        [
            ("proved", self.proved.get()),
            ("missing", self.missing.get()),
            ("unanswered", self.unanswered.get()),
        ]
    }
}

/// Calls of the application's endpoints.
#[derive(Debug, Default)]
pub struct Deliveries {
    /// The endpoint took the message.
    pub delivered: Count,
    /// It did not, and is called again.
    pub failed: Count,
    /// It did not, and is called no more.
    pub given_up: Count,
}

impl Deliveries {
    /// How many came to what.
    #[must_use]
    pub fn all(&self) -> [(&'static str, u64); 3] {
        [
            ("delivered", self.delivered.get()),
            ("failed", self.failed.get()),
            ("given_up", self.given_up.get()),
        ]
    }
}
