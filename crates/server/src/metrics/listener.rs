//! The address that Prometheus scrapes: its own, never the public one.

use super::scrape;
use crate::app::Shared;
use crate::http::answer;
use crate::http::layers::{self, Layered};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;
use std::sync::Arc;

/// `GET /metrics`, and nothing else.
pub fn router(app: &Shared) -> Layered {
    let routes = Router::new()
        .route("/metrics", get(metrics))
        .fallback(answer::not_found)
        .method_not_allowed_fallback(answer::method_not_allowed)
        .with_state(Arc::clone(app));
    layers::around(routes, &app.world, false)
}

async fn metrics(State(app): State<Shared>) -> Response {
    const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
    match scrape::text(&app).await {
        Ok(text) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(error) => error.into_response(),
    }
}
