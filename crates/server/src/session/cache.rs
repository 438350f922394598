//! Sessions remembered between reads, so that a warm `GET /session` on SQLite runs no SQL.
//!
//! An old rendering is never revived: a reader takes its shard's publish counter before it takes its
//! snapshot, and what it brings is refused if anything was published there since. Publishing happens after
//! the commit and before the writer is answered, and removes the entry.

use super::mark::{Mark, Marker};
use super::{Loaded, Opened, rack::Rack, view};
use crate::app::Site;
use crate::error::Result;
use crate::http::answer;
use crate::id::SessionId;
use crate::vault::Vault;
use crate::world::World;
use bytes::Bytes;
use http::HeaderValue;
use lru::LruCache;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

const SHARDS: usize = 16;
/// What all entries together may take.
const BYTES: usize = 64 << 20;
/// Credentials of one session whose verification is remembered: that of its browser, and older copies of it.
const VERIFIED: usize = 4;

/// A session as it was loaded, what credentials opened of it, and the answer to one that opens everything once it
/// was rendered.
#[derive(Debug)]
pub struct Cached {
    /// The session.
    pub loaded: Loaded,
    whole: OnceLock<Whole>,
    verified: Mutex<Vec<(Mark, Opened)>>,
}

/// The answer to a credential that opens everything.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The body of `GET /session`.
    pub body: Bytes,
    /// Its `ETag`.
    pub tag: HeaderValue,
}

impl Cached {
    /// Nothing rendered or verified yet.
    #[must_use]
    pub fn new(loaded: Loaded) -> Self {
        Self { loaded, whole: OnceLock::new(), verified: Mutex::default() }
    }

    /// What `rack` opens, as [`Loaded::opened_by`] says; a credential that was verified before is not hashed again.
    #[must_use]
    pub fn opened_by(&self, rack: &Rack, vault: &Vault) -> Option<Opened> {
        if let Some(opened) = rack.mark().and_then(|mark| self.verified(mark)) {
            return Some(opened);
        }
        let opened = self.loaded.opened_by(rack, vault)?;
        if let Some(mark) = rack.mark() {
            let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
            if verified.len() == VERIFIED {
                verified.remove(0);
            }
            verified.push((*mark, opened));
        }
        Some(opened)
    }

    /// What the credential with this mark opened of exactly this session at exactly this revision when it was last
    /// verified; none if it was not.
    #[must_use]
    pub fn verified(&self, mark: &Mark) -> Option<Opened> {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.iter().find(|(known, _)| known.is(mark)).map(|(_, opened)| *opened)
    }

    /// The answer to a credential that opens everything, if it was rendered.
    #[must_use]
    pub fn whole(&self) -> Option<&Whole> {
        self.whole.get()
    }

    /// The same, rendered if need be; none when `opened` is not everything.
    ///
    /// # Errors
    /// Only if the session cannot be JSON.
    pub fn whole_for(&self, site: &Site, opened: Opened) -> Result<Option<&Whole>> {
        if !opened.is_all(&self.loaded) {
            return Ok(None);
        }
        if let Some(whole) = self.whole.get() {
            return Ok(Some(whole));
        }
        let body = answer::body(view::session(site, &self.loaded, opened))?;
        Ok(Some(self.whole.get_or_init(|| Whole { body, tag: view::tag(&self.loaded, opened) })))
    }

    /// About what it takes: the body of a session with one account has some 3 kB, and so has its `Loaded`.
    fn bytes(&self) -> usize {
        2048 + 8192 * self.loaded.sign_ins.len() + 2048 * self.loaded.attempts.len()
    }
}

#[derive(Debug)]
struct Shard {
    published: u64,
    hits: u64,
    misses: u64,
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
    marker: Marker,
}

/// What a cache holds and how often that was of use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Sessions in it.
    pub entries: usize,
    /// About what they take.
    pub bytes: usize,
    /// Times that a session was asked for with [`Cache::get`] and was in it.
    pub hits: u64,
    /// Times that it was not.
    pub misses: u64,
}

/// What had been published in a shard when a reader began.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

impl Cache {
    /// A cache of the usual size. It draws the key that credentials are marked with.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self::of_bytes(BYTES, world)
    }

    /// A cache that takes about `bytes` at most.
    #[must_use]
    pub fn of_bytes(bytes: usize, world: &World) -> Self {
        let empty = || Shard { published: 0, hits: 0, misses: 0, entries: LruCache::unbounded(), bytes: 0 };
        let shard = || Mutex::new(empty());
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            shard_bytes: bytes / SHARDS,
            marker: Marker::draw(world),
        }
    }

    /// The shard of a session: ids end in random letters.
    fn shard(&self, id: &str) -> MutexGuard<'_, Shard> {
        let tail = id.bytes().rev().take(2).fold(0, |tail, letter| tail * 31 + usize::from(letter));
        self.shards[tail % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mark by which a verification of this credential is remembered.
    #[must_use]
    pub fn mark(&self, credential: &str) -> Mark {
        self.marker.mark(credential)
    }

    /// What is remembered of the session with this id, for one who may not use it: counted by whoever does.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Cached>> {
        self.shard(id).entries.get(id).cloned()
    }

    /// What is remembered of the session with this id; it is counted whether there is anything.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Cached>> {
        let mut shard = self.shard(id);
        let found = shard.entries.get(id).cloned();
        *(if found.is_some() { &mut shard.hits } else { &mut shard.misses }) += 1;
        found
    }

    /// What it holds and how often that was of use.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            usage.entries += shard.entries.len();
            usage.bytes += shard.bytes;
            usage.hits += shard.hits;
            usage.misses += shard.misses;
        }
        usage
    }

    /// To be taken before the snapshot whose content [`Cache::insert`] is to remember.
    #[must_use]
    pub fn ticket(&self, id: &SessionId) -> Ticket {
        Ticket(self.shard(id.as_str()).published)
    }

    /// Remembers a session, unless something was published since the ticket was taken.
    pub fn insert(&self, ticket: Ticket, cached: Arc<Cached>) -> bool {
        let id = cached.loaded.id.clone();
        let mut shard = self.shard(id.as_str());
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

    /// Forgets a session that is remembered at a revision below this one: another node has changed it.
    pub fn publish_remote(&self, id: &SessionId, revision: i64) {
        // Nobody here has asked for it: that makes it no younger.
        let known = self.shard(id.as_str()).entries.peek(id).map(|cached| cached.loaded.revision);
        if known.is_some_and(|known| known < revision) {
            self.publish(id);
        }
    }

    /// Forgets every session in which somebody stands in the organization or workspace with this id: its gate rose.
    /// What is being read now is not remembered either, for it may be one of them.
    pub fn publish_gate(&self, place: &str) {
        let stands = |loaded: &Loaded| {
            loaded.sign_ins.iter().filter_map(|sign_in| sign_in.scope.as_ref()).any(|scope| {
                scope.organization.place == place
                    || scope.workspace.as_ref().is_some_and(|workspace| workspace.place == place)
            })
        };
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.published += 1;
            let there = shard.entries.iter().filter(|(_, cached)| stands(&cached.loaded));
            let there: Vec<SessionId> = there.map(|(id, _)| id.clone()).collect();
            there.iter().for_each(|id| shard.remove(id));
        }
    }

    /// Forgets a session whose revision rose.
    pub fn publish(&self, id: &SessionId) {
        let mut shard = self.shard(id.as_str());
        shard.published += 1;
        shard.remove(id);
    }
}
