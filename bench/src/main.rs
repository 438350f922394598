//! The floor that Keyrack's answers are measured from: the same layers, the same listener, the same bytes
//! in the answer, and nothing in between. `cargo xtask bench` starts it.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::serve::ListenerExt;
use bytes::Bytes;
use clap::Parser;
use keyrack_server::http::connection::{self, Room};
use keyrack_server::http::layers;
use keyrack_server::world::{Mailer, World};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A handler that answers every `GET /session` with the content of one file.
#[derive(Parser)]
struct Cli {
    /// Where to listen
    #[arg(long)]
    listen: SocketAddr,
    /// What to answer
    #[arg(long)]
    body: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let cli = Cli::parse();
    let body = Bytes::from(std::fs::read(cli.body)?);
    let answer = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "application/json")], body) }
    };
    let world = Arc::new(World::real(Mailer::captured()));
    let routes = Router::new().route("/session", get(answer)).route("/readyz", get(|| async { "ready" }));
    let router = layers::around(routes, &world, false);
    let listener = TcpListener::bind(cli.listen).await?.tap_io(|connection| {
        // As the server does it.
        let _ = connection.set_nodelay(true);
    });
    // Nobody says stop: it is killed.
    let (_stop, stopped) = watch::channel(false);
    connection::serve(listener, router, Room::of_this_process(world.patience, 0), stopped).await;
    Ok(())
}
