//! A page that is left and comes back: meanwhile nobody tells it anything, and what it shows may be somebody else's by then.

use super::read::{After, Read};
use super::time::COVERED_MS;
use super::{Command, Core};
use crate::Error;

impl Core {
    /// It may be kept as it is now: without a stream, and so that nobody sees whose account was shown.
    pub(super) fn leave_page(&mut self) {
        self.is_away = true;
        self.tokens.clear();
        self.follow();
        if self.held.as_ref().is_some_and(|held| !held.session.signins.is_empty()) {
            self.command(Command::Cover);
        }
    }

    /// It stays covered until the session was read, or cannot be.
    pub(super) fn come_back(&mut self) {
        self.is_away = false;
        self.reveal_at = Some(self.now.ticks + COVERED_MS);
        self.read(Read::then(After::Back));
    }

    pub(super) fn reveal(&mut self) {
        if self.reveal_at.take().is_some() {
            self.command(Command::Reveal);
        }
    }

    /// Nobody waits for an answer longer than that: what is shown may be old, and says so.
    pub(super) fn wake_page(&mut self) {
        if self.reveal_at.is_none_or(|at| at > self.now.ticks) {
            return;
        }
        self.show_failure(Error::timeout());
        self.reveal();
    }
}
