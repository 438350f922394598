//! What every answer goes through, whatever it is: an id, a log line, the headers that browsers should see.

use super::answer::Cause;
use crate::error::Error;
use crate::id::RequestId;
use crate::world::World;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::any::Any;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// The largest body that is read.
pub const BODY_LIMIT: usize = 64 << 10;

/// Characters of a path that are logged: a stranger may send one of many kilobytes.
const LOGGED_PATH: usize = 200;

/// Puts the layers around a router.
pub fn around(router: Router, world: &Arc<World>) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(world), observe))
}

/// A panic is a bug; it costs its own request an answer, and nobody else's.
fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text =
        cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    Error::internal("answer a request", format!("panic: {}", text.unwrap_or("no text"))).into_response()
}

async fn observe(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let id = RequestId::draw(&world);
    let began = world.clock.now_ms();
    // The path only: a query may carry the credential of an older client.
    let path: String = request.uri().path().chars().take(LOGGED_PATH).collect();
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = id.as_str());
    let mut response = next.run(request).instrument(span.clone()).await;
    dress(response.headers_mut(), &id);
    let _entered = span.enter();
    let (status, ms) = (response.status().as_u16(), world.clock.now_ms() - began);
    match response.extensions().get::<Cause>() {
        Some(Cause(cause)) => tracing::error!(%method, path, status, ms, cause, "request failed"),
        None => tracing::debug!(%method, path, status, ms, "request"),
    }
    response
}

/// Headers that a feature may have set otherwise, and those that it may not.
fn dress(headers: &mut HeaderMap, id: &RequestId) {
    const DEFAULTS: [(HeaderName, &str); 3] = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert("x-request-id", id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    async fn ask(router: &Router, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert!(response.headers().contains_key("x-request-id"));
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), BODY_LIMIT).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn a_panic_costs_its_own_request_an_answer_and_says_nothing_of_its_cause() {
        async fn breaks() -> Response {
            panic!("the cause")
        }
        let routes = Router::new().route("/breaks", get(breaks)).route("/works", get(|| async { "fine" }));
        let router = around(routes, &Arc::new(World::for_tests(1)));
        let (status, body) = ask(&router, "/breaks").await;
        assert_eq!(status, 500);
        assert!(body.contains("\"code\":\"internal\"") && !body.contains("the cause"), "{body}");
        assert_eq!(ask(&router, "/works").await, (200, "fine".to_owned()));
    }
}
