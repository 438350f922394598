//! `GET /deployment`: the one answer that never depends on a session.

use super::view::view;
use crate::app::{Shared, Site};
use crate::http::answer;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use std::sync::Arc;

/// The routes of this feature.
pub fn routes() -> Router<Shared> {
    Router::new().route("/deployment", get(show))
}

async fn show(Extension(site): Extension<Arc<Site>>) -> Response {
    answer::ok(view(&site))
}
