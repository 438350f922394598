use super::Browser;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use std::time::Duration;

/// What does not come within this time does not come.
const LONG_ENOUGH: Duration = Duration::from_secs(60);

/// An event as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: i64,
    pub name: String,
    pub data: Value,
}

impl Event {
    /// The revision and the reason; the rest must fit them.
    #[track_caller]
    pub fn says(&self, name: &str) -> (i64, String) {
        assert_eq!((self.name.as_str(), &self.data["revision"]), (name, &Value::from(self.id)), "{self:?}");
        (self.id, self.data["reason"].as_str().unwrap().to_owned())
    }
}

fn field<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn is_of_inbox(block: &str) -> bool {
    field(block, "event") == Some("notification")
}

/// `GET /session/events` as a client reads it.
pub struct Events {
    pub response: Response,
    text: String,
}

impl Events {
    /// Reads an answer that must be a stream.
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// What comes up to the next empty line; none when the server has closed the stream.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let chunk =
                tokio::time::timeout(LONG_ENOUGH, self.response.chunk()).await.expect("nothing comes");
            // A connection that was cut ends a stream like one that was closed.
            let Ok(Some(chunk)) = chunk else {
                assert_eq!(self.text, "", "it ended in the middle of an event");
                return None;
            };
            self.text += std::str::from_utf8(&chunk).unwrap();
        }
    }

    /// The next event about the session; none when the server has closed the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            if let Some(data) = field(&block, "data").filter(|_| !is_of_inbox(&block)) {
                let id = field(&block, "id").unwrap().parse().unwrap();
                let name = field(&block, "event").unwrap().to_owned();
                return Some(Event { id, name, data: serde_json::from_str(data).unwrap() });
            }
        }
    }

    /// Waits for an event that says that an inbox changed; the session that it names.
    pub async fn inbox(&mut self) -> String {
        loop {
            let block = self.block().await.expect("the stream has ended");
            if is_of_inbox(&block) {
                assert_eq!(field(&block, "id"), None, "{block}");
                let data: Value = serde_json::from_str(field(&block, "data").unwrap()).unwrap();
                assert_eq!(data.as_object().unwrap().len(), 1, "{data}");
                return data["session_id"].as_str().unwrap().to_owned();
            }
        }
    }

    /// The revision and the reason of the next event, which must be a `session`.
    pub async fn session(&mut self) -> (i64, String) {
        self.next().await.expect("the stream has ended").says("session")
    }

    /// The revision and the reason of the next event, which must be an `end` with nothing after it.
    pub async fn end(&mut self) -> (i64, String) {
        let end = self.next().await.expect("the stream has ended").says("end");
        assert_eq!(self.block().await, None);
        end
    }
}

impl Browser {
    /// Its request for the events of its session.
    pub fn asks_for_events(&self) -> RequestBuilder {
        self.request(Method::GET, "/session/events").header("accept", "text/event-stream")
    }

    /// Follows its session; what comes first, which is where it stands, has been read.
    pub async fn follows(&self) -> Events {
        let mut events = Events::of(self.asks_for_events().send().await.unwrap());
        assert_eq!(events.session().await.1, "current");
        events
    }
}
