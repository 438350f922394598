//! A stream as it travels: events as text.

use super::feed::{Follower, News};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use keyrack_protocol::{Revocation, RevocationEvent};
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// How long a client waits before it comes back, in milliseconds.
const RETRY: &str = "retry: 500\n\n";
/// What shows that the stream lives: a comment.
const BEAT: &str = ":\n\n";
/// How often it does that when there is nothing to tell.
const EVERY: Duration = Duration::from_secs(2);
/// Revocations of one event, unless it is a snapshot.
const MOST: usize = 1_000;
/// A stream ends after this long, and whoever follows comes back: a key that was revoked meanwhile is refused then.
const LONGEST: Duration = Duration::from_secs(300);

/// One stream. `P` is what it holds for as long as it goes on: its place.
struct Stream<P> {
    follower: Follower,
    window_ms: i64,
    over: Pin<Box<Sleep>>,
    first: Option<Bytes>,
    _place: P,
}

/// The events of a stream that began with `first`.
pub fn of<P: Send + 'static>(follower: Follower, first: &News, window_ms: i64, place: P) -> Body {
    let first = Bytes::from(format!("{RETRY}{}", event(first, window_ms)));
    let stream =
        Stream { follower, window_ms, over: Box::pin(sleep(LONGEST)), first: Some(first), _place: place };
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
        if self.over.is_elapsed() || self.follower.is_closed() {
            return None;
        }
        let news = match self.follower.next(MOST) {
            Some(news) => Some(news),
            None => {
                let lasts = tokio::select! {
                    lasts = self.follower.changed() => lasts,
                    () = sleep(EVERY) => true,
                    () = &mut self.over => false,
                };
                if !lasts {
                    return None;
                }
                self.follower.next(MOST)
            }
        };
        Some(
            news.map_or_else(
                || Bytes::from_static(BEAT.as_bytes()),
                |news| event(&news, self.window_ms).into(),
            ),
        )
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
