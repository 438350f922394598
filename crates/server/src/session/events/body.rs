//! A stream as it travels: events as text.

use super::hub::Follower;
use super::slot::Say;
use bytes::Bytes;
use http_body::{Body, Frame};
use keyrack_protocol::{ChangeReason, NotificationEvent, SessionEvent};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How long a client waits before it comes back, in milliseconds.
const RETRY: &str = "retry: 1000\n\n";
/// What shows that the stream lives: a comment.
const BEAT: &str = ":\n\n";

/// The events of one stream. `P` is what it holds for as long as it goes on: its place.
#[derive(Debug)]
pub struct Events<P> {
    follower: Follower,
    begun: bool,
    ended: bool,
    _place: P,
}

impl<P> Events<P> {
    /// The events of a stream that has begun.
    pub fn new(follower: Follower, place: P) -> Self {
        Self { follower, begun: false, ended: false, _place: place }
    }

    fn event(&self, name: &str, revision: i64, reason: ChangeReason) -> String {
        let session_id = self.follower.session().to_string();
        let event = SessionEvent { session_id, revision, reason };
        // Texts and a number are always JSON; nobody is told rather than a connection lost.
        let data = serde_json::to_string(&event).unwrap_or_default();
        format!("id: {revision}\nevent: {name}\ndata: {data}\n\n")
    }
}

impl<P> Events<P> {
    /// Without an id: a client that comes back says which revision it has.
    fn inbox(&self) -> String {
        let event = NotificationEvent { session_id: self.follower.session().to_string() };
        let data = serde_json::to_string(&event).unwrap_or_default();
        format!("event: notification\ndata: {data}\n\n")
    }
}

impl<P: Unpin> Body for Events<P> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let text = match ready!(self.follower.slot().poll(cx)) {
            Say::Now(revision, reason) => self.event("session", revision, reason),
            Say::Ended(revision, reason) => {
                self.ended = true;
                self.event("end", revision, reason)
            }
            Say::Inbox => self.inbox(),
            Say::Beat => BEAT.to_owned(),
            Say::Closed => return Poll::Ready(None),
        };
        let first = !std::mem::replace(&mut self.begun, true);
        let text = if first { format!("{RETRY}{text}") } else { text };
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(text)))))
    }
}
