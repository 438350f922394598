//! The demo: its page at `/`, its backend at `/api`.

use super::folder;
use crate::app::Shared;
use crate::error::Error;
use crate::world::{Stopwatch, World};
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use keyrack_protocol::Code;
use keyrack_verify::{Clock, Unusable, Verifier};
use rust_embed::RustEmbed;
use std::fmt;
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
    let pages = Router::new()
        .route("/", get(index))
        .route("/outbox", get(index))
        .route("/team", get(index))
        .route("/profile", get(index))
        .merge(folder::routes())
        .fallback(file);
    match verifier(app) {
        Ok(verifier) => pages.nest_service("/api", keyrack_demo_backend::router(verifier)),
        Err(error) => {
            tracing::warn!(%error, "the demo has no backend");
            pages
        }
    }
}

/// What the demo's backend verifies tokens with, as it would on another machine: by an address.
fn verifier(app: &Shared) -> Result<Verifier, Unusable> {
    let issuer = app.sites.first().map(|site| site.issuer.clone()).unwrap_or_default();
    let clock = Time { world: Arc::clone(&app.world), watch: Stopwatch::start() };
    // A file that `keyrack dev` was given may name any origin.
    Verifier::builder(issuer).allow_plain_http().clock(Arc::new(clock)).build()
}

/// The time of the tokens is the server's, which may be moved; that of patience is the machine's.
struct Time {
    world: Arc<World>,
    watch: Stopwatch,
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Time")
    }
}

impl Clock for Time {
    fn now_ms(&self) -> i64 {
        self.world.clock.now_ms()
    }

    fn passed_ms(&self) -> i64 {
        i64::try_from(self.watch.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

async fn index() -> Response {
    match Page::get("index.html") {
        Some(page) => served("index.html", page.data.to_vec(), CSP),
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
        Some(file) => served(path, file.data.to_vec(), CSP),
        None => Error::from(Code::NotFound).into_response(),
    }
}

/// A file, as what its name says, under a policy.
pub(super) fn served(path: &str, file: Vec<u8>, policy: &'static str) -> Response {
    let mut response = Response::new(Body::from(file));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    // Built files carry a hash in their names; the page that names them does not.
    let cached = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}
