//! What this process counts about itself, for Prometheus: docs/METRICS.md says what each means.
//!
//! Counting is a few relaxed atomics; what has to be asked for (the outbox, the process) is asked when somebody
//! scrapes. Names and labels come from lists that are known at the start: operations, codes, deployments. Nothing
//! that a request says becomes one, and so neither a secret nor a series without end.

mod checks;
mod count;
mod listener;
mod outcomes;
mod page;
mod process;
mod requests;
mod scrape;
mod sweeps;

pub use checks::{Checks, Deliveries};
pub use count::{Count, Timing};
pub use listener::router;
pub use outcomes::Outcomes;
pub use requests::Requests;
pub use scrape::text;
pub use sweeps::Sweeps;

use crate::config::Deployment;
use crate::http::operation::Operation;

/// What is counted where it happens. What belongs to one thing (the database, the cache, the threads that hash) is
/// counted by it.
#[derive(Debug)]
pub struct Metrics {
    /// Requests, by operation.
    pub requests: Requests,
    /// Sign-ins that were tried.
    pub sign_ins: Outcomes,
    /// Sign-ups that were begun, or not let begin.
    pub sign_ups_begun: Outcomes,
    /// Sign-ups whose code was entered.
    pub sign_ups_verified: Outcomes,
    /// Looks for records of domains.
    pub domain_checks: Checks,
    /// Calls of endpoints.
    pub webhooks: Deliveries,
    /// What the sweep did.
    pub sweeps: Sweeps,
    /// When the process began, in Unix milliseconds.
    pub started_at: i64,
}

impl Metrics {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(operations: &[Operation], deployments: &[Deployment], now: i64) -> Self {
        Self {
            requests: Requests::new(operations),
            sign_ins: Outcomes::default(),
            sign_ups_begun: Outcomes::default(),
            sign_ups_verified: Outcomes::default(),
            domain_checks: Checks::default(),
            webhooks: Deliveries::default(),
            sweeps: Sweeps::new(deployments),
            started_at: now,
        }
    }
}
