//! The stream of revocations: a backend that follows it refuses the tokens of whoever signed out within a second, and
//! asks nobody for that while it answers a request.

mod events;
mod follow;
mod known;

use crate::Refusal;
use crate::clock::{Clock, milliseconds};
use events::{Event, Events};
pub(crate) use follow::Wire;
use known::Known;
use serde::Deserialize;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// What a backend does while it cannot hear who signs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenCut {
    /// Tokens live out their own time, which is a minute unless the deployment says otherwise: who signed out meanwhile is
    /// refused when that is over.
    Lifetime,
    /// Every token is refused with 503 after this long, and before the stream was heard for the first time. At least five
    /// seconds: the server shows every two that the stream lives.
    Closed(Duration),
}

/// The shortest time after which a stream that says nothing can be told from one that has nothing to say.
pub(crate) const SHORTEST: Duration = Duration::from_secs(5);

/// Stands for never.
const NEVER: i64 = i64::MIN;

/// What is known of revocations, and since when nothing was heard.
pub(crate) struct Revocations {
    known: RwLock<Known>,
    when_cut: WhenCut,
    clock: Arc<dyn Clock>,
    /// When the server was last heard, by [`Clock::passed_ms`]; [`NEVER`] until a snapshot was.
    heard_at: AtomicI64,
}

impl fmt::Debug for Revocations {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Revocations").field("when_cut", &self.when_cut).finish_non_exhaustive()
    }
}

/// The data of both events.
#[derive(Deserialize)]
struct Told {
    window_ms: Option<i64>,
    revocations: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    signin_id: String,
    not_before_rev: i64,
}

/// What was told is not understood: whoever follows begins anew.
#[derive(Debug)]
pub(crate) struct Misunderstood;

impl Revocations {
    pub(crate) fn new(when_cut: WhenCut, clock: Arc<dyn Clock>) -> Self {
        Self { known: RwLock::default(), when_cut, clock, heard_at: AtomicI64::new(NEVER) }
    }

    /// Refuses a token of a sign-in that was minted at revision `rev` and should have been no more.
    pub(crate) fn judge(&self, sign_in: &str, rev: i64) -> Result<(), Refusal> {
        if let WhenCut::Closed(after) = self.when_cut
            && self.silent_ms().is_none_or(|silent| silent > milliseconds(after))
        {
            return Err(Refusal::NoRevocations);
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.refuses(sign_in, rev) { Err(Refusal::Revoked) } else { Ok(()) }
    }

    /// For how long nothing was heard; none if nothing ever was.
    pub(crate) fn silent_ms(&self) -> Option<i64> {
        let at = self.heard_at.load(Ordering::Acquire);
        (at != NEVER).then(|| self.clock.passed_ms().saturating_sub(at))
    }

    /// The server showed that the stream lives.
    fn heard(&self) {
        self.heard_at.store(self.clock.passed_ms(), Ordering::Release);
    }

    /// Takes in one event.
    fn take(&self, event: &Event) -> Result<(), Misunderstood> {
        // A newer server may tell more.
        if !matches!(event.name.as_str(), "snapshot" | "revoked") {
            return Ok(());
        }
        let told: Told = serde_json::from_str(&event.data).map_err(|_| Misunderstood)?;
        let now = self.clock.passed_ms();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(window_ms) = told.window_ms {
            known.keep_for(window_ms);
        }
        for one in &told.revocations {
            known.hear(&one.signin_id, one.not_before_rev, now);
        }
        drop(known);
        Ok(())
    }

    /// Takes in bytes of a stream; `last` becomes the id of the last event among them.
    fn take_bytes(
        &self,
        events: &mut Events,
        bytes: &[u8],
        last: &mut Option<String>,
    ) -> Result<(), Misunderstood> {
        for event in events.take(bytes).map_err(|_| Misunderstood)? {
            self.take(&event)?;
            *last = event.id.or_else(|| last.take());
        }
        // Nothing counts as heard before the first event, which says what has happened until then.
        if last.is_some() {
            self.heard();
        }
        Ok(())
    }
}

#[cfg(test)]
impl Revocations {
    /// What was told these, one after the other.
    pub(crate) fn for_tests(told: &serde_json::Value, clock: Arc<dyn Clock>) -> Self {
        let revocations = Self::new(WhenCut::Lifetime, clock);
        let data = serde_json::json!({ "revocations": told }).to_string();
        revocations.take(&Event { name: "revoked".to_owned(), data, id: None }).unwrap();
        revocations
    }
}

#[cfg(test)]
mod tests;
