//! Whether the process lives, and whether it can answer.

use crate::app::Shared;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use keyrack_protocol::Code;
use schemars::JsonSchema;

/// What both say.
#[derive(JsonSchema)]
struct Health {
    /// `ok` or `ready`.
    #[allow(dead_code, reason = "the answers are constant; this describes them")]
    status: String,
}

/// `/healthz` and `/readyz`, on whatever host they are asked.
pub fn routes() -> Routes {
    let about = "Whether the process lives.";
    let lives = Operation::get::<Health>("/healthz", "getHealth", about).bare().on_any_host();
    let about = "Whether it can answer. 503 while the database does not, and when it is about to stop.";
    let is_ready = Operation::get::<Health>("/readyz", "getReadiness", about)
        .bare()
        .on_any_host()
        .refuses(&[Code::Unavailable]);
    Routes::default().add(lives, healthz).add(is_ready, readyz)
}

async fn healthz() -> Response {
    answer::json(StatusCode::OK, Bytes::from_static(b"{\"status\":\"ok\"}"))
}

/// 503 while the database does not answer, and once this server is about to stop.
async fn readyz(State(app): State<Shared>) -> Result<Response> {
    if app.room.is_left() {
        return Err(Error::crowded(1));
    }
    app.db.read_single(|on| on.query("select 1", &[]).map(drop)).await?;
    Ok(answer::json(StatusCode::OK, Bytes::from_static(b"{\"status\":\"ready\"}")))
}
