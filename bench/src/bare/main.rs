//! What Keyrack is measured beside: handlers that do less. `cargo xtask bench` starts them.

#![allow(clippy::disallowed_methods, reason = "this measures in real time and needs no world of its own")]

mod hashing;
mod layered;
mod sign;
mod statement;
mod write;

use axum::Router;
use axum::routing::get;
use clap::{Parser, Subcommand};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::net::TcpListener;

/// The server's allocator, so that nobody is compared with another one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why one cannot be started.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Handlers that do less than Keyrack.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// Every `GET /session` is the content of one file, and nothing around it
    Naked {
        #[arg(long)]
        port: u16,
        #[arg(long)]
        body: PathBuf,
    },
    /// The same in the server's layers, on its listener, with the same headers
    Layered {
        #[arg(long)]
        port: u16,
        #[arg(long)]
        body: PathBuf,
    },
    /// The same after one statement by primary key to PostgreSQL
    Statement {
        #[arg(long)]
        port: u16,
        #[arg(long)]
        body: PathBuf,
        #[arg(long)]
        database: String,
    },
    /// Every `GET /session/token` is a token that was signed with ES256
    Sign {
        #[arg(long)]
        port: u16,
    },
    /// Every `POST /session/switch-sign-in` runs the statements of a switch through the server's writer
    Write {
        #[arg(long)]
        port: u16,
        #[arg(long)]
        data: PathBuf,
    },
    /// Nothing but argon2id for some seconds; tells how many a second
    Hash {
        #[arg(long)]
        seconds: f64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().kind).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("keyrack-bare: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run(kind: Kind) -> Result<(), Failure> {
    match kind {
        Kind::Naked { port, body } => {
            let body = bytes::Bytes::from(std::fs::read(body)?);
            let answer = move || async move { layered::json(body) };
            serve(port, Router::new().route("/session", get(answer))).await
        }
        Kind::Layered { port, body } => layered::serve(port, std::fs::read(body)?).await,
        Kind::Statement { port, body, database } => {
            serve(port, statement::router(&database, std::fs::read(body)?).await?).await
        }
        Kind::Sign { port } => serve(port, sign::router()?).await,
        Kind::Write { port, data } => serve(port, write::router(&data)?).await,
        Kind::Hash { seconds } => hashing::run(seconds),
    }
}

/// As axum itself serves.
async fn serve(port: u16, router: Router) -> Result<(), Failure> {
    use axum::serve::ListenerExt;
    let router = router.route("/readyz", get(|| async { "ready" }));
    let listener = listen(port).await?.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn listen(port: u16) -> Result<TcpListener, Failure> {
    Ok(TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?)
}

/// The session that a request's cookie names.
fn session_of(headers: &axum::http::HeaderMap) -> Result<&str, Failure> {
    let cookie = headers.get("cookie").ok_or("no cookie")?.to_str()?;
    let credential = cookie.split_once('=').ok_or("no credential")?.1;
    Ok(credential.split('.').next().unwrap_or_default())
}
