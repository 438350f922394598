use super::{Backend, Events};
use reqwest::{Method, Response};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// For how long a test waits for what it must be told; in a moment it is.
const PATIENCE: Duration = Duration::from_secs(60);

/// `GET /admin/v1/revocations` as a backend reads it.
pub struct Revocations(Events);

/// An event: its name, its id, and of each sign-in the revision before which its tokens are refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub name: String,
    pub id: String,
    pub window_ms: i64,
    pub told: BTreeMap<String, i64>,
}

impl Told {
    fn read(block: &str) -> Option<Self> {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let data: Value = serde_json::from_str(field("data")?).unwrap();
        assert_eq!(data.as_object().unwrap().len(), 2, "{data}");
        let one = |one: &Value| {
            assert_eq!(one.as_object().unwrap().len(), 2, "{one}");
            (one["signin_id"].as_str().unwrap().to_owned(), one["not_before_rev"].as_i64().unwrap())
        };
        Some(Self {
            name: field("event").unwrap().to_owned(),
            id: field("id").unwrap().to_owned(),
            window_ms: data["window_ms"].as_i64().unwrap(),
            told: data["revocations"].as_array().unwrap().iter().map(one).collect(),
        })
    }
}

impl Revocations {
    /// Reads an answer that must be a stream.
    pub fn of(response: Response) -> Self {
        Self(Events::of(response))
    }

    /// The next event; none when the server has closed the stream.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(told) = Told::read(&self.0.block().await?) {
                return Some(told);
            }
        }
    }

    /// That it is closed, and not because it has gone on for as long as any may.
    pub async fn is_ended(&mut self) {
        let next = tokio::time::timeout(PATIENCE, self.next()).await;
        assert_eq!(next.expect("the stream goes on"), None);
    }

    /// The next event, which must be about these sign-ins and no others, be it in several parts; the revisions.
    pub async fn about(&mut self, sign_ins: &[&str]) -> Vec<i64> {
        let mut told = BTreeMap::new();
        while told.len() < sign_ins.len() {
            let next = tokio::time::timeout(PATIENCE, self.next()).await;
            let next = next.unwrap_or_else(|_| panic!("nobody tells of {sign_ins:?}"));
            let next = next.expect("the stream has ended");
            assert_eq!(next.name, "revoked");
            told.extend(next.told);
        }
        sign_ins.iter().map(|id| *told.get(*id).unwrap_or_else(|| panic!("{id} in {told:?}"))).collect()
    }
}

impl Backend {
    /// Asks for the stream, perhaps for what followed an event.
    pub async fn asks_for_revocations(&self, last_event_id: Option<&str>) -> Response {
        let mut request = self.request(Method::GET, "/admin/v1/revocations");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        request.send().await.unwrap()
    }

    /// Follows; what it begins with.
    pub async fn follows_from(&self, last_event_id: Option<&str>) -> (Revocations, Told) {
        let mut stream = Revocations::of(self.asks_for_revocations(last_event_id).await);
        let first = stream.next().await.unwrap();
        (stream, first)
    }
}
