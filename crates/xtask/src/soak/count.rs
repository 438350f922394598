//! What a run has seen, counted while everybody works.

use super::ledger::Change;
use crate::http::Sent;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Counts by kind: sign-ups, switches, sign-outs.
#[derive(Default)]
struct Kinds([AtomicUsize; 3]);

impl Kinds {
    fn add(&self, change: &Change) {
        let [sign_ups, switches, sign_outs] = &self.0;
        let kind = match change {
            Change::SignUp => sign_ups,
            Change::Switch(_) => switches,
            Change::SignOut(_) | Change::SignOutAll => sign_outs,
        };
        kind.fetch_add(1, Ordering::SeqCst);
    }

    fn total(&self) -> usize {
        self.0.iter().map(|kind| kind.load(Ordering::SeqCst)).sum()
    }

    fn line(&self, what: &str) -> String {
        let [ups, switches, outs] = self.0.each_ref().map(|kind| kind.load(Ordering::SeqCst));
        format!("{} {what} ({ups} sign-ups, {switches} switches, {outs} sign-outs)", self.total())
    }
}

/// What a run has seen.
#[derive(Default)]
pub struct Count {
    acknowledged: Kinds,
    in_doubt: Kinds,
    checks: AtomicUsize,
    unavailable: AtomicUsize,
    lost: Mutex<Vec<Sent>>,
    late_mails: Mutex<Vec<String>>,
    /// A moment, and the first acknowledgement after it.
    watched: Mutex<Option<(Instant, Option<Instant>)>>,
    stopped: AtomicBool,
    /// How many more acknowledgements there are until the next kill.
    until_kill: AtomicUsize,
    reached: Notify,
}

impl Count {
    /// The next kill comes after `changes` more acknowledgements.
    pub fn kill_after(&self, changes: usize) {
        self.until_kill.store(changes, Ordering::SeqCst);
    }

    /// The server has acknowledged a change.
    pub fn acknowledged(&self, change: &Change) {
        self.acknowledged.add(change);
        let (now, mut watched) =
            (Instant::now(), self.watched.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some((since, first @ None)) = watched.as_mut().filter(|(since, _)| now > *since) {
            *first = Some(now.max(*since));
        }
        drop(watched);
        if self.until_kill.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.reached.notify_one();
        }
    }

    /// The answer to a change was lost.
    pub fn in_doubt(&self, change: &Change) {
        self.in_doubt.add(change);
    }

    /// A change was refused with 503.
    pub fn unavailable(&self) {
        self.unavailable.fetch_add(1, Ordering::SeqCst);
    }

    /// How many changes were refused with 503.
    pub fn refused(&self) -> usize {
        self.unavailable.load(Ordering::SeqCst)
    }

    /// Mail to this address has not come yet, although a code was promised.
    pub fn late_mail(&self, to: String) {
        self.late_mails.lock().unwrap_or_else(PoisonError::into_inner).push(to);
    }

    /// All addresses that were promised a code and went on without it.
    pub fn late_mails(&self) -> Vec<String> {
        self.late_mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The answer to a request never came.
    pub fn lost(&self, sent: Sent) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
    }

    /// All requests whose answer never came.
    pub fn all_lost(&self) -> Vec<Sent> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first acknowledgement after `since` is what [`Count::until_next`] waits for.
    pub fn watch(&self, since: Instant) {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = Some((since, None));
    }

    /// From the moment that is watched until the next change was acknowledged; none when it is not within `patience`.
    pub async fn until_next(&self, patience: Duration) -> Option<Duration> {
        let deadline = Instant::now() + patience;
        loop {
            let watched = *self.watched.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((since, Some(first))) = watched {
                return Some(first - since);
            }
            if Instant::now() > deadline {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Nobody begins anything more.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Work begins again.
    pub fn go_on(&self) {
        self.stopped.store(false, Ordering::SeqCst);
    }

    /// Whether nobody should begin anything more.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// A browser was compared with its ledger.
    pub fn checked(&self) {
        self.checks.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns when it is time for the kill.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// All acknowledged changes.
    pub fn total(&self) -> usize {
        self.acknowledged.total()
    }

    /// All of it in one line.
    pub fn line(&self) -> String {
        let checks = self.checks.load(Ordering::SeqCst);
        let (acknowledged, doubt) = (self.acknowledged.line("acknowledged"), self.in_doubt.line("in doubt"));
        format!("{acknowledged}, {doubt}, {checks} browsers compared")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_kill_comes_after_as_many_acknowledgements_as_were_drawn() {
        let count = Count::default();
        count.kill_after(2);
        count.acknowledged(&Change::SignUp);
        let early = tokio::select! { biased; () = count.reached() => true, () = async {} => false };
        assert!(!early);
        count.acknowledged(&Change::Switch(String::new()));
        count.reached().await;
        count.in_doubt(&Change::SignOutAll);
        let line = "2 acknowledged (1 sign-ups, 1 switches, 0 sign-outs), \
                    1 in doubt (0 sign-ups, 0 switches, 1 sign-outs), 0 browsers compared";
        assert_eq!(count.line(), line);
    }
}
