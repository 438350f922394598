//! What every answer goes through, whatever it is: an id, a log line, the headers that browsers should see.

use super::answer::Cause;
use crate::error::Error;
use crate::id::RequestId;
use crate::log;
use crate::world::World;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use keyrack_protocol::Code;
use std::any::Any;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// The largest body that is read.
pub const BODY_LIMIT: usize = 64 << 10;

/// What a page may do that an answer was mistaken for: nothing.
const NO_CONTENT: &str = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; \
                          frame-ancestors 'none'";

/// Characters of a path that are logged: a stranger may send one of many kilobytes.
const LOGGED_PATH: usize = 200;

/// Puts the layers around a router. `https`: whether every deployment of this server is reached by https only.
pub fn around(router: Router, world: &Arc<World>, https: bool) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state((Arc::clone(world), https), observe))
}

/// A panic is a bug; it costs its own request an answer, and nobody else's.
fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text =
        cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    Error::internal("answer a request", format!("panic: {}", log::without_values(text.unwrap_or("no text"))))
        .into_response()
}

async fn observe(State((world, https)): State<(Arc<World>, bool)>, request: Request, next: Next) -> Response {
    let id = RequestId::draw(&world);
    let began = world.clock.now_ms();
    // The path only: a query may carry the credential of an older client.
    let path: String = request.uri().path().chars().take(LOGGED_PATH).collect();
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = id.as_str());
    let mut response = match is_framed_plainly(request.headers()) {
        true => next.run(request).instrument(span.clone()).await,
        false => unframed(),
    };
    dress(response.headers_mut(), &id);
    if https {
        secure_transport(response.headers_mut());
    }
    let _entered = span.enter();
    let (status, ms) = (response.status().as_u16(), world.clock.now_ms() - began);
    match response.extensions().get::<Cause>() {
        Some(Cause(cause)) => tracing::error!(%method, path, status, ms, cause, "request failed"),
        None => tracing::debug!(%method, path, status, ms, "request"),
    }
    response
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

/// Headers that a feature may have set otherwise, and those that it may not.
fn dress(headers: &mut HeaderMap, id: &RequestId) {
    const DEFAULTS: [(HeaderName, &str); 4] = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::CONTENT_SECURITY_POLICY, NO_CONTENT),
        (header::REFERRER_POLICY, "no-referrer"),
        // Pages of allowed origins read answers with CORS, which this does not touch; it keeps all others from
        // loading them as an image or a script.
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
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

/// Says that this host is reached by https only. Not its subdomains: they may be somebody else's.
pub fn secure_transport(headers: &mut HeaderMap) {
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    const BASELINE: [&str; 8] = [
        "x-request-id",
        "cache-control",
        "content-security-policy",
        "referrer-policy",
        "cross-origin-resource-policy",
        "cross-origin-opener-policy",
        "x-content-type-options",
        "strict-transport-security",
    ];

    async fn ask(router: &Router, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        for name in BASELINE {
            assert!(response.headers().contains_key(name), "{path}: no {name}");
        }
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), BODY_LIMIT).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn k11_a_panic_costs_its_own_request_an_answer_and_says_nothing_of_its_cause() {
        async fn breaks() -> Response {
            panic!("the cause")
        }
        let routes = Router::new().route("/breaks", get(breaks)).route("/works", get(|| async { "fine" }));
        let router = around(routes, &Arc::new(World::for_tests(1)), true);
        let (status, body) = ask(&router, "/breaks").await;
        assert_eq!(status, 500);
        assert!(body.contains("\"code\":\"internal\"") && !body.contains("the cause"), "{body}");
        assert_eq!(ask(&router, "/works").await, (200, "fine".to_owned()));
    }
}
