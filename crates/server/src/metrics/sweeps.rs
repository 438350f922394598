use super::Count;
use crate::config::Deployment;
use std::sync::atomic::{AtomicI64, Ordering};

/// What the sweep did.
#[derive(Debug)]
pub struct Sweeps {
    /// Each deployment and when it was last swept by this node without a failure, in Unix milliseconds; 0 if never.
    succeeded: Vec<(String, AtomicI64)>,
    /// What failed.
    pub failed: Count,
    /// Rows that were deleted.
    pub deleted: Count,
    /// Sessions in which something was ended because it was time.
    pub ended: Count,
}

impl Sweeps {
    pub(super) fn new(deployments: &[Deployment]) -> Self {
        let never = |deployment: &Deployment| (deployment.id.clone(), AtomicI64::new(0));
        Self {
            succeeded: deployments.iter().map(never).collect(),
            failed: Count::default(),
            deleted: Count::default(),
            ended: Count::default(),
        }
    }

    /// A deployment was swept at `now`.
    pub fn succeeded(&self, deployment: &str, now: i64) {
        let of = self.succeeded.iter().find(|(id, _)| id == deployment);
        of.into_iter().for_each(|(_, at)| at.store(now, Ordering::Relaxed));
    }

    /// Each deployment and when this node last swept it, in Unix milliseconds.
    pub fn last(&self) -> impl Iterator<Item = (&str, i64)> {
        self.succeeded.iter().map(|(id, at)| (id.as_str(), at.load(Ordering::Relaxed)))
    }
}
