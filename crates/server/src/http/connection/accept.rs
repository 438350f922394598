//! From a listener to answered requests. `axum::serve` does the same and waits for ever.

use super::Room;
use super::body::{Arriving, Leaving};
use super::pace::Pace;
use super::watch::Watched;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use http::HeaderValue;
use http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// What is kept of a request before its head is complete: a query of 64 KiB, and headers.
const HEAD_LIMIT: usize = 96 << 10;

/// Answers whoever connects to `listener`, until `stopped` says so and every connection has ended. A handler
/// finds the peer in `ConnectInfo<L::Addr>`.
pub async fn serve<L>(mut listener: L, router: Router, room: Room, stopped: watch::Receiver<bool>)
where
    L: Listener,
    L::Addr: Clone + Send + Sync + 'static,
{
    let mut stop = pin!(said(stopped.clone()));
    loop {
        let next = async { (room.enter().await, listener.accept().await) };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let pace = Arc::new(Pace::new(room.clone()));
        let router = TowerToHyperService::new(router.clone());
        let answers = Answers { router, peer: ConnectInfo(peer), pace };
        let stop = said(stopped.clone());
        tokio::spawn(async move {
            connection(stream, answers, stop).await;
            drop(place);
        });
    }
    drop(listener);
    room.empty().await;
}

/// Waits until it is said to stop, or nobody is left to say it.
async fn said(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Answers what one connection asks, until it ends, takes too long, or has answered the last after `stop`.
async fn connection<Io, Peer>(stream: Io, answers: Answers<Peer>, stop: impl Future<Output = ()>)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Peer: Clone + Send + Sync + 'static,
{
    let pace = Arc::clone(&answers.pace);
    let stream = TokioIo::new(Watched::new(stream, Arc::clone(&pace)));
    let serving = http1::Builder::new()
        // The pace knows an idle connection from a slow one.
        .header_read_timeout(None)
        .max_buf_size(HEAD_LIMIT)
        .max_header_size(HEAD_LIMIT)
        .serve_connection(stream, answers);
    let (mut serving, mut stop) = (pin!(serving), pin!(stop));
    let (mut stopping, mut turn, mut deadline) = (false, None, pin!(None::<Sleep>));
    poll_fn(|cx| {
        if !stopping && stop.as_mut().poll(cx).is_ready() {
            stopping = true;
            serving.as_mut().graceful_shutdown();
        }
        // How a connection ends, cut off or in order, makes no difference to anybody here.
        if serving.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        if turn.replace(pace.turn()) != Some(pace.turn()) {
            deadline.set(pace.allowed().map(sleep));
        }
        deadline.as_mut().as_pin_mut().map_or(Poll::Pending, |deadline| deadline.poll(cx))
    })
    .await;
}

/// The router as one connection asks it: it knows the peer, and its bodies are watched.
struct Answers<Peer> {
    router: TowerToHyperService<Router>,
    peer: ConnectInfo<Peer>,
    pace: Arc<Pace>,
}

impl<Peer: Clone + Send + Sync + 'static> Service<http::Request<Incoming>> for Answers<Peer> {
    type Response = http::Response<Leaving>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: http::Request<Incoming>) -> Self::Future {
        self.pace.begun(!request.body().is_end_stream());
        let pace = Arc::clone(&self.pace);
        let mut request = request.map(|body| Body::new(Arriving::new(body, Arc::clone(&pace))));
        request.extensions_mut().insert(self.peer.clone());
        let answer = self.router.call(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            if pace.is_unread() {
                // Hyper will not read the rest only to throw it away: the client must know that its next
                // request needs another connection.
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(answer.map(|body| Leaving::new(body, pace)))
        })
    }
}
