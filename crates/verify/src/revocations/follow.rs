//! Following the stream, for as long as there is a verifier that uses it.

use super::Revocations;
use super::events::Events;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// A connection on which nothing is said for so long is lost: the server says something every two seconds.
const SILENCE: Duration = Duration::from_secs(6);
/// How long to wait before another try, after the first failure and after many.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
/// The same when the server says that the key is none, or may not: nothing but an operator helps.
const REFUSED: Duration = Duration::from_secs(30);

/// Where the stream is.
pub(crate) struct Wire {
    pub(crate) url: String,
    pub(crate) api_key: String,
    pub(crate) client: reqwest::Client,
}

impl fmt::Debug for Wire {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Wire").field("url", &self.url).finish_non_exhaustive()
    }
}

/// How far the streams came.
#[derive(Default)]
struct Progress {
    /// The id of the last event, where the next stream goes on.
    last: Option<String>,
    /// Whether the present one was heard: the next try is a first one then.
    heard: bool,
}

/// Why a stream ended.
enum Cut {
    /// Nobody uses what is heard any more.
    Unused,
    /// The server ended it, as it does now and then.
    Ended,
    /// The server, or the network between.
    Lost(String),
    /// The server takes the key for none of its own, or for one that may not.
    Refused(u16),
}

impl Wire {
    /// Follows in the background until nobody holds `revocations` any more.
    pub(crate) fn follow(self, revocations: &Arc<Revocations>) {
        let revocations = Arc::downgrade(revocations);
        tokio::spawn(async move {
            let (mut progress, mut failures) = (Progress::default(), 0_u32);
            loop {
                progress.heard = false;
                let cut = self.one_stream(&revocations, &mut progress).await;
                failures = if progress.heard { 0 } else { failures.saturating_add(1) };
                let pause = match cut {
                    Cut::Unused => return,
                    Cut::Ended => pause_after(failures),
                    Cut::Lost(error) => {
                        tracing::warn!(url = self.url, error, "revocations are not heard; trying again");
                        pause_after(failures)
                    }
                    Cut::Refused(status) => {
                        let why = match status {
                            401 => "the API key is of another deployment, was revoked or has expired",
                            _ => "the API key needs the scope revocations:read",
                        };
                        tracing::error!(url = self.url, status, why, "revocations are not heard");
                        REFUSED
                    }
                };
                sleep(pause).await;
            }
        });
    }

    /// Reads one stream to its end, from where the last one ended.
    async fn one_stream(&self, revocations: &Weak<Revocations>, progress: &mut Progress) -> Cut {
        let lost = |error: reqwest::Error| Cut::Lost(error.without_url().to_string());
        let mut request = self.client.get(&self.url).bearer_auth(&self.api_key);
        request = request.header("accept", "text/event-stream");
        if let Some(last) = &progress.last {
            request = request.header("last-event-id", last);
        }
        let mut answer = match timeout(SILENCE, request.send()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return lost(error),
            Err(_) => return Cut::Lost("no answer in time".to_owned()),
        };
        let status = answer.status().as_u16();
        if status != 200 {
            let is_refused = matches!(status, 401 | 403);
            return if is_refused { Cut::Refused(status) } else { Cut::Lost(format!("status {status}")) };
        }
        let mut events = Events::default();
        // The id of the last event of this connection: one that goes on where another ended begins with an event, too.
        let mut heard = None;
        loop {
            let chunk = match timeout(SILENCE, answer.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Cut::Ended,
                Ok(Err(error)) => return lost(error),
                Err(_) => return Cut::Lost("the stream fell silent".to_owned()),
            };
            let Some(revocations) = revocations.upgrade() else { return Cut::Unused };
            if revocations.take_bytes(&mut events, &chunk, &mut heard).is_err() {
                // Whatever was meant, a snapshot says it in full.
                progress.last = None;
                return Cut::Lost("what the server said was not understood".to_owned());
            }
            if heard.is_some() {
                (progress.heard, progress.last) = (true, heard.clone());
            }
        }
    }
}

/// How long to wait after so many failures in a row.
fn pause_after(failures: u32) -> Duration {
    let (first, most) = PAUSES;
    first.saturating_mul(1 << failures.min(8)).min(most)
}
