//! 100 000 requests of visitors without a cookie: they leave nothing, on the disk and in memory.

use super::latency::Latencies;
use crate::http::client;
use crate::server::Setup;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const REQUESTS: usize = 100_000;
const TOGETHER: usize = 16;
const MOST_DISK: u64 = 10 << 20;
const MOST_MEMORY: u64 = 64 << 20;
const P99: Duration = Duration::from_millis(200);

/// Runs it; returns the closing line.
pub async fn run(binary: &Path) -> Result<String, String> {
    println!("\n=== {REQUESTS} requests without a cookie");
    let setup = Setup::new(binary.to_owned(), "soak-flood", None)?;
    let server = setup.start()?;
    visits(setup.url(), 0, REQUESTS / 100).await?;
    let (disk, memory) = (on_disk(&setup.data)?, server.memory()?);
    let mut visitors = JoinSet::new();
    for first in 0..TOGETHER {
        visitors.spawn(visits(setup.url(), first, REQUESTS / TOGETHER));
    }
    let mut latencies = Latencies::default();
    while let Some(visited) = visitors.join_next().await {
        latencies.join(visited.map_err(|error| format!("flood: {error}"))??);
    }
    let disk = on_disk(&setup.data)?.saturating_sub(disk);
    let memory = server.memory()?.saturating_sub(memory);
    let p99 = latencies.at(0.99);
    let line = format!(
        "flood: {} anonymous requests, p99 {:.1} ms, {} kB more on the disk, {} kB more in memory",
        latencies.count(),
        p99.as_secs_f64() * 1000.0,
        disk >> 10,
        memory >> 10
    );
    if p99 > P99 || disk > MOST_DISK || memory > MOST_MEMORY {
        return Err(format!("{line}; wanted: p99 below 200 ms, below 10 MB and 64 MB more"));
    }
    setup.remove();
    Ok(line)
}

/// Asks `count` times, each time as somebody who was never here or holds what is no credential.
async fn visits(url: String, first: usize, count: usize) -> Result<Latencies, String> {
    let (client, mut latencies) = (client()?, Latencies::default());
    for number in 0..count {
        let path = ["/session", "/session?poll=1", "/session", "/me", "/session/token"][number % 5];
        let request = client.get(format!("{url}{path}"));
        let request = match number % 3 {
            0 => request.header(
                "x-development-session",
                format!("ses_{first:010}{number:016}.AAAAAAAAAAAAAAAAAAAAAA"),
            ),
            _ => request,
        };
        let began = Instant::now();
        let answer = request.send().await.map_err(|error| format!("flood: {error}"))?;
        let handed = answer.headers().contains_key("x-development-session");
        if !matches!(answer.status().as_u16(), 200 | 401) || handed {
            return Err(format!(
                "flood: {path} answered {} and handed out a credential: {handed}",
                answer.status()
            ));
        }
        answer.bytes().await.map_err(|error| format!("flood: {error}"))?;
        latencies.note(began.elapsed());
    }
    Ok(latencies)
}

/// Bytes of the files in a folder.
fn on_disk(folder: &Path) -> Result<u64, String> {
    let size = |entry: std::io::Result<std::fs::DirEntry>| Ok::<_, std::io::Error>(entry?.metadata()?.len());
    let entries = std::fs::read_dir(folder).map_err(|error| format!("flood: {error}"))?;
    entries.map(size).sum::<Result<u64, _>>().map_err(|error| format!("flood: {error}"))
}
