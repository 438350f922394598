//! What a request says before its body.

use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Request, Uri};

/// The head of a request, wherever its body is.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// What is asked.
    pub method: &'a Method,
    /// Of what.
    pub uri: &'a Uri,
    /// What is said beside it.
    pub headers: &'a HeaderMap,
}

impl<'a> Head<'a> {
    /// The head of a request.
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self { method: request.method(), uri: request.uri(), headers: request.headers() }
    }

    /// The same, once the body was taken off.
    #[must_use]
    pub fn of_parts(parts: &'a Parts) -> Self {
        Self { method: &parts.method, uri: &parts.uri, headers: &parts.headers }
    }

    /// Whether it has none of these headers.
    #[must_use]
    pub fn has_none_of(&self, names: &[HeaderName]) -> bool {
        names.iter().all(|name| !self.headers.contains_key(name))
    }
}
