//! When the session is read: at first, at intervals, when somebody asks, and when it is told of a change.

use super::order::{By, Told, opens};
use super::request::{Request, as_session};
use super::time::{OWN_MS, REFRESH_MS, pause};
use super::{CallId, Command, Core, Message, Then};
use crate::Error;
use keyrack_protocol::Session;
use serde_json::Value;
use std::sync::Arc;

const READ: &str = "/session";
/// No sign that somebody uses it.
const POLL: &str = "/session?poll=1";

/// Up to here a number of JavaScript's is exact.
const MOST_EXACT: f64 = 9_007_199_254_740_991.0;

/// A read that is to be made.
#[derive(Debug)]
pub struct Read {
    path: &'static str,
    /// Not made when the session has come that far by then.
    told: Option<Told>,
    after: After,
}

/// What follows a read, answered or not.
#[derive(Debug)]
pub enum After {
    Nothing,
    /// The next refresh.
    Refresh,
    Refetch(CallId),
    /// A mutation whose answer was lost.
    Lost(Error),
    /// A mutation beside which something else has happened, and its answer.
    Crossed(Arc<Session>),
    /// A token that did not fit what was shown.
    Token(u64),
    /// The next thing that another tab has told of.
    Heard,
    /// The page has come back, and may be seen.
    Back,
    /// The others are told, and the next notice is dealt with.
    Notice(Told),
}

impl Read {
    pub fn now() -> Self {
        Self { path: READ, told: None, after: After::Nothing }
    }

    pub fn then(after: After) -> Self {
        Self { after, ..Self::now() }
    }

    fn of(told: Told, after: After) -> Self {
        Self { path: POLL, told: Some(told), after }
    }
}

/// What the stream tells of: of notices that come while one is dealt with only the latest matters.
#[derive(Debug, Default)]
pub struct Notices {
    latest: Option<Told>,
    is_reading: bool,
    wait_until: Option<u64>,
}

impl Notices {
    pub fn due(&self) -> Option<u64> {
        self.wait_until
    }
}

impl Core {
    pub(super) fn start(&mut self) {
        self.refresh_at = Some(self.now.ticks + REFRESH_MS);
        self.read(Read::now());
    }

    /// Waits for the mutations under way. Then it reads, unless what was told is shown.
    pub(super) fn read(&mut self, read: Read) {
        if self.held.is_some() && self.queue.is_busy() {
            self.blocked.push(read);
            return;
        }
        let is_known = |told: &Told| {
            self.held
                .as_ref()
                .is_some_and(|held| held.session.id == told.id && told.revision <= held.session.revision)
        };
        if read.told.as_ref().is_some_and(is_known) {
            self.after(read.after, true);
        } else {
            self.read_at_once(read);
        }
    }

    /// The same beside a mutation, for whom it is made.
    pub(super) fn read_at_once(&mut self, Read { path, told, after }: Read) {
        let request = Request { awaits: told.map(|told| told.id), ..Request::get(path) };
        self.read_at = Some(self.now);
        self.send(request, Then::Read(after));
    }

    pub(super) fn unblock(&mut self) {
        for read in std::mem::take(&mut self.blocked) {
            self.read(read);
        }
    }

    pub(super) fn was_read(&mut self, number: u64, answer: Result<Value, Error>, after: After) {
        let answer = answer.and_then(as_session);
        let is_answered = answer.is_ok();
        match answer {
            Ok(session) => {
                // Sent after what is shown had come, and shown other things: the keys are others by now.
                let is_news = |shown: &Session| number > self.shown_at && opens(&session) != opens(shown);
                let is_news = self.held.as_ref().is_some_and(|held| is_news(&held.session));
                self.take(Arc::new(session), number, if is_news { By::Mutation } else { By::Read });
            }
            Err(error) => self.settle(number, self.held.clone(), Some(error)),
        }
        self.after(after, is_answered);
    }

    fn after(&mut self, after: After, is_answered: bool) {
        match after {
            After::Nothing => {}
            After::Refresh => self.refresh_at = Some(self.now.ticks + pause(self.failures)),
            After::Refetch(call) => {
                self.refetches -= 1;
                if self.held.is_some() {
                    self.changed();
                }
                self.done(call, Ok(self.shown_outcome()));
            }
            After::Lost(error) => self.was_lost(error, is_answered),
            After::Crossed(session) => self.was_crossed(session, is_answered),
            After::Token(flight) => self.land(flight),
            After::Back => self.reveal(),
            After::Heard => {
                self.is_hearing = false;
                self.next_heard();
            }
            After::Notice(told) => {
                // Also when it was shown here already: others may not show it.
                let session = self.session().filter(|_| is_answered);
                let told = Message::Heard { id: told.id, revision: told.revision };
                self.command(Command::Tell(session.map_or(told, Message::Read)));
                self.notices.is_reading = false;
                self.next_notice();
            }
        }
    }

