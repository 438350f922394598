//! Who follows which session, on this node.

use super::slot::Slot;
use crate::db::Change;
use crate::id::SessionId;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Streams of one session; a further one closes another.
pub const MOST_OF_A_SESSION: usize = 8;
/// The streams are kept in so many parts. Each part has its own turn to show that its streams live, so that
/// thousands of them do not wake at once.
pub const PARTS: usize = 60;

type Part = HashMap<SessionId, Vec<Arc<Slot>>>;

/// The streams of this node.
#[derive(Debug)]
pub struct Hub {
    parts: Vec<Mutex<Part>>,
    streams: AtomicUsize,
    closed: AtomicBool,
    missed: Notify,
    /// What other nodes say has changed, of sessions that are followed here; the latest that was heard of each.
    hints: Mutex<HashMap<SessionId, Change>>,
    hinted: Notify,
}

impl Default for Hub {
    fn default() -> Self {
        let parts = (0..PARTS).map(|_| Mutex::default()).collect();
        Self {
            parts,
            streams: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            missed: Notify::new(),
            hints: Mutex::default(),
            hinted: Notify::new(),
        }
    }
}

impl Hub {
    /// Registers a stream of a session that nobody has read yet: it tells nothing before [`Follower::begin`].
    #[must_use]
    pub fn follow(self: &Arc<Self>, session: &SessionId) -> Follower {
        let slot = Arc::new(Slot::default());
        self.part_of(session).entry(session.clone()).or_default().push(Arc::clone(&slot));
        self.streams.fetch_add(1, Ordering::Relaxed);
        Follower { hub: Arc::clone(self), session: session.clone(), slot }
    }

    /// Tells those who follow a session that it has a new revision.
    pub fn tell(&self, change: &Change) {
        if let Some(slots) = self.part_of(&change.session).get(&change.session) {
            slots.iter().for_each(|slot| slot.hear(change));
        }
    }

    /// Tells those who follow a session that somebody's inbox changed who is signed in on it.
    pub fn ring(&self, session: &SessionId) {
        if let Some(slots) = self.part_of(session).get(session) {
            slots.iter().for_each(|slot| slot.ring());
        }
    }

    /// Lets the streams of one part show that they live.
    pub fn beat(&self, part: usize) {
        self.part(part).values().flatten().for_each(|slot| slot.beat());
    }

    /// The sessions of one part that are followed, each with the oldest revision that one of its streams has.
    #[must_use]
    pub fn followed(&self, part: usize) -> Vec<(SessionId, i64)> {
        let part = self.part(part);
        let open = part.iter().filter_map(|(session, slots)| {
            let revisions = slots.iter().filter(|slot| slot.is_open()).map(|slot| slot.revision());
            revisions.min().map(|revision| (session.clone(), revision))
        });
        open.collect()
    }

    /// Another node says that a session has changed. Whoever reaches the database can say so: it is told when the
    /// database has been asked.
    pub fn hint(&self, change: Change) {
        if self.part_of(&change.session).contains_key(&change.session) {
            let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
            hints.insert(change.session.clone(), change);
            self.hinted.notify_one();
        }
    }

    /// Waits until there are hints, and takes them.
    pub async fn hints(&self) -> HashMap<SessionId, Change> {
        self.hinted.notified().await;
        std::mem::take(&mut *self.hints.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The newest revision that a stream of this session has told or is to tell.
    #[must_use]
    pub fn newest(&self, session: &SessionId) -> i64 {
        let part = self.part_of(session);
        part.get(session).into_iter().flatten().map(|slot| slot.revision()).max().unwrap_or(0)
    }

    /// Changes by other nodes may have been missed.
    pub fn may_have_missed(&self) {
        self.missed.notify_one();
    }

    /// Waits until changes may have been missed.
    pub async fn missed(&self) {
        self.missed.notified().await;
    }

    /// How many streams there are.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    /// Ends every stream; there will be no others.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for part in 0..PARTS {
            self.part(part).values().flatten().for_each(|slot| slot.close());
        }
    }

    /// Whether there will be no streams any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn part(&self, index: usize) -> MutexGuard<'_, Part> {
        self.parts[index % PARTS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part_of(&self, session: &SessionId) -> MutexGuard<'_, Part> {
        let mut hasher = DefaultHasher::new();
        session.hash(&mut hasher);
        self.part(usize::try_from(hasher.finish() % PARTS as u64).unwrap_or(0))
    }
}

/// One stream, as long as it is held.
#[derive(Debug)]
pub struct Follower {
    hub: Arc<Hub>,
    session: SessionId,
    slot: Arc<Slot>,
}

impl Follower {
    /// The session.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// What it has to tell.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// Its session was read at `revision`, for somebody who opens so much of it: from now on it tells. Of too many
    /// streams of the session those make room that open least, the oldest of them first: a copy of the session's key
    /// alone cannot push out who is signed in.
    pub fn begin(&self, revision: i64, opened: u32) {
        let part = self.hub.part_of(&self.session);
        self.slot.begin(revision, opened);
        let all = part.get(&self.session).into_iter().flatten();
        let mut open: Vec<_> = all.filter(|slot| slot.is_open()).collect();
        let surplus = open.len().saturating_sub(MOST_OF_A_SESSION);
        // A stable sort: the oldest of equals stays in front.
        open.sort_by_key(|slot| slot.opened());
        open.into_iter().take(surplus).for_each(|slot| slot.close());
        // Whoever closes the hub has seen this stream in its part, or is seen here.
        if self.hub.is_closed() {
            self.slot.close();
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.hub.streams.fetch_sub(1, Ordering::Relaxed);
        let mut part = self.hub.part_of(&self.session);
        let Some(slots) = part.get_mut(&self.session) else { return };
        slots.retain(|slot| !Arc::ptr_eq(slot, &self.slot));
        if slots.is_empty() {
            part.remove(&self.session);
        }
    }
}
