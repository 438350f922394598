//! The floor that a switch is measured from: its statements through the server's writer, without its rules, its
//! credential and its answer.

use crate::{Failure, layered};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use keyrack_server::db::{Db, Tx};
use keyrack_server::error::{Error, Result};
use keyrack_server::id::SessionId;
use keyrack_server::params;
use keyrack_server::session::store;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

struct Writer {
    db: Db,
    deployment: String,
}

/// Runs a switch's statements on the database in `data`, which no server may hold.
pub fn router(data: &Path) -> std::result::Result<Router, Failure> {
    let db = Db::open_sqlite(data, Arc::new(|_| {}))?;
    let runtime = tokio::runtime::Handle::current();
    let deployment = tokio::task::block_in_place(|| {
        runtime.block_on(db.read(|on| {
            let row = on.query_one("select id from deployments order by created_at, id", &[])?;
            row.ok_or_else(|| Error::internal("find a deployment", "there is none"))?.cells().text()
        }))
    })?;
    let writer = Arc::new(Writer { db, deployment });
    Ok(Router::new().route("/session/switch-sign-in", post(answer)).with_state(writer))
}

async fn answer(State(writer): State<Arc<Writer>>, headers: HeaderMap, body: Bytes) -> Response {
    match switch(&writer, &headers, &body).await {
        Ok(revision) => layered::json(Bytes::from(format!("{{\"revision\":{revision}}}"))),
        Err(cause) => (StatusCode::INTERNAL_SERVER_ERROR, cause.to_string()).into_response(),
    }
}

async fn switch(writer: &Arc<Writer>, headers: &HeaderMap, body: &[u8]) -> std::result::Result<i64, Failure> {
    let session = SessionId::parse(crate::session_of(headers)?).ok_or("no session")?;
    let body: serde_json::Value = serde_json::from_slice(body)?;
    let sign_in = body["sign_in_id"].as_str().ok_or("no sign-in")?.to_owned();
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let of = Arc::clone(writer);
    let written = writer.db.write(move |tx| -> Result<i64> {
        store::lock(tx, &of.deployment, &[&session])?;
        let loaded = store::load(tx, &of.deployment, &session)?;
        let loaded = loaded.ok_or_else(|| Error::internal("switch", "there is no such session"))?;
        let activated = loaded.next_activation(now);
        tx.execute("update sign_ins set activated_at = $2 where id = $1", params![&sign_in, activated])?;
        tx.execute(
            "update sessions set active_sign_in_id = $2 where id = $1",
            params![session.as_str(), &sign_in],
        )?;
        tx.execute(
            "update sessions set end_reason = $2 where id = $1",
            params![session.as_str(), None::<&str>],
        )?;
        raise(tx, &of.deployment, &session, now)
    });
    Ok(written.await?)
}

/// What the server does last: loads the session again, and raises its revision.
fn raise(tx: &mut Tx<'_>, deployment: &str, session: &SessionId, now: i64) -> Result<i64> {
    let loaded = store::load(tx, deployment, session)?;
    let loaded = loaded.ok_or_else(|| Error::internal("switch", "there is no such session"))?;
    let valid_until = loaded.first_expiry().unwrap_or(loaded.outer_until);
    tx.execute(
        "update sessions set revision = $2, valid_until = $3, outer_until = $4, updated_at = $5, ended_at = $6
         where id = $1",
        params![
            session.as_str(),
            loaded.revision + 1,
            valid_until,
            loaded.outer_until,
            now.max(loaded.updated_at),
            loaded.ended_at
        ],
    )?;
    Ok(loaded.revision + 1)
}
