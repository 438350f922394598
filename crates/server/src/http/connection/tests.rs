//! Time stands still here and jumps to the next deadline when nobody has anything to do.
#![allow(clippy::disallowed_methods, reason = "tokio's clock, which these tests move")]

#[path = "lasting_tests.rs"]
mod lasting;
#[path = "stop_tests.rs"]
mod stop;

use super::{Room, serve};
use crate::error::Result;
use crate::http::fields::Fields;
use crate::world::Patience;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use std::convert::Infallible;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// Who connects to it is handed over by the test.
struct Handed(mpsc::UnboundedReceiver<DuplexStream>);

impl axum::serve::Listener for Handed {
    type Io = DuplexStream;
    type Addr = u8;

    async fn accept(&mut self) -> (DuplexStream, u8) {
        match self.0.recv().await {
            Some(stream) => (stream, 7),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<u8> {
        Ok(7)
    }
}

struct Server {
    connect: mpsc::UnboundedSender<DuplexStream>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

async fn big() -> Body {
    Body::from(vec![b'x'; 1 << 20])
}

async fn endless() -> Body {
    let beat = async |()| {
        sleep(Duration::from_secs(300)).await;
        Some((Ok::<_, Infallible>("beat"), ()))
    };
    Body::from_stream(futures_util::stream::unfold((), beat))
}

async fn slow() -> &'static str {
    sleep(Duration::from_secs(300)).await;
    "at last"
}

async fn reads(fields: Fields) -> Result<String> {
    fields.required("a").map(str::to_owned)
}

impl Server {
    fn start(most: u32) -> Self {
        let (connect, connections) = mpsc::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let peer = get(|ConnectInfo(peer): ConnectInfo<u8>| async move { peer.to_string() });
        let router = Router::new()
            .route("/", peer)
            .route("/big", get(big))
            .route("/endless", get(endless))
            .route("/slow", get(slow))
            .route("/reads", post(reads))
            .route("/deaf", post(|| async { "fine" }))
            .merge(lasting::routes());
        let room = Room::new(Patience::default(), most, 10);
        let serving = tokio::spawn(serve(Handed(connections), router, room, stopped));
        Self { connect, stop, serving }
    }

    fn connect(&self) -> Client {
        let (here, there) = duplex(4096);
        self.connect.send(there).unwrap();
        let (from, to) = split(here);
        Client { from, to, since: Instant::now() }
    }
}

struct Client {
    from: ReadHalf<DuplexStream>,
    to: WriteHalf<DuplexStream>,
    since: Instant,
}

impl Client {
    async fn says(&mut self, text: &str) {
        self.to.write_all(text.as_bytes()).await.unwrap();
    }

    /// Says `text` again and again, `every` so many seconds, for as long as it is listened to.
    fn keeps_saying(self, text: &'static str, every: u64) -> (ReadHalf<DuplexStream>, Instant) {
        let Self { from, mut to, since } = self;
        tokio::spawn(async move {
            while to.write_all(text.as_bytes()).await.is_ok() {
                sleep(Duration::from_secs(every)).await;
            }
        });
        (from, since)
    }

    async fn hears(&mut self, text: &str) {
        let mut heard = String::new();
        while !heard.ends_with(text) {
            let mut bytes = [0; 1];
            assert_eq!(self.from.read(&mut bytes).await.unwrap(), 1, "it ended after {heard:?}");
            heard.push(char::from(bytes[0]));
        }
    }

    async fn asks(&mut self) {
        self.says("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        self.hears("\r\n\r\n7").await;
    }

    async fn ends(self) -> (u64, String) {
        ends(self.from, self.since).await
    }
}

/// After how many seconds the server ended the connection, and what it said until then.
async fn ends(mut from: ReadHalf<DuplexStream>, since: Instant) -> (u64, String) {
    let mut said = Vec::new();
    from.read_to_end(&mut said).await.unwrap();
    (since.elapsed().as_secs(), String::from_utf8(said).unwrap())
}

fn nothing(seconds: u64) -> (u64, String) {
    (seconds, String::new())
}

#[tokio::test(start_paused = true)]
async fn m02_who_says_nothing_is_waited_for_60_seconds_before_and_after_an_answer() {
    let server = Server::start(10);
    assert_eq!(server.connect().ends().await, nothing(60));
    let mut client = server.connect();
    for _ in 0..3 {
        sleep(Duration::from_secs(50)).await;
        client.asks().await;
    }
    assert_eq!(client.ends().await, nothing(210));
}

#[tokio::test(start_paused = true)]
async fn m02_a_head_that_trickles_in_has_10_seconds() {
    let server = Server::start(10);
    let mut silent = server.connect();
    silent.says("G").await;
    assert_eq!(silent.ends().await, nothing(10));
    let mut client = server.connect();
    client.asks().await;
    client.says("GET / HTTP/1.1\r\n").await;
    let (from, since) = client.keeps_saying("x: y\r\n", 3);
    assert_eq!(ends(from, since).await, nothing(10));
    // Empty lines before a request are allowed, and no request.
    let (from, since) = server.connect().keeps_saying("\r\n", 3);
    assert_eq!(ends(from, since).await, nothing(10));
}

#[tokio::test(start_paused = true)]
async fn m02_a_body_that_trickles_in_is_refused_after_30_seconds() {
    let server = Server::start(10);
    for framing in ["content-length: 1000", "transfer-encoding: chunked"] {
        let mut client = server.connect();
        client.says(&format!("POST /reads HTTP/1.1\r\nhost: x\r\n{framing}\r\n\r\n")).await;
        let (from, since) = client.keeps_saying("1\r\n1\r\n", 1);
        let (seconds, said) = ends(from, since).await;
        assert_eq!(seconds, 30);
        assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("request_timeout"), "{said}");
    }
    let mut client = server.connect();
    client.says("POST /reads HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n").await;
    let (seconds, said) = client.ends().await;
    assert!(seconds == 30 && said.starts_with("HTTP/1.1 100 ") && said.contains("HTTP/1.1 408 "), "{said}");
}

#[tokio::test(start_paused = true)]
async fn m02_a_body_that_nobody_reads_keeps_no_connection() {
    let server = Server::start(10);
    let mut client = server.connect();
    client.says("POST /deaf HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let (from, since) = client.keeps_saying("1\r\n1\r\n", 1);
    let (seconds, said) = ends(from, since).await;
    assert!(seconds <= 10 && said.contains("fine"), "{seconds} {said}");
}

#[tokio::test(start_paused = true)]
async fn m01_who_is_answered_before_the_body_was_read_is_told_that_the_connection_ends() {
    let server = Server::start(10);
    for (path, framing, unread) in [
        ("/deaf", "content-length: 100000", true),
        ("/deaf", "transfer-encoding: chunked", true),
        ("/reads", "content-length: 100000", true),
        ("/reads", "content-length: 3", false),
        ("/deaf", "content-length: 0", false),
        ("/deaf", "x: y", false),
    ] {
        let mut client = server.connect();
        client.says(&format!("POST {path} HTTP/1.1\r\nhost: x\r\n{framing}\r\n\r\n")).await;
        if framing.ends_with(": 3") {
            client.says("a=b").await;
        }
        let (seconds, said) = client.ends().await;
        assert_eq!(said.contains("connection: close\r\n"), unread, "{path} {framing}: {said}");
        assert_eq!(seconds, if unread { 0 } else { 60 }, "{path} {framing}");
    }
}

#[tokio::test(start_paused = true)]
async fn m02_an_answer_that_is_taken_bit_by_bit_has_60_seconds() {
    let server = Server::start(10);
    for path in ["/big", "/endless"] {
        let mut client = server.connect();
        client.says(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        let mut taken = 0;
        while client.since.elapsed() < Duration::from_secs(100) {
            sleep(Duration::from_secs(1)).await;
            taken += client.from.read(&mut [0; 100]).await.unwrap();
            if path == "/endless" && taken > 0 {
                // Not slow: it takes what there is.
                sleep(Duration::from_secs(3_000)).await;
                client.hears("beat\r\n").await;
                return;
            }
        }
        // What the pipe held when the server gave up is still there.
        let mut rest = Vec::new();
        client.from.read_to_end(&mut rest).await.unwrap();
        assert!(taken + rest.len() < 20_000, "{taken} + {}", rest.len());
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_take_as_long_as_this_server_takes() {
    let server = Server::start(10);
    let mut client = server.connect();
    client.says("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    client.hears("at last").await;
    client.asks().await;
    assert_eq!(client.ends().await, nothing(360));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_taken_after_a_while_is_forgiven() {
    let server = Server::start(10);
    let mut client = server.connect();
    client.says("GET /big HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(Duration::from_secs(50)).await;
    client.hears("\r\n\r\n").await;
    client.from.read_exact(&mut vec![0; 1 << 20]).await.unwrap();
    client.says("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    client.hears("at last").await;
}

#[tokio::test(start_paused = true)]
async fn m02_when_every_place_is_taken_a_new_connection_waits_and_the_idle_ones_give_way_early() {
    let server = Server::start(4);
    let mut busy: Vec<Client> = (0..4).map(|_| server.connect()).collect();
    for client in &mut busy {
        client.asks().await;
    }
    let mut next = server.connect();
    next.asks().await;
    assert_eq!(next.since.elapsed().as_secs(), 10, "not 60");
    drop(busy);
    assert_eq!(next.ends().await.0, 70, "there is room again");
}
