//! A stream as it travels: events as text.

use super::feed::{Follower, News};
use super::window_ms;
use crate::caller::Backend;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use keyrack_protocol::{Revocation, RevocationEvent};
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep, timeout};

/// How long a client waits before it comes back, in milliseconds.
const RETRY: &str = "retry: 500\n\n";
/// What shows that the stream lives: a comment.
const BEAT: &str = ":\n\n";
/// How often it does that.
const EVERY: Duration = Duration::from_secs(2);
/// How long it may be late by a look at the key.
const OWED: Duration = Duration::from_secs(1);
/// Revocations of one event, unless it is a snapshot.
const MOST: usize = 1_000;
/// A stream ends after this long, and whoever follows comes back: nothing goes on for ever.
const LONGEST: Duration = Duration::from_secs(300);

/// One stream. `P` is what it holds for as long as it goes on: its place.
struct Stream<P> {
    follower: Follower,
    backend: Backend,
    beat: Interval,
    over: Pin<Box<Sleep>>,
    first: Option<Bytes>,
    _place: P,
}

/// The events of a stream of this backend's that began with `first`.
pub fn of<P: Send + 'static>(follower: Follower, first: &News, backend: Backend, place: P) -> Body {
    let first = Bytes::from(format!("{RETRY}{}", event(first, window_ms(&backend.site))));
    let mut beat = interval(EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    let over = Box::pin(sleep(LONGEST));
    let stream = Stream { follower, backend, beat, over, first: Some(first), _place: place };
    Body::from_stream(stream::unfold(stream, |mut stream| async {
        let text = stream.next().await?;
        Some((Ok::<_, Infallible>(text), stream))
    }))
}

impl<P> Stream<P> {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            if self.over.is_elapsed() || self.follower.is_closed() {
                return None;
            }
            // However much there is to tell, a key that is over is found at the next beat.
            if self.beat.tick().now_or_never().is_some() {
                return self.beats().await;
            }
            if let Some(news) = self.follower.next(MOST) {
                return Some(event(&news, window_ms(&self.backend.site)).into());
            }
            tokio::select! {
                lasts = self.follower.changed() => if !lasts { return None },
                _ = self.beat.tick() => return self.beats().await,
                () = &mut self.over => return None,
            }
        }
    }

    /// Shows that it lives, for as long as the key that it was opened with is good. Whoever follows does not wait for an answer
    /// that a database owes: the key is looked at again at the next beat.
    async fn beats(&mut self) -> Option<Bytes> {
        let is_good = timeout(OWED, self.backend.is_good()).await.unwrap_or(true);
        is_good.then(|| Bytes::from_static(BEAT.as_bytes()))
    }
}

fn event(news: &News, window_ms: i64) -> String {
    let revocations = news
        .told
        .iter()
        .map(|told| Revocation { signin_id: told.sign_in.to_string(), not_before_rev: told.not_before_rev });
    let event = RevocationEvent { window_ms, revocations: revocations.collect() };
    // Texts and numbers are always JSON; whoever follows is told nothing rather than a connection lost.
    let data = serde_json::to_string(&event).unwrap_or_default();
    let name = if news.whole { "snapshot" } else { "revoked" };
    format!("event: {name}\nid: {}\ndata: {data}\n\n", news.id)
}
