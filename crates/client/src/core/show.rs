//! What is shown: every answer passes here, and everything that follows from another one being shown.

use super::order::{self, Held, acts_for};
use super::read::Notices;
use super::request::Request;
use super::{Command, Core, Then};
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
        let (was_loaded, known) = (self.held.is_some(), self.error.clone());
        if sent > self.settled {
            self.settled = sent;
            self.set_failures(error.as_ref().map_or(0, |_| self.failures + 1));
            // The same failure again is no news.
            let is_same = |a: &Error, b: &Error| a.code == b.code;
            if !matches!((&known, &error), (Some(a), Some(b)) if is_same(a, b)) {
                self.error = error.map(Arc::new);
            }
        }
        self.held = held;
        let is_news = self.lay();
        self.follow();
        let is_same_error = known.as_ref().map(Arc::as_ptr) == self.error.as_ref().map(Arc::as_ptr);
        if is_news || !is_same_error {
            self.changed();
        }
        if !was_loaded && self.held.is_some() {
            self.loaded();
        }
    }

    /// Makes what is shown out of what is held. True when it is another than before.
    fn lay(&mut self) -> bool {
        let shared = self.session();
        let shown = match (&mut self.tab, shared) {
            (Some(tab), Some(shared)) => Some(tab.lay(&shared)),
            (_, shared) => shared,
        };
        let is_news = shown.as_ref().map(Arc::as_ptr) != self.shown.as_ref().map(Arc::as_ptr);
        if acts_for(self.shown.as_deref()) != acts_for(shown.as_deref()) {
            self.tokens.clear();
        }
        if is_news {
            self.shown_at = self.sent;
        }
        self.shown = shown;
        self.follow_tab();
        is_news
    }

    /// What a scope of one's own wants.
    fn follow_tab(&mut self) {
        let Some(tab) = &mut self.tab else { return };
        let (moved_to, to_check) = (tab.moved_to(), tab.unasked());
        if let Some(scope) = moved_to {
            self.command(Command::Keep { scope });
        }
        if let Some(actor) = to_check {
            self.send_as(Request::get("/me"), Then::Checked, Some(actor));
        }
    }

    /// It may be shown otherwise although the session is the same.
    pub(super) fn show_again(&mut self) {
        // Before the first read nothing is known that all share.
        if self.tab.is_some() && self.settled > 0 && self.lay() {
            self.changed();
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
