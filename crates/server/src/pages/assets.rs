//! The built pages: the frame of all of them, and the files that it links to.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;
use std::collections::HashMap;

/// What `npm run build` made; empty in a binary that was built before it.
#[derive(RustEmbed)]
#[folder = "../../apps/pages/dist"]
#[allow_missing = true]
struct Built;

/// The frame of every page.
pub fn frame() -> Option<String> {
    Built::get("index.html").map(|file| String::from_utf8_lossy(&file.data).into_owned())
}

/// What a page loads beside the frame, relative to it.
pub fn preloads(page: &str) -> Vec<String> {
    let file = Built::get("preload.json").map(|file| file.data).unwrap_or_default();
    let mut all: HashMap<String, Vec<String>> = serde_json::from_slice(&file).unwrap_or_default();
    all.remove(page).unwrap_or_default()
}

/// A file below `_keyrack/`.
pub fn file(path: &str) -> Option<Response> {
    let file: EmbeddedFile = Built::get(&format!("_keyrack/{path}"))?;
    let body = match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    // Built files carry a hash of their content in their names.
    let cached = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    Some(response)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
