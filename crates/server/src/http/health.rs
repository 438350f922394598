//! Whether the process lives, and whether it can answer.

use crate::app::Shared;
use crate::error::Result;
use crate::http::answer;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::StatusCode;
use std::sync::Arc;

/// `/healthz` and `/readyz`, on whatever host they are asked.
pub fn routes(app: &Shared) -> Router {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).with_state(Arc::clone(app))
}

async fn healthz() -> Response {
    answer::json(StatusCode::OK, Bytes::from_static(b"{\"status\":\"ok\"}"))
}

/// 503 while the database does not answer.
async fn readyz(State(app): State<Shared>) -> Result<Response> {
    app.db.read_single(|on| on.query("select 1", &[]).map(drop)).await?;
    Ok(answer::json(StatusCode::OK, Bytes::from_static(b"{\"status\":\"ready\"}")))
}
