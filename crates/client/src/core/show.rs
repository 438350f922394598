//! What is shown: every answer passes here, and everything that follows from another one being shown.

use super::order::{self, Held, acts_for};
use super::read::Notices;
use super::{Command, Core};
use crate::Error;
use keyrack_protocol::Session;
use std::sync::Arc;

impl Core {
    pub(super) fn take(&mut self, session: Arc<Session>, sent: u64, from: order::By) {
        let held = order::settle(self.held.as_ref(), session, sent, from);
        self.settle(sent, Some(held), None);
    }

    /// What became of a request. A late failure says nothing about an answer that has come since, nor a late answer about
    /// a failure.
    pub(super) fn settle(&mut self, sent: u64, held: Option<Held>, error: Option<Error>) {
        let (before, known) = (self.held.clone(), self.error.clone());
        if sent > self.settled {
            self.settled = sent;
            self.set_failures(error.as_ref().map_or(0, |_| self.failures + 1));
            // The same failure again is no news.
            let is_same = |a: &Error, b: &Error| a.code == b.code;
            if !matches!((&known, &error), (Some(a), Some(b)) if is_same(a, b)) {
                self.error = error.map(Arc::new);
            }
        }
        let session = |held: &Option<Held>| held.as_ref().map(|held| Arc::clone(&held.session));
        let (was, is) = (session(&before), session(&held));
        let is_same = match (&was, &is) {
            (Some(was), Some(is)) => Arc::ptr_eq(was, is),
            (None, None) => true,
            _ => false,
        };
        if acts_for(was.as_deref()) != acts_for(is.as_deref()) {
            self.tokens.clear();
        }
        self.held = held;
        if !is_same {
            self.shown_at = self.sent;
        }
        self.follow();
        let is_same_error = known.as_ref().map(Arc::as_ptr) == self.error.as_ref().map(Arc::as_ptr);
        if !is_same || !is_same_error {
            self.changed();
        }
        if was.is_none() && self.held.is_some() {
            self.loaded();
        }
    }

    /// A failure of no request's own.
    pub(super) fn show_failure(&mut self, error: Error) {
        self.set_failures(self.failures + 1);
        if self.error.as_ref().is_none_or(|known| known.code != error.code) {
            self.error = Some(Arc::new(error));
            self.changed();
        }
    }

    /// The first load is done: what has waited for it goes on.
    pub(super) fn loaded(&mut self) {
        self.next_change();
        for waiter in std::mem::take(&mut self.early) {
            self.ask_token(waiter);
        }
    }

    pub(super) fn follow(&mut self) {
        let held = self.held.as_ref().filter(|_| self.settled > 0 && !self.is_away);
        let id = held.map_or_else(String::new, |held| held.session.id.clone());
        let stands = !id.is_empty();
        if std::mem::replace(&mut self.stands, stands) != stands {
            self.command(Command::Stand(stands));
        }
        if self.stream.follow(&id, self.now) {
            self.notices = Notices::default();
        }
    }
}
