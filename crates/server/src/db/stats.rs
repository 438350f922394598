//! What the database's door counts, for the metrics.

use crate::error::Result;
use crate::metrics::{Count, Timing};
use crate::world::Stopwatch;
use keyrack_protocol::Code;
use std::sync::atomic::{AtomicU64, Ordering};

/// Kinds of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A change.
    Write,
    /// A look at one state.
    Read,
    /// A single statement.
    Single,
    /// The question whether a session is as it is remembered; many who ask share a statement.
    Confirm,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Write, Self::Read, Self::Single, Self::Confirm];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Single => "single",
            Self::Confirm => "confirm",
        }
    }
}

/// It was done; it refused what was asked, as it should; the database or this server could not.
const OUTCOMES: [&str; 3] = ["done", "refused", "failed"];

/// Counts of one process' database.
#[derive(Debug, Default)]
pub struct Stats {
    outcomes: [[Count; OUTCOMES.len()]; Kind::ALL.len()],
    took: [Timing; Kind::ALL.len()],
    /// Transactions that ran again because another was in the way.
    pub retries: Count,
    connections: AtomicU64,
}

impl Stats {
    /// A transaction ended; gives whether the database or this server could not do it.
    pub(super) fn note<T>(&self, kind: Kind, watch: &Stopwatch, result: &Result<T>) -> bool {
        let outcome = match result {
            Ok(_) => 0,
            Err(error) if !matches!(error.code(), Code::Internal | Code::Unavailable) => 1,
            Err(_) => 2,
        };
        self.outcomes[kind as usize][outcome].one();
        self.took[kind as usize].note(watch.elapsed());
        outcome == 2
    }

    /// A connection was made.
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// One is gone.
    pub(super) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// Connections that there are.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many transactions of each kind ended in which way.
    pub fn transactions(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        Kind::ALL.into_iter().zip(&self.outcomes).flat_map(|(kind, counts)| {
            let told = move |(outcome, count): (_, &Count)| (kind.as_str(), outcome, count.get());
            OUTCOMES.into_iter().zip(counts).map(told)
        })
    }

    /// How long those of each kind took, with waiting for their turn.
    pub fn took(&self) -> impl Iterator<Item = (&'static str, &Timing)> {
        Kind::ALL.map(Kind::as_str).into_iter().zip(&self.took)
    }
}
