//! What every answer goes through, whatever it is: an id, a log line, a count, the headers that browsers should see.

use super::Head;
use super::answer::Cause;
use super::connection::{Answering, Respond};
use super::dress::{dress, secure_transport};
use super::known::{Known, NoShortcut, Shortcut};
use crate::error::Error;
use crate::id::RequestId;
use crate::log::{self, Repeated};
use crate::metrics::Metrics;
use crate::trace;
use crate::world::{Stopwatch, World};
use axum::Router;
use axum::body::HttpBody;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use keyrack_protocol::Code;
use std::any::Any;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// The largest body that is read.
pub const BODY_LIMIT: usize = 64 << 10;
/// The largest body that is read where a file may be in it.
pub const FILE_LIMIT: usize = 1 << 20;

/// Characters of a path that are logged: a stranger may send one of many kilobytes.
const LOGGED_PATH: usize = 200;

/// A router, a shortcut past it, and around both what every answer goes through.
pub struct Layered<S = NoShortcut>(Arc<Inner<S>>);

impl<S> Clone for Layered<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<S> {
    router: Router,
    shortcut: S,
    around: Around,
    /// What cannot be answered for now.
    unavailable: Repeated,
}

/// What the layers have to know.
#[derive(Clone, Debug)]
pub struct Around {
    /// Time and ids.
    pub world: Arc<World>,
    /// Where requests are counted, and by which names they are traced; nowhere if there is none.
    pub metrics: Option<Arc<Metrics>>,
    /// Who may say which trace a request is a part of.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Whether every deployment of this server is reached by https only.
    pub https: bool,
}

/// Puts the layers around a router; what it answers is neither counted nor traced.
#[must_use]
pub fn around(router: Router, world: &Arc<World>, https: bool) -> Layered {
    let (world, trusted_proxies) = (Arc::clone(world), Vec::new());
    around_both(router, NoShortcut, Around { world, metrics: None, trusted_proxies, https })
}

/// Puts the layers around a router and a shortcut past it.
#[must_use]
pub fn around_both<S: Shortcut>(router: Router, shortcut: S, around: Around) -> Layered<S> {
    let router = router.layer(DefaultBodyLimit::max(BODY_LIMIT)).layer(CatchPanicLayer::custom(panicked));
    Layered(Arc::new(Inner { router, shortcut, around, unavailable: Repeated::default() }))
}

impl<S: Shortcut> Respond for Layered<S> {
    fn at_once(&self, head: &Head<'_>) -> Option<Response> {
        if !self.0.is_at_once(head) {
            return None;
        }
        let watch = Stopwatch::start();
        match self.0.known(head)? {
            Known::Now(answer) => {
                let answer = self.0.finish_shortcut(head, answer, &watch);
                self.0.trace_later(head, &answer, &watch);
                Some(answer)
            }
            Known::Soon(_) => None,
        }
    }

    fn respond<Peer: Clone + Send + Sync + 'static>(
        &self,
        request: Request,
        peer: &ConnectInfo<Peer>,
    ) -> Answering {
        let (inner, peer) = (Arc::clone(&self.0), peer.clone());
        Box::pin(async move {
            match inner.begin_trace(&request, &peer) {
                None => inner.respond(request, peer).await,
                Some(traced) => {
                    let answer = traced.around(inner.respond(request, peer)).await;
                    traced.end(&answer);
                    answer
                }
            }
        })
    }
}

/// A panic is a bug; it costs its own request an answer, and nobody else's.
fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text =
        cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    Error::internal("answer a request", format!("panic: {}", log::without_values(text.unwrap_or("no text"))))
        .into_response()
}

impl<S: Shortcut> Inner<S> {
    /// Whether the shortcut is asked at once. Otherwise it is later, when it may be waited for, and when the peer is
    /// known, who alone tells whether the request is a part of another trace. Never twice: each time is work.
    fn is_at_once(&self, head: &Head<'_>) -> bool {
        self.shortcut.is_immediate() && !(trace::is_on() && head.headers.contains_key(trace::PARENT))
    }

    /// What the shortcut knows of a request that came this far, if it was not asked before.
    fn known_later(&self, request: &Request) -> Option<Known> {
        let head = Head::of(request);
        if !request.body().is_end_stream() || self.is_at_once(&head) {
            return None;
        }
        self.known(&head)
    }

    /// What the shortcut knows. A panic in it costs nobody an answer: the router is asked.
    fn known(&self, head: &Head<'_>) -> Option<Known> {
        catch_unwind(AssertUnwindSafe(|| self.shortcut.known(head))).ok().flatten()
    }

    /// Dresses and logs an answer that came past the router.
    fn finish_shortcut(&self, head: &Head<'_>, mut answer: Response, watch: &Stopwatch) -> Response {
        let id = RequestId::draw(&self.around.world);
        self.dress(answer.headers_mut(), &id);
        // Most have nothing to tell: for them there is no span.
        if tracing::enabled!(tracing::Level::DEBUG) || answer.extensions().get::<Cause>().is_some() {
            let _span = tracing::info_span!("request", id = id.as_str()).entered();
            self.tell(&answer, head.method, &shown_path(head.uri), watch.elapsed());
        }
        self.count(head.method, head.uri.path(), &answer, watch);
        answer
    }

