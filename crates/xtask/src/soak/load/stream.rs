//! A stream of events, as far as the load needs it: what revision it told of last.

use super::seen::Seen;
use crate::http::Browser;
use serde_json::Value;
use std::time::{Duration, Instant};

/// A change is told within this time.
const TOLD: Duration = Duration::from_secs(1);

/// An open stream.
pub struct Stream {
    answer: reqwest::Response,
    text: String,
    /// The session and the revision that it told of last.
    last: (String, i64),
}

impl Stream {
    /// Opens one and waits for its first event.
    pub async fn open(browser: &Browser) -> Result<Self, String> {
        let answer = browser.open("/session/events").await?;
        let kind =
            answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if answer.status().as_u16() != 200 || !kind.starts_with("text/event-stream") {
            return Err(format!("a stream: {} {kind}", answer.status()));
        }
        let mut stream = Self { answer, text: String::new(), last: (String::new(), -1) };
        match tokio::time::timeout(Duration::from_secs(5), stream.next()).await {
            Ok(told) => told.map(|()| stream),
            Err(_) => Err("a stream: no first event within 5 s".to_owned()),
        }
    }

    /// Waits until it has told of `revision`, or a later one, of this session.
    pub async fn tells(mut self, session: &str, revision: i64, seen: &Seen) -> Result<Self, String> {
        let since = Instant::now();
        while self.last.0 != session || self.last.1 < revision {
            let told = tokio::time::timeout(TOLD.saturating_sub(since.elapsed()), self.next()).await;
            told.map_err(|_| {
                format!("a stream: revision {revision} was not told of within 1 s, only {:?}", self.last)
            })??;
        }
        seen.told(since.elapsed());
        Ok(self)
    }

    /// Reads on until the server ends it, and throws away what comes.
    pub async fn drain(mut self) {
        while self.answer.chunk().await.is_ok_and(|chunk| chunk.is_some()) {}
    }

    /// Waits for the next event.
    async fn next(&mut self) -> Result<(), String> {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let told = event(frame);
                self.text = rest.to_owned();
                if let Some(told) = told {
                    self.last = told;
                    return Ok(());
                }
                continue;
            }
            match self.answer.chunk().await {
                Ok(Some(bytes)) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Ok(None) => return Err("a stream ended".to_owned()),
                Err(error) => return Err(format!("a stream broke: {error}")),
            }
        }
    }
}

/// The session and the revision of a frame that is an event.
fn event(frame: &str) -> Option<(String, i64)> {
    let data = frame.lines().find_map(|line| line.strip_prefix("data:"))?;
    let data: Value = serde_json::from_str(data.trim()).ok()?;
    Some((data["session_id"].as_str()?.to_owned(), data["revision"].as_i64()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_frame_with_data_is_an_event() {
        assert_eq!(event("retry: 1000"), None);
        assert_eq!(event(":"), None);
        let frame = "id: 17\nevent: session\ndata: {\"session_id\":\"ses_1\",\"revision\":17,\"reason\":\"switched\"}";
        assert_eq!(event(frame), Some(("ses_1".to_owned(), 17)));
    }
}
