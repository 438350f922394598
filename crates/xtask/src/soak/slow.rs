//! 2 000 clients that take their time, and whoever comes after them.

use super::latency::Latencies;
use crate::http::client;
use crate::server::{Server, Setup};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const SLOW: usize = 2_000;
/// How long they keep at it: as long as the longest thing that they are waited for, and half as long again.
const DURATION: Duration = Duration::from_secs(90);
/// A client may say one byte of its request in this time.
const BYTE: Duration = Duration::from_secs(5);
const P99: Duration = Duration::from_millis(200);
/// Files beside the connections: the database, the log, the library's own.
const OTHER_FILES: usize = 200;

/// The ways of taking one's time.
const WAYS: [&str; 4] = [
    "GET /session HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
    "POST /auth/signin HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n",
    "POST /auth/signin HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "",
];

/// Runs it; returns the closing line.
pub async fn run(binary: &Path) -> Result<String, String> {
    println!("\n=== {SLOW} slow clients");
    let setup = Setup::new(binary.to_owned(), "soak-slow", None)?;
    let server = setup.start()?;
    let (stop, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut slow = JoinSet::new();
    for number in 0..SLOW {
        slow.spawn(dawdles(setup.port, WAYS[number % WAYS.len()], Arc::clone(&stop), Arc::clone(&ended)));
    }
    let (latencies, files) = ask_meanwhile(&setup, &server).await?;
    stop.store(true, Ordering::Relaxed);
    slow.shutdown().await;
    let p99 = latencies.at(0.99);
    let ended = ended.load(Ordering::Relaxed);
    let line = format!(
        "slow: {SLOW} slow clients for {} s, {ended} ended by the server, {} files at most; {} fresh requests, \
         p99 {:.1} ms",
        DURATION.as_secs(),
        files,
        latencies.count(),
        p99.as_secs_f64() * 1000.0
    );
    if p99 > P99 || ended < SLOW || files > SLOW + OTHER_FILES {
        return Err(format!("{line}; wanted: p99 below {} ms, each ended at least once", P99.as_millis()));
    }
    setup.remove();
    Ok(line)
}

/// Comes back as often as it is thrown out.
async fn dawdles(port: u16, way: &'static str, stop: Arc<AtomicBool>, ended: Arc<AtomicUsize>) {
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else {
            tokio::time::sleep(BYTE).await;
            continue;
        };
        let mut open = stream.write_all(way.as_bytes()).await.is_ok();
        while open {
            let mut answer = [0; 1024];
            match tokio::time::timeout(BYTE, stream.read(&mut answer)).await {
                Ok(Ok(1..)) => {}
                Ok(_) => open = false,
                Err(_) if way.is_empty() => {}
                Err(_) => open = stream.write_all(b"1").await.is_ok(),
            }
        }
        ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// Asks on fresh connections all the while; how long that took, and how many files the server had open at most.
async fn ask_meanwhile(setup: &Setup, server: &Server) -> Result<(Latencies, usize), String> {
    let (since, mut files, mut latencies) = (Instant::now(), 0, Latencies::default());
    while since.elapsed() < DURATION {
        let client = client()?;
        let began = Instant::now();
        let answer = client.get(format!("{}/session", setup.url())).send().await;
        let good = answer.is_ok_and(|answer| answer.status().is_success());
        if !good {
            return Err("slow: a fresh client was not answered".to_owned());
        }
        latencies.note(began.elapsed());
        files = files.max(server.files()?);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok((latencies, files))
}
