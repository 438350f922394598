//! How the session is changed: one mutation after another, each done when what came of it is shown.

use super::mutation::Done;
use super::order::By;
use super::queue::{Job, Running};
use super::read::{After, Read};
use super::request::as_changed;
use super::{Command, Core, Message, Then};
use crate::Error;
use keyrack_protocol::Session;
use serde_json::Value;
use std::sync::Arc;

impl Core {
    /// Sends the one whose turn it is.
    pub(super) fn next_change(&mut self) {
        let (Some(before), Some(shown)) = (self.session(), self.shown.clone()) else { return };
        if let Some(job) = self.queue.next() {
            let sent = self.send(job.mutation.request.clone(), Then::Change);
            self.queue.running = Some(Running { job, sent, before, shown });
        }
    }

    pub(super) fn was_changed(&mut self, answer: Result<Value, Error>) {
        match answer.and_then(as_changed) {
            Ok(session) => self.change_to(Arc::new(session)),
            Err(error) if error.is_lost() => self.read_at_once(Read::then(After::Lost(error))),
            Err(error) => self.end_change(Err(error)),
        }
    }

    /// The answer was lost, and the session was read, or could not be.
    pub(super) fn was_lost(&mut self, error: Error, is_answered: bool) {
        let (Some(running), Some(shown)) = (&self.queue.running, &self.shown) else { return };
        let is_done = is_answered && running.job.mutation.is_done(shown, &running.shown);
        if let Some(now) = self.session().filter(|_| is_done) {
            self.change_to(now);
        } else {
            self.end_change(Err(error));
        }
    }

    fn change_to(&mut self, session: Arc<Session>) {
        self.tokens.clear();
        let (Some(running), Some(now)) = (&self.queue.running, self.session()) else { return };
        // What another tab did meanwhile may have been done before or after, and with other keys: a read says what is so.
        if Arc::ptr_eq(&running.before, &now) || Arc::ptr_eq(&session, &now) {
            self.show_change(session);
        } else {
            self.read_at_once(Read::then(After::Crossed(session)));
        }
    }

    pub(super) fn was_crossed(&mut self, session: Arc<Session>, is_answered: bool) {
        if is_answered {
            self.end_change(Ok(()));
        } else {
            self.show_change(session);
        }
    }

    fn show_change(&mut self, session: Arc<Session>) {
        let sent = self.queue.running.as_ref().map_or(0, |running| running.sent);
        self.take(session, sent, By::Mutation);
        self.end_change(Ok(()));
    }

    fn end_change(&mut self, outcome: Result<(), Error>) {
        let Some(running) = self.queue.running.take() else { return };
        if let Some(now) = self.session().filter(|now| outcome.is_ok() && !Arc::ptr_eq(now, &running.before))
        {
            self.command(Command::Tell(Message::Changed(now)));
        }
        let Job { call, mutation } = running.job;
        match outcome {
            Ok(()) if mutation.request.signs_out => self.gone(call, mutation.done == Done::Gone(None)),
            outcome => {
                let outcome = outcome.map(|()| self.shown_outcome());
                self.done(call, outcome);
            }
        }
        self.next_change();
        if !self.queue.is_busy() {
            self.unblock();
        }
    }
}
