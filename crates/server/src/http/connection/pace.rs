//! What a connection is doing, and how long it may go on with it.

use super::Room;
use crate::world::Patience;
use axum::response::Response;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Nothing of a request has arrived.
const IDLE: u8 = 0;
/// The line and the headers are arriving.
const HEAD: u8 = 1;
/// A request is being answered: that takes as long as this server takes.
const SERVING: u8 = 2;

/// What one connection is doing. It is only asked and told within the connection's own task; the atomics are
/// there because that task moves between threads.
#[derive(Debug)]
pub struct Pace {
    room: Room,
    doing: AtomicU8,
    /// Whether the network takes no more of what has been written.
    stalled: AtomicBool,
    /// Counts the changes: each has a deadline of its own.
    turn: AtomicU32,
    /// Whether a part of the request's body has not been read.
    unread: AtomicBool,
    /// Whether the next answer is the last.
    last: AtomicBool,
    /// An answer that is not hyper's to write.
    lasting: Mutex<Option<Response>>,
}

impl Pace {
    /// Of a connection that was just made.
    pub fn new(room: Room) -> Self {
        let (doing, turn) = (AtomicU8::new(IDLE), AtomicU32::new(0));
        let [stalled, unread, last] = [(); 3].map(|()| AtomicBool::new(false));
        Self { room, doing, stalled, turn, unread, last, lasting: Mutex::default() }
    }

    /// The number of the present deadline.
    pub fn turn(&self) -> u32 {
        self.turn.load(Ordering::Relaxed)
    }

    /// How long things may take at the moment.
    pub fn patience(&self) -> Patience {
        self.room.patience()
    }

    /// How long the other end may take for what it does now, from when it began that.
    pub fn allowed(&self) -> Option<Duration> {
        let patience = self.patience();
        if self.stalled.load(Ordering::Relaxed) {
            return Some(patience.answer);
        }
        match self.doing.load(Ordering::Relaxed) {
            IDLE => Some(patience.idle),
            HEAD => Some(patience.head),
            _ => None,
        }
    }

    /// Bytes have arrived.
    pub fn received(&self) {
        if self.doing.load(Ordering::Relaxed) == IDLE {
            self.now(HEAD);
        }
    }

    /// A request's head is complete; whether a body follows.
    pub fn begun(&self, body: bool) {
        self.unread.store(body, Ordering::Relaxed);
        self.now(SERVING);
    }

    /// The body has been read to its end.
    pub fn read(&self) {
        self.unread.store(false, Ordering::Relaxed);
    }

    /// From now on the next answer is the last.
    pub fn leave(&self) {
        self.last.store(true, Ordering::Relaxed);
    }

    /// Whether the client must know that its next request needs another connection: hyper will not read the rest of
    /// this one only to throw it away, or the server stops.
    pub fn is_last(&self) -> bool {
        self.unread.load(Ordering::Relaxed) || self.last.load(Ordering::Relaxed)
    }

    /// Its answer has been handed over.
    pub fn answered(&self) {
        self.now(IDLE);
    }

    /// Its answer is one that lasts: it is written by somebody else.
    pub fn lasts(&self, answer: Response) {
        *self.lasting() = Some(answer);
    }

    /// The answer that lasts, once everything before it has been written.
    pub fn take_lasting(&self) -> Option<Response> {
        if self.stalled.load(Ordering::Relaxed) { None } else { self.lasting().take() }
    }

    fn lasting(&self) -> MutexGuard<'_, Option<Response>> {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The network takes nothing at the moment.
    pub fn stalls(&self) {
        if !self.stalled.swap(true, Ordering::Relaxed) {
            self.turn.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The network has taken everything.
    pub fn flows(&self) {
        if self.stalled.swap(false, Ordering::Relaxed) {
            self.turn.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn now(&self, doing: u8) {
        self.doing.store(doing, Ordering::Relaxed);
        self.turn.fetch_add(1, Ordering::Relaxed);
    }
}
