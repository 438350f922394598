//! The headers that every answer has, so that browsers and caches are careful with it.

use crate::id::RequestId;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a page may do that an answer was mistaken for: nothing.
const NO_CONTENT: &str = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; \
                          frame-ancestors 'none'";

/// Headers that a feature may have set otherwise, and those that it may not.
pub(super) fn dress(headers: &mut HeaderMap, id: &RequestId) {
    const DEFAULTS: [(HeaderName, &str); 4] = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::CONTENT_SECURITY_POLICY, NO_CONTENT),
        (header::REFERRER_POLICY, "no-referrer"),
        // Pages of allowed origins read answers with CORS, which this does not touch; it keeps all others from
        // loading them as an image or a script.
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    // All at once: a map that grows moves everything in it.
    headers.reserve(12);
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

/// Says that this host is reached by https only. Not its subdomains: they may be somebody else's.
pub fn secure_transport(headers: &mut HeaderMap) {
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
}
