//! The floor that a strict read on PostgreSQL is measured from: one statement by primary key for each request, over
//! as many connections as the server has, pipelined.

use crate::{Failure, layered};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::{Client, NoTls, Statement};

/// As many as the server has.
const CONNECTIONS: usize = 8;
const SQL: &str = "select revision from sessions where id = $1 and deployment_id = $2";

struct Pool {
    clients: Vec<(Client, Statement)>,
    next: AtomicUsize,
    deployment: String,
    body: Bytes,
}

/// Answers `GET /session` with `body` once the statement has found the session.
pub async fn router(database: &str, body: Vec<u8>) -> Result<Router, Failure> {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
        tokio::spawn(connection);
        let statement = client.prepare(SQL).await?;
        clients.push((client, statement));
    }
    let first = &clients.first().ok_or("no connection")?.0;
    let row = first.query_one("select id from deployments order by created_at, id limit 1", &[]).await?;
    let deployment = row.try_get(0)?;
    let pool = Arc::new(Pool { clients, next: AtomicUsize::new(0), deployment, body: Bytes::from(body) });
    Ok(Router::new()
        .route("/session", get(move |headers: HeaderMap| async move { pool.answer(&headers).await })))
}

impl Pool {
    async fn answer(&self, headers: &HeaderMap) -> Response {
        match self.revision(headers).await {
            Ok(revision) if revision > 0 => layered::json(self.body.clone()),
            Ok(_) => StatusCode::NOT_FOUND.into_response(),
            Err(cause) => (StatusCode::SERVICE_UNAVAILABLE, cause.to_string()).into_response(),
        }
    }

    async fn revision(&self, headers: &HeaderMap) -> Result<i64, Failure> {
        let session = crate::session_of(headers)?;
        let (client, statement) = &self.clients[self.next.fetch_add(1, Ordering::Relaxed) % CONNECTIONS];
        let row = client.query_one(statement, &[&session, &self.deployment]).await?;
        Ok(row.try_get(0)?)
    }
}
