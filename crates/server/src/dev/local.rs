use crate::error::Error;
use crate::http::origin::{is_loopback, is_loopback_origin};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use keyrack_protocol::Code;

/// What proxies add, beside everything that begins with `x-forwarded-`.
const FORWARDED: [&str; 3] = ["forwarded", "via", "x-real-ip"];

/// Refuses a request that names another host than this machine, comes from a page that is not of this
/// machine, or went through a proxy.
pub async fn only(request: Request, next: Next) -> Response {
    if is_local(request.headers()) {
        next.run(request).await
    } else {
        Error::from(Code::NotFound).into_response()
    }
}

fn is_local(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).unwrap_or_default();
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |h| h.0);
    is_loopback(&host.to_ascii_lowercase())
        && text(header::ORIGIN).is_none_or(is_loopback_origin)
        && !headers
            .keys()
            .any(|name| FORWARDED.contains(&name.as_str()) || name.as_str().starts_with("x-forwarded-"))
}
