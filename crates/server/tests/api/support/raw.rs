use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What does not end within this time hangs.
const LONG_ENOUGH: Duration = Duration::from_secs(60);

/// A connection whose bytes are the test's own, for what no HTTP client would send.
pub struct Raw(TcpStream);

impl Raw {
    pub async fn connect(base: &str) -> Self {
        let address = base.trim_start_matches("http://");
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Sends bytes; whether the other end still takes them.
    pub async fn sends(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Sends `bytes` again and again until the other end takes no more, `most` bytes at most; how many it sent.
    pub async fn floods(&mut self, bytes: &[u8], most: usize) -> usize {
        let mut sent = 0;
        while sent < most && self.sends(bytes).await {
            sent += bytes.len();
        }
        sent
    }

    /// Sends `bytes` every so often until the other end takes no more.
    pub async fn floods_slowly(&mut self, bytes: &[u8], every: Duration) {
        let mut ticks = tokio::time::interval(every);
        let flooding = async {
            while self.sends(bytes).await {
                ticks.tick().await;
            }
        };
        tokio::time::timeout(LONG_ENOUGH, flooding).await.expect("it goes on for ever");
    }

    /// What is answered up to `end`.
    pub async fn hears(&mut self, end: &str) -> String {
        let mut said = String::new();
        while !said.ends_with(end) {
            let byte = tokio::time::timeout(LONG_ENOUGH, self.0.read_u8()).await.expect("it hangs");
            said.push(char::from(byte.unwrap()));
        }
        said
    }

    /// Everything that is answered until the other end closes the connection; of a stream of events, which has no
    /// end, what comes first.
    pub async fn all(&mut self) -> String {
        let mut said = Vec::new();
        let reading = async {
            // A connection that is reset has still said what it said.
            while self.0.read_buf(&mut said).await.is_ok_and(|count| count > 0) && !is_begun_stream(&said) {}
        };
        tokio::time::timeout(LONG_ENOUGH, reading).await.expect("it hangs");
        String::from_utf8_lossy(&said).into_owned()
    }

    /// One request on a connection of its own, which the server must close; gives what it said.
    pub async fn asks(base: &str, request: impl AsRef<[u8]>) -> String {
        let mut raw = Self::connect(base).await;
        raw.sends(request).await;
        raw.all().await
    }
}

/// Whether the last answer is a stream of events whose first event has arrived.
fn is_begun_stream(said: &[u8]) -> bool {
    let text = String::from_utf8_lossy(said);
    let last = text.rfind("HTTP/1.1 ").map_or("", |start| &text[start..]);
    last.contains("\r\ncontent-type: text/event-stream\r\n") && last.ends_with("\n\n")
}
