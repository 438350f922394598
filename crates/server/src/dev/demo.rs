//! The demo: its page at `/`, its backend at `/api`.

use crate::app::Shared;
use crate::error::Error;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use keyrack_protocol::Code;
use rust_embed::RustEmbed;
use std::sync::Arc;

/// The built page; empty in a binary that was built before it.
#[derive(RustEmbed)]
#[folder = "../../apps/demo/dist"]
#[allow_missing = true]
struct Page;

const CSP: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The routes of this feature.
pub fn routes(app: &Shared) -> Router<Shared> {
    let issuer = app.sites.first().map(|site| site.issuer.clone()).unwrap_or_default();
    let keys = format!("{issuer}/.well-known/jwks.json");
    let world = Arc::clone(&app.world);
    let backend = keyrack_demo_backend::router(issuer, keys, Arc::new(move || world.clock.now_ms()));
    Router::new()
        .nest_service("/api", backend)
        .route("/", get(index))
        .route("/outbox", get(index))
        .route("/team", get(index))
        .route("/profile", get(index))
        .fallback(file)
}

async fn index() -> Response {
    match Page::get("index.html") {
        Some(page) => served("index.html", &page),
        None => (
            StatusCode::NOT_FOUND,
            "The demo is not in this binary: build it with `npm run build` first, or use `cargo xtask run`.\n",
        )
            .into_response(),
    }
}

async fn file(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Page::get(path).filter(|_| method == Method::GET || method == Method::HEAD) {
        Some(file) => served(path, &file),
        None => Error::from(Code::NotFound).into_response(),
    }
}

fn served(path: &str, file: &rust_embed::EmbeddedFile) -> Response {
    let mut response = Response::new(Body::from(file.data.to_vec()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    // Built files carry a hash in their names; the page that names them does not.
    let cached = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}
