//! The floor that a warm read is measured from: the same layers, the same listener, the same bytes.

use crate::Failure;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use bytes::Bytes;
use keyrack_server::http::connection::{self, Room};
use keyrack_server::http::layers;
use keyrack_server::world::{Mailer, SmsSender, World};
use std::sync::Arc;
use tokio::sync::watch;

/// The answer of the handlers here.
pub fn json(body: Bytes) -> Response {
    ([("content-type", "application/json")], body).into_response()
}

/// Serves until it is killed.
pub async fn serve(port: u16, body: Vec<u8>) -> Result<(), Failure> {
    let body = Bytes::from(body);
    let answer = move || async move {
        let headers = [
            ("content-type", "application/json"),
            ("etag", "\"ses_01kdvdna00yxx2612hfke00sdv.17.3.0\""),
            ("vary", "cookie, origin, x-development-session"),
        ];
        (headers, body)
    };
    let world = Arc::new(World::real(Mailer::captured(), SmsSender::captured()));
    let routes = Router::new().route("/session", get(answer)).route("/readyz", get(|| async { "ready" }));
    let layered = layers::around(routes, &world, true);
    let listener = crate::listen(port).await?.tap_io(|connection| {
        // As the server does it.
        drop(connection.set_nodelay(true));
    });
    // Nobody says stop: it is killed.
    let (_stop, stopped) = watch::channel(false);
    connection::serve(listener, layered, Room::of_this_process(world.patience, 0), stopped).await;
    Ok(())
}
