//! 20 000 idle streams of events, or as many as the machine lets one process have: what each costs, and whether what
//! is told arrives all the same.

use crate::http::{Browser, client};
use crate::server::{Server, Setup};
use crate::{Outcome, tools};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

const WANTED: usize = 20_000;
/// The server closes one of more.
const OF_A_SESSION: usize = 8;
/// What one stream may add to the memory of the server.
const MOST_MEMORY: usize = 16 << 10;
/// A change must have been told after this time.
const TOLD: Duration = Duration::from_secs(1);
/// Each stream shows that it lives within this time.
const BEAT: Duration = Duration::from_secs(20);
/// Files of each of the two processes, if the machine allows that.
const FILES: usize = 65_536;
/// The server gives streams half of its files, less than these.
const OTHER_FILES: usize = 300;
/// Connections from one address of this machine: ports are fewer than streams.
const FROM_ONE_ADDRESS: usize = 5_000;
const TOGETHER: usize = 32;

/// Runs it; returns the closing line.
pub async fn run(binary: &Path) -> Outcome<String> {
    let streams_of = |files: usize| (files.saturating_sub(OTHER_FILES) / 2).min(WANTED);
    let count = streams_of(raise_files()?) / OF_A_SESSION * OF_A_SESSION;
    println!("\n=== {count} idle streams");
    if count < WANTED {
        println!("{WANTED} need a higher limit of open files (ulimit -Hn)");
    }
    let setup = Setup::new(binary.to_owned(), "soak-streams", None)?;
    let server = setup.start()?;
    let mut browsers = sessions(&setup, count / OF_A_SESSION).await?;
    let since = Instant::now();
    // Those of the first half take what the passwords of so many accounts have left.
    let half = count / 2;
    let mut streams = follow(&setup, &browsers, half).await?;
    let before = server.memory()?;
    streams.extend(follow(&setup, &browsers, half).await?);
    let opened = since.elapsed();
    let growth = usize::try_from(server.memory()?.saturating_sub(before)).unwrap_or(usize::MAX) / half;
    let beaten = beats(&mut streams).await?;
    let middle = browsers.len() / 2;
    let told = change(&mut browsers[middle], middle, &mut streams).await?;
    let closed = close(server, &mut streams).await?;
    let line = format!(
        "streams: {count} idle streams, {growth} bytes of memory each, opened in {:.1} s; a comment on each within \
         {:.1} s; a change told in {:.1} ms to the {OF_A_SESSION} of its session and nobody else; all ended {:.1} s \
         after SIGTERM",
        opened.as_secs_f64(),
        beaten.as_secs_f64(),
        told.as_secs_f64() * 1000.0,
        closed.as_secs_f64()
    );
    if growth > MOST_MEMORY || told > TOLD {
        return Err(format!("{line}; wanted: at most {MOST_MEMORY} bytes each, and {} s", TOLD.as_secs()));
    }
    setup.remove();
    Ok(line)
}

/// Lets this process, and the server that it starts, open as many files as the machine allows; gives how many.
fn raise_files() -> Outcome<usize> {
    let pid = std::process::id().to_string();
    let raise = |files: usize| {
        let limit = format!("--nofile={files}:{files}");
        tools::output(Command::new("prlimit").args(["--pid", &pid, &limit]))
    };
    if raise(FILES).is_ok() {
        return Ok(FILES);
    }
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let most = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    let most = most.ok_or("streams: no limit of open files in /proc/self/limits")?;
    raise(most).map(|_| most)
}

/// That many sessions, each with somebody signed in: those in which nobody is get half of the places at most.
async fn sessions(setup: &Setup, count: usize) -> Outcome<Vec<Browser>> {
    let (client, mut making, mut made) = (client()?, JoinSet::new(), Vec::new());
    for number in 0..count {
        if making.len() >= 4 {
            made.extend(making.join_next().await);
        }
        let mut browser = Browser::new(&client, &setup.url());
        making.spawn(async move {
            browser.sign_up(&format!("follower{number}@example.com")).await.map(|_| browser)
        });
    }
    made.extend(making.join_all().await.into_iter().map(Ok));
    let made = made.into_iter().map(|one| one.map_err(|error| format!("streams: {error}")));
    made.map(|one| one?.map_err(|failure| format!("streams: no session: {failure:?}"))).collect()
}

/// One stream, and what was read of it and not looked at.
struct Stream {
    connection: TcpStream,
    session: usize,
    beats: usize,
    events: usize,
}

