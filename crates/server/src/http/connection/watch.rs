//! A stream whose bytes are noticed.

use super::pace::Pace;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Tells the pace what the stream does.
#[derive(Debug)]
pub struct Watched<Io> {
    io: Io,
    pace: Arc<Pace>,
}

impl<Io: Unpin> Watched<Io> {
    /// Watches a stream.
    pub fn new(io: Io, pace: Arc<Pace>) -> Self {
        Self { io, pace }
    }

    /// The stream, unwatched.
    pub fn into_inner(self) -> Io {
        self.io
    }

    fn io(&mut self) -> Pin<&mut Io> {
        Pin::new(&mut self.io)
    }

    fn noticed<T>(&self, written: Poll<T>) -> Poll<T> {
        if written.is_pending() {
            self.pace.stalls();
        }
        written
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Watched<Io> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = into.filled().len();
        let read = self.io().poll_read(cx, into);
        if into.filled().len() > before {
            self.pace.received();
        }
        read
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Watched<Io> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = self.io().poll_write(cx, bytes);
        self.noticed(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = self.io().poll_write_vectored(cx, slices);
        self.noticed(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        // Hyper flushes when it has written all that it has: a little taken now and then is no flow.
        let flushed = self.io().poll_flush(cx);
        if flushed.is_ready() {
            self.pace.flows();
        }
        self.noticed(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let ended = self.io().poll_shutdown(cx);
        self.noticed(ended)
    }
}
