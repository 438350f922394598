//! Connections: how many there may be, how long each may take for what it does, and how they end.

mod accept;
mod body;
mod lasting;
mod pace;
mod respond;
mod watch;

#[cfg(test)]
mod tests;

pub use accept::serve;
pub use body::TooSlow;
pub use lasting::Lasting;
pub use respond::{Answering, Respond};

use crate::world::Patience;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections that are kept even where the system allows more: each may hold a header of 96 KiB. Streams have room
/// of their own.
const MOST: u32 = 16_384;
/// Files that stay free for the database, the mail and the log.
const RESERVED: u32 = 256;

/// The room for connections, shared by everything that listens.
#[derive(Clone, Debug)]
pub struct Room(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    patience: Patience,
    places: Arc<Semaphore>,
    most: u32,
    /// Where answers stay that go on for as long as both sides want.
    streams: Arc<Semaphore>,
    most_streams: u32,
    /// How many of those may begin in sessions in which nobody is signed in.
    visitors: Arc<Semaphore>,
    /// Whether the log has it that there was no place left.
    told: AtomicBool,
    /// Whether the log has it that there was no place for a stream left.
    told_of_streams: AtomicBool,
    leaving: AtomicBool,
}

/// The place of one stream, taken for as long as this is held.
#[derive(Debug)]
pub struct Place {
    _stream: OwnedSemaphorePermit,
    _visitor: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Room for `most` connections and as many more on which an answer lasts as `most_streams` says.
    #[must_use]
    pub fn new(patience: Patience, most: u32, most_streams: u32) -> Self {
        let places = |most| Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS)));
        Self(Arc::new(Inner {
            patience,
            places: places(most),
            most,
            streams: places(most_streams),
            most_streams,
            visitors: places(most_streams.div_ceil(2)),
            told: AtomicBool::default(),
            told_of_streams: AtomicBool::default(),
            leaving: AtomicBool::default(),
        }))
    }

    /// As much room as this process may have files for, after asking the system for all that it gives. Streams get
    /// `max_streams` of them, and where files are few no more than half.
    #[must_use]
    pub fn of_this_process(patience: Patience, max_streams: u32) -> Self {
        let files = raise_files().unwrap_or(1024).saturating_sub(RESERVED);
        let streams = max_streams.min((files / 2).max(16));
        if streams < max_streams {
            tracing::info!(
                max_streams,
                streams,
                "this process may open too few files for max_streams (ulimit -n)"
            );
        }
        Self::new(patience, (files - streams).clamp(64, MOST), streams)
    }

    /// A place for a stream, as long as it is held; none when all are taken. A session in which nobody is signed in
    /// costs nothing to make: streams that begin in such ones get half of the places, and never all.
    #[must_use]
    pub fn stream_place(&self, is_signed_in: bool) -> Option<Place> {
        let take = |of: &Arc<Semaphore>| Arc::clone(of).try_acquire_owned().ok();
        let visitor = if is_signed_in { None } else { Some(take(&self.0.visitors)?) };
        let place = take(&self.0.streams).map(|stream| Place { _stream: stream, _visitor: visitor });
        let taken = place.is_none();
        if taken != self.0.told_of_streams.swap(taken, Ordering::Relaxed) && taken {
            tracing::warn!(most = self.0.most_streams, "every stream is taken; new ones are refused");
        }
        place
    }

    /// From now on whoever asks is told that this server is not ready, and to ask elsewhere next time.
    pub fn leave(&self) {
        self.0.leaving.store(true, Ordering::SeqCst);
    }

    /// Whether this server is about to stop.
    #[must_use]
    pub fn is_left(&self) -> bool {
        self.0.leaving.load(Ordering::SeqCst)
    }

    /// Waits until a connection may come. The semaphore is never closed, so there is a place in the end.
    async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        let places = &self.0.places;
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return Some(place);
        }
        if !self.0.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(most = self.0.most, "every connection is taken; new ones wait");
        }
        Arc::clone(places).acquire_owned().await.ok()
    }

    /// Waits until every connection has ended.
    async fn empty(&self) {
        drop(self.0.places.acquire_many(self.0.most).await);
        drop(self.0.streams.acquire_many(self.0.most_streams).await);
    }

    /// How long connections may take; where room is short, an idle one has no longer than one that speaks.
    fn patience(&self) -> Patience {
        let free = self.0.places.available_permits();
        if free.saturating_mul(4) >= usize::try_from(self.0.most).unwrap_or_default() {
            self.0.told.store(false, Ordering::Relaxed);
            return self.0.patience;
        }
        Patience { idle: self.0.patience.head.min(self.0.patience.idle), ..self.0.patience }
    }
}

/// Raises the number of files that this process may open to what the system allows; gives that.
#[cfg(unix)]
fn raise_files() -> Option<u32> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    // None is no limit.
    Some(current.map_or(u32::MAX, |files| u32::try_from(files).unwrap_or(u32::MAX)))
}

#[cfg(not(unix))]
fn raise_files() -> Option<u32> {
    None
}
