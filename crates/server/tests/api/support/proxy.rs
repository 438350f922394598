use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to the bytes between a server and its database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weather {
    /// They pass.
    Fair,
    /// They are taken and kept, in both directions, as by a process that was stopped; new connections are made.
    Silent,
    /// Each answer comes so many milliseconds late.
    Late(u64),
    /// Every connection is ended, also new ones.
    Cut,
    /// Like fair weather, until a commit is asked for: then everything is cut, after it has been asked or before.
    CutAtCommit { asked: bool },
    /// Like fair weather, until an `analyze` is asked for: then everything is cut.
    CutAtAnalyze,
}

struct State {
    weather: watch::Sender<Weather>,
    /// Connections that have been made and have heard nothing yet, now and at most.
    connecting: AtomicUsize,
    peak: AtomicUsize,
    /// Connections on which the database has said something.
    live: AtomicUsize,
}

/// A way to a PostgreSQL that a test can cut, slow down and open again.
pub struct Proxy {
    /// The database's address, through it.
    pub url: String,
    state: Arc<State>,
}

impl Proxy {
    /// One before the database that the tests use; none where they use SQLite.
    pub async fn start() -> Option<Self> {
        Self::before(&std::env::var("KEYRACK_TEST_DATABASE_URL").ok()?).await
    }

    /// One before the database at `url`; none where that is empty.
    pub async fn before(url: &str) -> Option<Self> {
        let mut url = Some(url).filter(|url| !url.is_empty()).map(url::Url::parse)?.unwrap();
        let (host, port) = (url.host_str().unwrap().to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        url.set_port(Some(address.port())).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        let [connecting, peak, live] = [0; 3].map(AtomicUsize::new);
        let state = Arc::new(State { weather: watch::Sender::new(Weather::Fair), connecting, peak, live });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let (state, host) = (Arc::clone(&shared), host.clone());
                tokio::spawn(async move { carry(&state, near, (&host, port)).await });
            }
        });
        Some(Self { url: url.into(), state })
    }

    pub fn cut(&self) {
        self.state.weather.send_replace(Weather::Cut);
    }

    pub fn cut_at_commit(&self, asked: bool) {
        self.state.weather.send_replace(Weather::CutAtCommit { asked });
    }

    pub fn cut_at_analyze(&self) {
        self.state.weather.send_replace(Weather::CutAtAnalyze);
    }

    pub fn silence(&self) {
        self.state.weather.send_replace(Weather::Silent);
    }

    pub fn delay(&self, ms: u64) {
        self.state.weather.send_replace(Weather::Late(ms));
    }

    /// Lets everything pass again.
    pub fn restore(&self) {
        self.state.weather.send_replace(Weather::Fair);
    }

    /// Connections on which the database has said something and that have not ended.
    pub fn live(&self) -> usize {
        self.state.live.load(Ordering::SeqCst)
    }

    /// How many connections were being made at one moment, at most, since this was last asked.
    pub fn peak(&self) -> usize {
        self.state.peak.swap(0, Ordering::SeqCst)
    }
}

/// Carries one connection's bytes until an end closes it or it is cut.
async fn carry(state: &State, near: TcpStream, database: (&str, u16)) {
    let mut weather = state.weather.subscribe();
    if *weather.borrow() == Weather::Cut {
        return;
    }
    let waiting = state.connecting.fetch_add(1, Ordering::SeqCst) + 1;
    state.peak.fetch_max(waiting, Ordering::SeqCst);
    let far = TcpStream::connect(database).await.unwrap();
    for end in [&near, &far] {
        end.set_nodelay(true).unwrap();
    }
    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
    let heard = AtomicUsize::new(0);
    tokio::select! {
        () = up(state, near_read, far_write) => {}
        () = down(state, far_read, near_write, &heard) => {}
        _ = weather.wait_for(|weather| *weather == Weather::Cut) => {}
    }
    let counted = if heard.load(Ordering::SeqCst) == 0 { &state.connecting } else { &state.live };
    counted.fetch_sub(1, Ordering::SeqCst);
}

/// What the server asks.
async fn up(state: &State, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let (mut buffer, mut weather) = (vec![0; 1 << 16], state.weather.subscribe());
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..read];
        let now = *weather.wait_for(|weather| *weather != Weather::Silent).await.unwrap();
        let commits = bytes.windows(7).any(|word| word == b"commit\0");
        let analyzes = bytes.windows(8).any(|word| word == b"analyze\0");
        match now {
            Weather::CutAtCommit { asked } if commits => {
                if asked {
                    to.write_all(bytes).await.unwrap();
                }
                state.weather.send_replace(Weather::Cut);
                // What was asked is done although nobody will be told: this end is closed in order.
                let _ = to.shutdown().await;
                return;
            }
            Weather::CutAtAnalyze if analyzes => {
                state.weather.send_replace(Weather::Cut);
                return;
            }
            _ if to.write_all(bytes).await.is_err() => return,
            _ => {}
        }
    }
}

/// What the database answers.
async fn down(state: &State, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, heard: &AtomicUsize) {
    let (mut buffer, mut weather) = (vec![0; 1 << 16], state.weather.subscribe());
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let now = *weather.wait_for(|weather| *weather != Weather::Silent).await.unwrap();
        if let Weather::Late(ms) = now {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        if heard.swap(1, Ordering::SeqCst) == 0 {
            state.connecting.fetch_sub(1, Ordering::SeqCst);
            state.live.fetch_add(1, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
