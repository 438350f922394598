//! `/dev/clock`: the clock of `--virtual-clock`, which runs on from where it is moved to.

use super::local;
use crate::app::Shared;
use crate::error::{Error, Result};
use crate::http::answer;
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::StatusCode;
use keyrack_protocol::Code;
use serde_json::{Map, Value};

/// The furthest that one call moves it: ten years.
const FURTHEST_MS: i64 = 10 * 366 * 86_400_000;

/// The routes of this feature; none without `--virtual-clock`.
pub fn routes(app: &Shared) -> Router<Shared> {
    if !app.config.virtual_clock {
        return Router::new();
    }
    Router::new().route("/dev/clock", get(show).post(advance)).route_layer(from_fn(local::only))
}

async fn show(State(app): State<Shared>) -> Response {
    let now = app.world.clock.now_ms();
    answer::json(StatusCode::OK, Bytes::from(format!("{{\"now_ms\":{now}}}")))
}

/// `{"advance_ms": n}`: forwards only, as time goes.
async fn advance(State(app): State<Shared>, body: Bytes) -> Result<Response> {
    let asked: Map<String, Value> =
        serde_json::from_slice(&body).map_err(|_| Error::from(Code::BadRequestBody))?;
    let advance_ms = asked.get("advance_ms").and_then(Value::as_i64).ok_or(Code::BadRequestBody)?;
    if !(0..=FURTHEST_MS).contains(&advance_ms) {
        return Err(Error::refused(Code::BadRequestBody, "advance_ms must be between 0 and ten years."));
    }
    app.world.clock.advance(advance_ms);
    Ok(show(State(app)).await)
}
