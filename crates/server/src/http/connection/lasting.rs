//! Answers that go on for as long as both sides want. The server's HTTP keeps 16 kB of buffers for a connection, and
//! the place of one that asks; such an answer is taken from it and written here, by a task that holds the
//! connection, what its body holds, and nothing else.

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::{Buf, Bytes};
use http::HeaderValue;
use http::header::CONNECTION;
use http::response::Parts;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Marks an answer that goes on for as long as both sides want.
#[derive(Clone, Copy, Debug)]
pub struct Lasting;

impl Lasting {
    /// Whether an answer is one. Of a question for its head only there is nothing that could last.
    pub(super) fn is(answer: &Response) -> bool {
        answer.extensions().get::<Self>().is_some() && !answer.body().is_end_stream()
    }
}

/// Bytes that a client may send while it is answered: they are not read as anything.
const HEARD: usize = 4096;

/// Writes the answer, then what its body says as it says it; ends with the body, when the client hangs up, or when the
/// network takes nothing for as long as `patience` says. Without a length, the end of the connection is the answer's.
pub struct Lasts<Io> {
    io: Io,
    body: Body,
    out: Bytes,
    /// Set while the network takes no more.
    deadline: Option<Pin<Box<Sleep>>>,
    patience: Duration,
    heard: usize,
    ended: bool,
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Lasts<Io> {
    /// Nothing of the answer has been written yet.
    pub fn new(io: Io, answer: Response, patience: Duration) -> Self {
        let (head, body) = answer.into_parts();
        Self { io, body, out: write(head), deadline: None, patience, heard: 0, ended: false }
    }

    /// Whether the client has hung up, or says more than it should.
    fn is_left(&mut self, cx: &mut Context<'_>) -> bool {
        let mut bytes = [0; 64];
        while self.heard <= HEARD {
            let mut into = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.io).poll_read(cx, &mut into) {
                Poll::Pending => return false,
                Poll::Ready(Ok(())) if !into.filled().is_empty() => self.heard += into.filled().len(),
                Poll::Ready(_) => return true,
            }
        }
        true
    }

    /// Writes what there is; ready when the network has taken all of it, with an error when it never will.
    fn write_out(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        while !self.out.is_empty() {
            match ready!(Pin::new(&mut self.io).poll_write(cx, &self.out)) {
                Ok(written @ 1..) => self.out.advance(written),
                _ => return Poll::Ready(Err(())),
            }
        }
        Pin::new(&mut self.io).poll_flush(cx).map_err(drop)
    }

    /// Whether what was written has waited for too long.
    fn waits_too_long(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let patience = self.patience;
        self.deadline.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx)
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Future for Lasts<Io> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.is_left(cx) {
            return Poll::Ready(());
        }
        loop {
            match this.write_out(cx) {
                Poll::Pending => return this.waits_too_long(cx),
                Poll::Ready(Err(())) => return Poll::Ready(()),
                Poll::Ready(Ok(())) => this.deadline = None,
            }
            if this.ended {
                return Pin::new(&mut this.io).poll_shutdown(cx).map(drop);
            }
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => this.out = frame.into_data().unwrap_or_default(),
                _ => this.ended = true,
            }
        }
    }
}

/// The head of an answer, as it travels.
fn write(mut head: Parts) -> Bytes {
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let reason = head.status.canonical_reason().unwrap_or_default();
    let mut text = format!("HTTP/1.1 {} {reason}\r\n", head.status.as_u16()).into_bytes();
    for (name, value) in &head.headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            text.extend_from_slice(part);
        }
    }
    text.extend_from_slice(b"\r\n");
    text.into()
}
