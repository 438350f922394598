//! Sessions remembered between reads, so that a warm `GET /session` on SQLite runs no SQL.
//!
//! An old rendering is never revived: a reader takes its shard's publish counter before it takes its
//! snapshot, and what it brings is refused if anything was published there since. Publishing happens after
//! the commit and before the writer is answered, and removes the entry.

use super::Loaded;
use crate::id::SessionId;
use bytes::Bytes;
use lru::LruCache;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

const SHARDS: usize = 16;
/// What all entries together may take.
const BYTES: usize = 64 << 20;

/// A session as it was loaded, and the answer to a rack that opens everything once it was rendered.
#[derive(Debug)]
pub struct Cached {
    /// The session.
    pub loaded: Loaded,
    /// The whole body of `GET /session` for a rack that opens everything.
    pub body: OnceLock<Bytes>,
}

impl Cached {
    /// Nothing rendered yet.
    #[must_use]
    pub fn new(loaded: Loaded) -> Self {
        Self { loaded, body: OnceLock::new() }
    }

    /// About what it takes: the body of a session with one account has some 3 kB, and so has its `Loaded`.
    fn bytes(&self) -> usize {
        2048 + 8192 * self.loaded.sign_ins.len() + 2048 * self.loaded.attempts.len()
    }
}

#[derive(Debug)]
struct Shard {
    published: u64,
    entries: LruCache<SessionId, Arc<Cached>>,
    bytes: usize,
}

impl Shard {
    fn remove(&mut self, id: &SessionId) {
        if let Some(old) = self.entries.pop(id) {
            self.bytes -= old.bytes();
        }
    }
}

/// The sessions remembered by this process.
#[derive(Debug)]
pub struct Cache {
    shards: Vec<Mutex<Shard>>,
    /// What one shard may take.
    shard_bytes: usize,
}

/// What had been published in a shard when a reader began.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

impl Default for Cache {
    fn default() -> Self {
        Self::new(BYTES)
    }
}

impl Cache {
    /// A cache that takes about `bytes` at most.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let shard = || Mutex::new(Shard { published: 0, entries: LruCache::unbounded(), bytes: 0 });
        Self { shards: (0..SHARDS).map(|_| shard()).collect(), shard_bytes: bytes / SHARDS }
    }

    fn shard(&self, id: &SessionId) -> MutexGuard<'_, Shard> {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % SHARDS as u64).unwrap_or(0);
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered of a session.
    #[must_use]
    pub fn get(&self, id: &SessionId) -> Option<Arc<Cached>> {
        self.shard(id).entries.get(id).cloned()
    }

    /// To be taken before the snapshot whose content [`Cache::insert`] is to remember.
    #[must_use]
    pub fn ticket(&self, id: &SessionId) -> Ticket {
        Ticket(self.shard(id).published)
    }

    /// Remembers a session, unless something was published since the ticket was taken.
    pub fn insert(&self, ticket: Ticket, cached: Arc<Cached>) -> bool {
        let id = cached.loaded.id.clone();
        let mut shard = self.shard(&id);
        if shard.published != ticket.0 {
            return false;
        }
        shard.remove(&id);
        shard.bytes += cached.bytes();
        shard.entries.put(id, cached);
        while shard.bytes > self.shard_bytes {
            let Some((_, old)) = shard.entries.pop_lru() else { break };
            shard.bytes -= old.bytes();
        }
        true
    }

    /// Forgets a session whose revision rose.
    pub fn publish(&self, id: &SessionId) {
        let mut shard = self.shard(id);
        shard.published += 1;
        shard.remove(id);
    }
}