    async fn respond<Peer: Clone + Send + Sync + 'static>(
        &self,
        mut request: Request,
        peer: ConnectInfo<Peer>,
    ) -> Response {
        let watch = Stopwatch::start();
        let known = match self.known_later(&request) {
            Some(Known::Now(answer)) => Some(answer),
            Some(Known::Soon(answer)) => answer.await,
            None => None,
        };
        if let Some(answer) = known {
            return self.finish_shortcut(&Head::of(&request), answer, &watch);
        }
        request.extensions_mut().insert(peer);
        self.observe(request, &watch).await
    }

    async fn observe(&self, request: Request, watch: &Stopwatch) -> Response {
        let id = RequestId::draw(&self.around.world);
        let (path, method) = (shown_path(request.uri()), request.method().clone());
        let span = tracing::info_span!("request", id = id.as_str());
        let mut response = match is_framed_plainly(request.headers()) {
            true => {
                TowerToHyperService::new(self.router.clone()).call(request).instrument(span.clone()).await
            }
            false => Ok(unframed()),
        }
        .unwrap_or_else(|never| match never {});
        self.dress(response.headers_mut(), &id);
        let _entered = span.enter();
        self.tell(&response, &method, &path, watch.elapsed());
        self.count(&method, &path, &response, watch);
        response
    }

    /// Tells the log of an answer; of those that something keeps from being given, the first and some of the others.
    fn tell(&self, response: &Response, method: &Method, path: &str, took: Duration) {
        let (status, ms) = (response.status().as_u16(), took.as_millis());
        // Where a path holds names, what was asked for is told without them.
        let path = response.extensions().get::<MatchedPath>().map_or(path, MatchedPath::as_str);
        let Some(Cause(cause)) = response.extensions().get::<Cause>() else {
            return tracing::debug!(%method, path, status, ms, "request");
        };
        let said = if status == Code::Unavailable.status() { self.unavailable.say() } else { Some(0) };
        match said {
            Some(0) => tracing::error!(%method, path, status, ms, cause, "request failed"),
            Some(others) => tracing::error!(%method, path, status, ms, cause, others, "requests fail"),
            None => tracing::debug!(%method, path, status, ms, cause, "request failed"),
        }
    }

    fn count(&self, method: &Method, path: &str, answer: &Response, watch: &Stopwatch) {
        if let Some(metrics) = &self.around.metrics {
            metrics.requests.note(method, path, answer.status().as_u16(), watch.elapsed());
        }
    }

    /// Begins the trace of a request, if requests are traced.
    fn begin_trace<Peer: 'static>(
        &self,
        request: &Request,
        peer: &ConnectInfo<Peer>,
    ) -> Option<trace::Request> {
        if !trace::is_on() {
            return None;
        }
        let address = (&peer.0 as &dyn Any).downcast_ref::<SocketAddr>().map(|peer| peer.ip().to_canonical());
        let trusted = |address| self.around.trusted_proxies.iter().any(|proxy| proxy.contains(&address));
        let headers = address.is_some_and(trusted).then(|| request.headers());
        trace::Request::begin(self.asked(request.method(), request.uri().path())?, headers, None)
    }

    /// Traces a request that has been answered at once.
    fn trace_later(&self, head: &Head<'_>, answer: &Response, watch: &Stopwatch) {
        if trace::is_on()
            && let Some(asked) = self.asked(head.method, head.uri.path())
            && let Some(traced) = trace::Request::begin(asked, None, Some(watch))
        {
            traced.end(answer);
        }
    }

    fn asked<'a>(&self, method: &'a Method, path: &str) -> Option<trace::Asked<'a>> {
        let (operation, route) = self.around.metrics.as_ref()?.requests.operation(method, path);
        Some(trace::Asked { method, operation, route })
    }

    fn dress(&self, headers: &mut HeaderMap, id: &RequestId) {
        dress(headers, id);
        if self.around.https {
            secure_transport(headers);
        }
    }
}

/// The path only: a query may carry the credential of an older client. Nor what looks like an address.
fn shown_path(uri: &Uri) -> String {
    let path: String = uri.path().chars().take(LOGGED_PATH).collect();
    let is_address = |part: &str| part.contains('@') || part.contains("%40");
    if !is_address(&path) {
        return path;
    }
    path.split('/').map(|part| if is_address(part) { "…" } else { part }).collect::<Vec<_>>().join("/")
}

/// Whether everybody on the way sees the body end at the same place: a proxy may read a list of transfer codings
/// otherwise than hyper does, and take a part of the body for another request.
fn is_framed_plainly(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    codings.next().is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
        && codings.next().is_none()
}

fn unframed() -> Response {
    let mut response = Error::from(Code::BadRequestBody).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
#[path = "layers_tests.rs"]
mod tests;
