use super::tx::{Touched, Tx};
use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;
use tokio::sync::oneshot;

/// A closure on its way to a database thread, its type forgotten.
pub(super) trait AnyJob: Send {
    /// Runs it once (again after a serialization failure); true if its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers the caller: with its own result if the commit went well, otherwise with `committed`'s error.
    fn answer(self: Box<Self>, committed: Result<()>);
    /// Whether the caller has given up: then it is not begun.
    fn is_abandoned(&self) -> bool;
}

pub(super) struct Work {
    pub(super) job: Box<dyn AnyJob>,
    pub(super) mode: Mode,
}

/// What a closure needs around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A transaction that is committed.
    Write,
    /// One consistent snapshot.
    Snapshot,
    /// Nothing: it is a single statement.
    Single,
    /// Nothing, and no work after it.
    Last,
}

pub(super) struct Job<T, F> {
    closure: F,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Job<T, F> {
    pub(super) fn new(closure: F) -> (Self, oneshot::Receiver<Result<T>>) {
        let (reply, answer) = oneshot::channel();
        (Self { closure, result: None, reply }, answer)
    }
}

impl<T: Send, F: Fn(&mut Tx<'_>) -> Result<T> + Send> AnyJob for Job<T, F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        // A panic is a bug, but one request's bug: the thread and the others' work go on.
        self.result = catch_unwind(AssertUnwindSafe(|| (self.closure)(tx))).ok();
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let result = match (self.result, committed) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(lost)) => Err(lost),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(Error::internal("run a transaction", "its closure panicked")),
        };
        // The caller may have gone; then there is nobody to tell.
        let _ = self.reply.send(result);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

/// A bounded queue before one or more database threads.
#[derive(Clone)]
pub(super) struct Queue {
    sender: SyncSender<Work>,
    /// Whether nobody is there to take anything, or nothing is taken any more: then it is refused at once.
    away: Arc<AtomicBool>,
}

/// The queues of one database, each with threads of its own.
pub(super) struct Doors {
    pub(super) writes: Queue,
    pub(super) reads: Queue,
    /// What the confirmer asks.
    pub(super) confirms: Queue,
}

/// The threads' end of a [`Queue`]; clones share it.
#[derive(Clone)]
pub(super) struct Inbox {
    receiver: Arc<Mutex<Receiver<Work>>>,
}

impl Queue {
    pub(super) fn new(bound: usize) -> (Self, Inbox) {
        Self::open_unless(Arc::default(), bound)
    }

    /// One that takes nothing while `away` is set.
    pub(super) fn open_unless(away: Arc<AtomicBool>, bound: usize) -> (Self, Inbox) {
        let (sender, receiver) = sync_channel(bound);
        (Self { sender, away }, Inbox { receiver: Arc::new(Mutex::new(receiver)) })
    }

    pub(super) fn push(&self, work: Work) -> Result<()> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Error::unavailable("queue a transaction", "the database is away"));
        }
        self.sender.try_send(work).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::unavailable("queue a transaction", "the queue is full"),
            TrySendError::Disconnected(_) => Error::unavailable("queue a transaction", "shutting down"),
        })
    }

    /// Takes nothing after this, which waits until there is room for it.
    pub(super) async fn push_last(&self, work: Work) -> Result<()> {
        self.away.store(true, Ordering::SeqCst);
        let sender = self.sender.clone();
        let sent = tokio::task::spawn_blocking(move || sender.send(work).is_ok()).await;
        if matches!(sent, Ok(true)) {
            return Ok(());
        }
        Err(Error::unavailable("queue a transaction", "shutting down"))
    }
}

impl Inbox {
    /// Waits for the next piece of work; none when the server has ended.
    pub(super) fn next(&self) -> Option<Work> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }

    /// The next piece of work, if there is one before `patience` is over.
    pub(super) fn next_within(&self, patience: Duration) -> Option<Work> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(patience).ok()
    }

    /// The next piece of work, if there is one already.
    pub(super) fn next_waiting(&self) -> Option<Work> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok()
    }

    /// Answers everything that waits with what `refusal` gives; false when the server has ended. Whoever waits
    /// for work at this moment has found that there is none.
    pub(super) fn refuse_all(&self, refusal: impl Fn() -> Error) -> bool {
        let receiver = match self.receiver.try_lock() {
            Ok(receiver) => receiver,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return true,
        };
        loop {
            match receiver.try_recv() {
                Ok(work) => work.job.answer(Err(refusal())),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }
}

/// A job that ran, and what it touched.
pub(super) struct Ran {
    pub(super) job: Box<dyn AnyJob>,
    pub(super) kept: bool,
    pub(super) touched: Touched,
}
