//! Answers that last: they have a room of their own, and end with whoever is gone.

use super::{Client, Server, endless, nothing};
use crate::http::connection::Lasting;
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::sleep;

const ASK: &str = "GET /lasting HTTP/1.1\r\nhost: x\r\n\r\n";
const HEAD: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";

fn lasts(body: Body) -> Response {
    let mut response = Response::new(body);
    response.extensions_mut().insert(Lasting);
    response
}

/// Says as much as it is let.
fn talks() -> Body {
    let talk = futures_util::stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 100])));
    Body::from_stream(talk)
}

/// Bodies of `/held` that there are.
static HELD: AtomicUsize = AtomicUsize::new(0);

struct Held;

impl Drop for Held {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Says nothing at all.
fn holds() -> Body {
    HELD.fetch_add(1, Ordering::SeqCst);
    let held = Held;
    let silence = futures_util::stream::poll_fn(move |_| {
        let _ = &held;
        Poll::<Option<Result<Bytes, Infallible>>>::Pending
    });
    Body::from_stream(silence)
}

fn ends() -> Body {
    Body::from_stream(futures_util::stream::iter(["one", "two"].map(Ok::<_, Infallible>)))
}

pub fn routes() -> Router {
    Router::new()
        .route("/lasting", get(|| async { lasts(endless().await) }))
        .route("/held", get(|| async { lasts(holds()) }))
        .route("/talking", get(|| async { lasts(talks()) }))
        .route("/ending", get(|| async { lasts(ends()) }))
}

async fn follows(server: &Server) -> Client {
    let mut client = server.connect();
    client.says(ASK).await;
    client.hears(HEAD).await;
    client
}

#[tokio::test(start_paused = true)]
async fn what_lasts_is_not_ended_and_takes_no_place_of_those_who_ask() {
    let server = Server::start(1);
    let mut lasting = Vec::new();
    for _ in 0..5 {
        lasting.push(follows(&server).await);
    }
    // The one place is free all the same; whoever takes the last is waited for as long as ever.
    let mut asking = server.connect();
    asking.asks().await;
    assert_eq!(asking.ends().await, nothing(10));
    sleep(Duration::from_secs(100_000)).await;
    for client in &mut lasting {
        client.hears("beat").await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_its_body_and_without_a_length_or_chunks() {
    let server = Server::start(10);
    for version in ["1.1", "1.0"] {
        let mut client = server.connect();
        client.says(&format!("GET /ending HTTP/{version}\r\nhost: x\r\n\r\n")).await;
        assert_eq!(client.ends().await, (0, format!("{HEAD}onetwo")));
    }
}

#[tokio::test(start_paused = true)]
async fn m02_who_reads_nothing_or_bit_by_bit_of_what_lasts_has_60_seconds() {
    let server = Server::start(10);
    let mut client = server.connect();
    client.says("GET /talking HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(Duration::from_secs(59)).await;
    assert_eq!(client.from.read(&mut [0; 100]).await.unwrap(), 100, "it is still waited for");
    sleep(Duration::from_secs(62)).await;
    let (seconds, said) = client.ends().await;
    assert!(seconds == 121 && said.len() <= 4096, "{seconds} {}", said.len());

    let mut client = server.connect();
    client.says("GET /talking HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut taken = 0;
    loop {
        sleep(Duration::from_secs(1)).await;
        match client.from.read(&mut [0; 1]).await.unwrap() {
            0 => break,
            count => taken += count,
        }
    }
    assert!(taken < 6_000, "{taken}");
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_or_says_more_than_there_is_to_say_is_let_go() {
    let server = Server::start(10);
    let mut gone = server.connect();
    gone.says(&ASK.replace("/lasting", "/held")).await;
    gone.hears(HEAD).await;
    assert_eq!(HELD.load(Ordering::SeqCst), 1);
    drop(gone);
    let mut chatty = follows(&server).await;
    chatty.says(&"x".repeat(4096)).await;
    sleep(Duration::from_secs(1)).await;
    chatty.says("x").await;
    assert_eq!(chatty.ends().await.0, 1);
    // Nobody is left: each hung up on has given back what its answer held.
    assert_eq!(HELD.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_before_it_arrives_first() {
    let server = Server::start(10);
    let mut client = server.connect();
    client.says("GET /big HTTP/1.1\r\nhost: x\r\n\r\nGET /ending HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let (_, said) = client.ends().await;
    assert!(said.ends_with(&format!("x{HEAD}onetwo")), "{}", &said[said.len() - 200..]);
    assert!(said.len() > 1 << 20);
}

#[tokio::test(start_paused = true)]
async fn of_a_question_for_the_head_nothing_lasts() {
    let server = Server::start(10);
    let mut client = server.connect();
    client.says("HEAD /lasting HTTP/1.1\r\nhost: x\r\n\r\n").await;
    client.hears("\r\n\r\n").await;
    client.asks().await;
    assert_eq!(client.ends().await, nothing(60));
}
