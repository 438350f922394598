//! From a listener to answered requests. `axum::serve` does the same and waits for ever.

use super::body::{Arriving, Leaving};
use super::lasting::{Lasting, Lasts};
use super::pace::Pace;
use super::respond::Answering;
use super::watch::Watched;
use super::{Respond, Room};
use crate::http::Head;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::serve::Listener;
use http::HeaderValue;
use http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Sleep, sleep, timeout};

/// What is kept of a request before its head is complete: a query of 64 KiB, and headers.
const HEAD_LIMIT: usize = 96 << 10;

/// Connections that may wait for the listener when it is told to stop: the system keeps no more.
const BACKLOG: usize = 1024;
/// When nobody has come for so long, nobody waits.
const NOBODY: Duration = Duration::from_millis(5);

/// Answers whoever connects to `listener`, until `stopped` says so and every connection has ended. A handler
/// finds the peer in `ConnectInfo<L::Addr>`.
pub async fn serve<L, S>(mut listener: L, service: S, room: Room, stopped: watch::Receiver<bool>)
where
    L: Listener,
    L::Addr: Clone + Send + Sync + 'static,
    S: Respond,
{
    let admit = |(place, (stream, peer))| {
        let pace = Arc::new(Pace::new(room.clone()));
        let answers = Answers { service: service.clone(), peer: ConnectInfo(peer), pace };
        let (stop, patience) = (said(stopped.clone()), room.patience().answer);
        tokio::spawn(async move {
            let lasts = connection(stream, answers, stop).await;
            drop(place);
            if let Some((stream, answer)) = lasts {
                // By a task of its own: this one is as large as everything that it ever held.
                tokio::spawn(Lasts::new(stream, answer, patience));
            }
        });
    };
    let mut stop = pin!(said(stopped.clone()));
    loop {
        tokio::select! {
            next = next(&room, &mut listener) => admit(next),
            () = &mut stop => break,
        }
    }
    // Whoever the system has connected already would be hung up on together with the listener.
    for _ in 0..BACKLOG {
        let Ok(next) = timeout(NOBODY, next(&room, &mut listener)).await else { break };
        admit(next);
    }
    drop(listener);
    room.empty().await;
}

/// The next that connects, once there is a place for it.
async fn next<L: Listener>(
    room: &Room,
    listener: &mut L,
) -> (Option<OwnedSemaphorePermit>, (L::Io, L::Addr)) {
    (room.enter().await, listener.accept().await)
}

/// Waits until it is said to stop, or nobody is left to say it.
async fn said(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Answers what one connection asks, until it ends, takes too long, or has answered the last after `stop`. On one that
/// is idle then, a request may be on its way: it has a moment to arrive. Gives the connection back with an answer that
/// lasts, of which nothing has been written.
async fn connection<Io, S, Peer>(
    stream: Io,
    answers: Answers<S, Peer>,
    stop: impl Future<Output = ()>,
) -> Option<(Io, Response)>
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Respond,
    Peer: Clone + Send + Sync + 'static,
{
    let pace = Arc::clone(&answers.pace);
    let stream = TokioIo::new(Watched::new(stream, Arc::clone(&pace)));
    let mut serving = http1::Builder::new()
        // The pace knows an idle connection from a slow one.
        .header_read_timeout(None)
        .max_buf_size(HEAD_LIMIT)
        .max_header_size(HEAD_LIMIT)
        .serve_connection(stream, answers);
    let mut farewell = pin!(async {
        stop.await;
        pace.leave();
        sleep(pace.patience().farewell).await;
    });
    let (mut over, mut turn, mut deadline) = (false, None, pin!(None::<Sleep>));
    poll_fn(|cx| {
        if !over && farewell.as_mut().poll(cx).is_ready() {
            over = true;
            Pin::new(&mut serving).graceful_shutdown();
        }
        // How a connection ends, cut off or in order, makes no difference to anybody here.
        if Pin::new(&mut serving).poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        if let Some(answer) = pace.take_lasting() {
            return Poll::Ready(Some(answer));
        }
        if turn.replace(pace.turn()) != Some(pace.turn()) {
            deadline.set(pace.allowed().map(sleep));
        }
        deadline.as_mut().as_pin_mut().map_or(Poll::Pending, |deadline| deadline.poll(cx).map(|()| None))
    })
    .await
    .map(|answer| (serving.into_parts().io.into_inner().into_inner(), answer))
}

/// What answers as one connection asks it: it knows the peer, and its bodies are watched.
struct Answers<S, Peer> {
    service: S,
    peer: ConnectInfo<Peer>,
    pace: Arc<Pace>,
}

impl<S: Respond, Peer: Clone + Send + Sync + 'static> Service<http::Request<Incoming>> for Answers<S, Peer> {
    type Response = http::Response<Leaving>;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, request: http::Request<Incoming>) -> Answer {
        let has_body = !request.body().is_end_stream();
        self.pace.begun(has_body);
        let pace = Arc::clone(&self.pace);
        if has_body {
            let request = request.map(|body| Body::new(Arriving::new(body, Arc::clone(&pace))));
            return Answer::Later(self.service.respond(request, &self.peer), pace);
        }
        match self.service.at_once(&Head::of(&request)) {
            Some(answer) => Answer::Now(Some(answer), pace),
            None => {
                let request = request.map(|_| Body::empty());
                Answer::Later(self.service.respond(request, &self.peer), pace)
            }
        }
    }
}

/// An answer that is there, or is waited for.
enum Answer {
    Now(Option<Response>, Arc<Pace>),
    Later(Answering, Arc<Pace>),
}

impl Future for Answer {
    type Output = Result<http::Response<Leaving>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (answer, pace) = match self.get_mut() {
            // Nobody asks a future again that has answered; if somebody does, there is nothing to wait for.
            Self::Now(answer, pace) => (answer.take().unwrap_or_default(), pace),
            Self::Later(answering, pace) => match answering.as_mut().poll(cx) {
                Poll::Ready(answer) => (answer, pace),
                Poll::Pending => return Poll::Pending,
            },
        };
        if Lasting::is(&answer) {
            // Whoever drives the connection finds it there, and asks this no more.
            pace.lasts(answer);
            return Poll::Pending;
        }
        let mut answer = answer;
        if pace.is_last() {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Poll::Ready(Ok(answer.map(|body| Leaving::new(body, Arc::clone(pace)))))
    }
}