    pub(super) fn refetch(&mut self, call: CallId) {
        self.refetches += 1;
        if self.held.is_some() {
            self.changed();
        }
        self.read(Read::then(After::Refetch(call)));
    }

    /// The pause before the next try depends on how often it has failed.
    pub(super) fn set_failures(&mut self, failures: u32) {
        if pause(failures) != pause(self.failures) && self.refresh_at.is_some() {
            self.refresh_at = Some(self.now.ticks + pause(failures));
        }
        self.failures = failures;
    }

    pub(super) fn wake_refresh(&mut self) {
        if self.refresh_at.is_none_or(|at| at > self.now.ticks) {
            return;
        }
        if self.is_hidden {
            self.refresh_at = Some(self.now.ticks + pause(self.failures));
            return;
        }
        // The next one is counted from the end of this one.
        self.refresh_at = None;
        let path = if self.held.is_some() && self.read_at.is_some() { POLL } else { READ };
        self.read(Read { path, told: None, after: After::Refresh });
    }

    pub(super) fn look(&mut self, is_visible: bool) {
        let was_hidden = std::mem::replace(&mut self.is_hidden, !is_visible);
        if !is_visible || !was_hidden {
            return;
        }
        self.stream.look(self.now);
        if self.failures > 0 || self.read_at.is_none_or(|read| self.now.since(read) > REFRESH_MS) {
            self.read(Read::now());
        }
    }

    /// Another tab's mutation; or, as `read`, what the tab that leads has read or was told of. The server is asked about
    /// another session than is shown here, and where the answer of a mutation under way may open more than what was read.
    pub(super) fn hear(&mut self, message: Value) {
        if let Some(Value::Array(paths)) = message.get("beside") {
            return self.news(paths.iter().filter_map(|path| path.as_str().map(str::to_owned)).collect());
        }
        let (told, is_read) = match message.get("read") {
            Some(read) => (read.clone(), true),
            None => (message, false),
        };
        let session = if told.get("signins").is_some() {
            let Ok(session) = as_session(told) else { return };
            Ok(session)
        } else {
            let (id, revision) = (told["id"].as_str().unwrap_or_default().to_owned(), revision_in(&told));
            let Some(revision) = revision.filter(|revision| *revision >= 0) else { return };
            Err(Told { id, revision })
        };
        if !is_read {
            self.tokens.clear();
        }
        let shown = self.held.as_ref().map(|held| held.session.id.clone());
        match session {
            Ok(session) if shown.as_ref() == Some(&session.id) && !(is_read && self.queue.is_busy()) => {
                self.take(Arc::new(session), 0, if is_read { By::Read } else { By::Broadcast });
            }
            Ok(session) => self.heard.push_back(Told { id: session.id, revision: session.revision }),
            Err(told) => self.heard.push_back(told),
        }
        self.next_heard();
    }

    fn next_heard(&mut self) {
        if self.is_hearing {
            return;
        }
        if let Some(told) = self.heard.pop_front() {
            self.is_hearing = true;
            self.read(Read::of(told, After::Heard));
        }
    }

    /// The stream says that the session has changed.
    pub(super) fn notice(&mut self, told: Told) {
        self.notices.latest = Some(told);
        if !self.notices.is_reading && self.notices.wait_until.is_none() {
            self.next_notice();
        }
    }

    fn next_notice(&mut self) {
        if self.notices.latest.is_some() {
            // Timers of a hidden page may wait for a second, which is as long as all of it may take.
            self.notices.wait_until = Some(self.now.ticks + if self.is_hidden { 0 } else { OWN_MS });
            self.wake_notices();
        }
    }

    pub(super) fn wake_notices(&mut self) {
        if self.notices.wait_until.is_none_or(|at| at > self.now.ticks) {
            return;
        }
        self.notices.wait_until = None;
        if let Some(told) = self.notices.latest.take() {
            self.notices.is_reading = true;
            self.read(Read::of(told.clone(), After::Notice(told)));
        }
    }
}

/// How far a session is said to have come; of one that has ended tabs say that it has come further than any number goes.
fn revision_in(told: &Value) -> Option<i64> {
    let further = told["revision"].as_f64().filter(|revision| *revision >= MOST_EXACT).map(|_| i64::MAX);
    told["revision"].as_i64().or(further)
}
