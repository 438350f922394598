//! Mutations run one after another, in the order called; a sign-out drops what still waits.

use super::CallId;
use super::mutation::Mutation;
use keyrack_protocol::Session;
use std::collections::VecDeque;
use std::sync::Arc;

/// One that is asked for.
#[derive(Debug)]
pub struct Job {
    pub call: CallId,
    pub mutation: Mutation,
}

/// One that is under way.
#[derive(Debug)]
pub struct Running {
    pub job: Job,
    /// The number of its request.
    pub sent: u64,
    /// What was held when it was sent.
    pub before: Arc<Session>,
    /// The same as it was shown here.
    pub shown: Arc<Session>,
}

/// The one under way, and those that wait.
#[derive(Debug, Default)]
pub struct Queue {
    pub running: Option<Running>,
    waiting: VecDeque<Job>,
}

impl Queue {
    /// Whether one runs or waits.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || !self.waiting.is_empty()
    }

    /// Lines it up. A sign-out makes whatever waits pointless, other sign-outs excepted: those calls are returned.
    pub fn add(&mut self, job: Job) -> Vec<CallId> {
        let mut dropped = Vec::new();
        if job.mutation.request.signs_out {
            self.waiting.retain(|other| {
                let stays = other.mutation.request.signs_out;
                if !stays {
                    dropped.push(other.call);
                }
                stays
            });
        }
        self.waiting.push_back(job);
        dropped
    }

    /// The one whose turn it is; none while one is under way.
    pub fn next(&mut self) -> Option<Job> {
        if self.running.is_some() { None } else { self.waiting.pop_front() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(call: u64, mutation: Mutation) -> Job {
        Job { call: CallId(call), mutation }
    }

    #[test]
    fn h21_a_sign_out_goes_before_those_that_wait_and_other_sign_outs_stay() {
        let mut queue = Queue::default();
        assert!(queue.add(job(1, Mutation::switch_sign_in("sin_b".to_owned()))).is_empty());
        assert!(queue.add(job(2, Mutation::sign_out(Some("sin_a".to_owned())))).iter().eq(&[CallId(1)]));
        queue.add(job(3, Mutation::switch_workspace("wsp_1")));
        assert_eq!(queue.add(job(4, Mutation::sign_out(None))), [CallId(3)]);
        let order: Vec<u64> = std::iter::from_fn(|| queue.next()).map(|job| job.call.0).collect();
        assert_eq!(order, [2, 4]);
    }
}
