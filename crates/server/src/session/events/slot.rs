//! What one stream has to tell: the latest only.

use crate::db::Change;
use keyrack_protocol::ChangeReason;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The place for the news of one stream.
#[derive(Debug, Default)]
pub struct Slot(Mutex<State>);

#[derive(Debug)]
struct State {
    /// The newest revision that was told or is to be: nothing older is told after it.
    revision: i64,
    /// What is to be told of that revision: why, and whether the session has ended.
    news: Option<(ChangeReason, bool)>,
    /// Whether an inbox changed: that is no news of the session, and no revision is part of it.
    inbox: bool,
    /// Whether the session was read: until then nothing is told.
    begun: bool,
    /// How many sign-ins and attempts its credential opened when it began.
    opened: u32,
    /// Whether it is time to show that the stream lives.
    beat: bool,
    closed: bool,
    waker: Option<Waker>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            revision: -1,
            news: None,
            inbox: false,
            begun: false,
            opened: 0,
            beat: false,
            closed: false,
            waker: None,
        }
    }
}

/// What a stream says next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// The session has this revision.
    Now(i64, ChangeReason),
    /// The session has ended with this revision; nothing comes after it.
    Ended(i64, ChangeReason),
    /// An inbox changed.
    Inbox,
    /// Nothing is new.
    Beat,
    /// Nothing any more, though the session may live on.
    Closed,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is new, unless something newer was heard before.
    pub fn hear(&self, change: &Change) {
        self.change(|state| {
            let newer = change.revision > state.revision;
            if newer {
                state.revision = change.revision;
                state.news = Some((change.reason, change.ended));
            }
            newer
        });
    }

    /// The session was read at `revision`: from now on the stream tells, that first. What was heard meanwhile is
    /// newer, or part of what was read. `opened` is how much of the session its credential opens.
    pub fn begin(&self, revision: i64, opened: u32) {
        self.change(|state| {
            (state.begun, state.opened) = (true, opened);
            state.revision = state.revision.max(revision);
            if !state.has_ended() {
                state.news = Some((ChangeReason::Current, false));
            }
            true
        });
    }

    /// An inbox changed. However often that happens before it is told, it is told once.
    pub fn ring(&self) {
        self.change(|state| !std::mem::replace(&mut state.inbox, true));
    }

    /// It is time to show that the stream lives.
    pub fn beat(&self) {
        self.change(|state| !std::mem::replace(&mut state.beat, true));
    }

    /// Nothing is told any more.
    pub fn close(&self) {
        self.change(|state| !std::mem::replace(&mut state.closed, true));
    }

    /// The newest revision that was told or is to be.
    pub fn revision(&self) -> i64 {
        self.state().revision
    }

    /// How much of the session its credential opened when it began.
    pub fn opened(&self) -> u32 {
        self.state().opened
    }

    /// Whether it tells: it has begun and was not closed.
    pub fn is_open(&self) -> bool {
        let state = self.state();
        state.begun && !state.closed
    }

    /// What to say next.
    pub fn poll(&self, cx: &Context<'_>) -> Poll<Say> {
        let mut state = self.state();
        let news = if state.begun { state.news.take() } else { None };
        if let Some((reason, ended)) = news {
            state.beat = false;
            let say = if ended { Say::Ended } else { Say::Now };
            return Poll::Ready(say(state.revision, reason));
        }
        if state.closed {
            return Poll::Ready(Say::Closed);
        }
        if state.begun && std::mem::take(&mut state.inbox) {
            state.beat = false;
            return Poll::Ready(Say::Inbox);
        }
        if std::mem::take(&mut state.beat) {
            return Poll::Ready(Say::Beat);
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Changes the state, and wakes whoever waits for that if `change` says so; not under the lock.
    fn change(&self, change: impl FnOnce(&mut State) -> bool) {
        let mut state = self.state();
        let waker = if change(&mut state) { state.waker.take() } else { None };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl State {
    fn has_ended(&self) -> bool {
        self.news.is_some_and(|(_, ended)| ended)
    }
}
