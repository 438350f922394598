//! Bodies: one that must arrive in time, and one whose end is noticed.

use super::pace::Pace;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::Sleep;

/// A body did not arrive in time.
#[derive(Clone, Copy, Debug)]
pub struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the body did not arrive in time")
    }
}

impl std::error::Error for TooSlow {}

impl TooSlow {
    /// Whether it is what an error comes from.
    #[must_use]
    pub fn is_cause_of(error: &(dyn std::error::Error + 'static)) -> bool {
        error.is::<Self>() || error.source().is_some_and(Self::is_cause_of)
    }
}

/// A request's body, which has a certain time to arrive as a whole: a byte now and then is not enough.
pub struct Arriving {
    body: Incoming,
    pace: Arc<Pace>,
    /// Set when somebody waits for the body; most arrive with the head.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    /// A body whose time begins when it is asked for.
    pub fn new(body: Incoming, pace: Arc<Pace>) -> Self {
        Self { body, pace, deadline: None }
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if frame.is_none() || this.body.is_end_stream() {
                this.pace.read();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let deadline =
            this.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(this.pace.patience().body)));
        deadline.as_mut().poll(cx).map(|()| Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body; it tells the pace when it is gone.
pub struct Leaving {
    body: Body,
    pace: Arc<Pace>,
}

impl Leaving {
    /// A body on its way.
    pub fn new(body: Body, pace: Arc<Pace>) -> Self {
        Self { body, pace }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.pace.answered();
    }
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