/// Opens streams, one session after the other, some at the same time; each has said where its session stands.
async fn follow(setup: &Setup, browsers: &[Browser], count: usize) -> Outcome<Vec<Stream>> {
    let mut tasks = JoinSet::new();
    let mut streams = Vec::with_capacity(count);
    for number in 0..count {
        if tasks.len() >= TOGETHER {
            streams.extend(tasks.join_next().await);
        }
        let session = number % browsers.len();
        let rack = browsers[session].rack.clone().ok_or("streams: no credential")?;
        tasks.spawn(open(setup.port, number, session, rack));
    }
    streams.extend(tasks.join_all().await.into_iter().map(Ok));
    streams.into_iter().map(|one| one.map_err(|error| error.to_string())?).collect()
}

async fn open(port: u16, number: usize, session: usize, rack: String) -> Outcome<Stream> {
    let connected = async {
        let socket = TcpSocket::new_v4()?;
        let host = u8::try_from(2 + number / FROM_ONE_ADDRESS).unwrap_or(2);
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0)))?;
        let mut connection = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let ask = format!(
            "GET /session/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Development-Session: {rack}\r\n\r\n"
        );
        connection.write_all(ask.as_bytes()).await?;
        let (mut said, mut bytes) = (String::new(), [0; 2048]);
        while !(said.contains("\"current\"}") && said.ends_with("\n\n")) {
            match connection.read(&mut bytes).await? {
                0 => return Ok(Err(format!("streams: number {number} was answered: {said}"))),
                count => said += &String::from_utf8_lossy(&bytes[..count]),
            }
            if said.len() > 12 && !said.starts_with("HTTP/1.1 200") {
                return Ok(Err(format!("streams: number {number} was answered: {said}")));
            }
        }
        Ok::<_, std::io::Error>(Ok(Stream { connection, session, beats: 0, events: 0 }))
    };
    connected.await.map_err(|error| format!("streams: number {number}: {error}"))?
}

impl Stream {
    /// Takes what has arrived; whether it is still open.
    fn take(&mut self) -> bool {
        let mut bytes = [0; 2048];
        loop {
            match self.connection.try_read(&mut bytes) {
                Ok(0) => return false,
                Ok(count) => {
                    let said = String::from_utf8_lossy(&bytes[..count]);
                    self.beats += said.matches(":\n\n").count();
                    self.events += said.matches("event: ").count();
                }
                Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
            }
        }
    }
}

/// Waits until each stream has shown that it lives; how long that took.
async fn beats(streams: &mut [Stream]) -> Outcome<Duration> {
    let since = Instant::now();
    loop {
        let open = streams.iter_mut().filter_map(|stream| stream.take().then_some(stream.beats)).count();
        if open < streams.len() {
            return Err(format!("streams: {} were ended", streams.len() - open));
        }
        let silent = streams.iter().filter(|stream| stream.beats == 0).count();
        if silent == 0 {
            return Ok(since.elapsed());
        }
        if since.elapsed() > BEAT {
            return Err(format!("streams: {silent} have said nothing for {} s", BEAT.as_secs()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Changes one session; how long it took until all of its streams had said so. The others must not.
async fn change(browser: &mut Browser, session: usize, streams: &mut [Stream]) -> Outcome<Duration> {
    let form = json!({ "first_name": "Soak", "last_name": "Test", "password": "correct horse battery",
        "email": "another@example.com" });
    browser.post("/auth/signup", form).await.map_err(|failure| format!("streams: no change: {failure:?}"))?;
    let since = Instant::now();
    loop {
        let mut own = streams.iter_mut().filter(|stream| stream.session == session);
        if own.all(|stream| stream.take() && stream.events == 1) {
            break;
        }
        if since.elapsed() > TOLD {
            return Err("streams: a change was not told within a second".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let told = since.elapsed();
    let others = streams.iter_mut().filter(|stream| stream.session != session);
    let wrong = others.filter_map(|stream| (!stream.take() || stream.events > 0).then_some(())).count();
    if wrong > 0 {
        return Err(format!("streams: {wrong} of others were told, or ended"));
    }
    Ok(told)
}

/// Stops the server; how long it took until every stream had ended.
async fn close(server: Server, streams: &mut [Stream]) -> Outcome<Duration> {
    let since = Instant::now();
    let stopping = tokio::task::spawn_blocking(move || server.stop());
    while streams.iter_mut().any(Stream::take) {
        if since.elapsed() > Duration::from_secs(10) {
            return Err("streams: some did not end with the server".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let closed = since.elapsed();
    match stopping.await {
        Ok(true) => Ok(closed),
        _ => Err("streams: the server did not stop cleanly".to_owned()),
    }
}
