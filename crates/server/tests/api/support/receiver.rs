use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A server on this machine that keeps what it is sent and answers what it is told to.
#[derive(Clone)]
pub struct Receiver {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Got {
    /// The only header of this name.
    pub fn header(&self, name: &str) -> &str {
        let mut all = self.headers.get_all(name).iter();
        let first = all.next().unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        assert!(all.next().is_none(), "{name} stands twice");
        first.to_str().unwrap()
    }
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let receiver = Self { url, got: Arc::default(), answers: Arc::default() };
        let router = Router::new().fallback(keep).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// The next requests are answered with these, the ones after them with 200. A status of 3xx leads to `location`.
    pub fn answers(&self, statuses: &[u16], location: &str) {
        self.answers.lock().unwrap().extend(statuses.iter().map(|status| (*status, location.to_owned())));
    }

    /// What came so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

async fn keep(State(receiver): State<Receiver>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    receiver.got.lock().unwrap().push(Got { path: parts.uri.to_string(), headers: parts.headers, body });
    let (status, location) = receiver.answers.lock().unwrap().pop_front().unwrap_or((200, String::new()));
    let mut response = Response::new("answer".into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    if !location.is_empty() {
        response.headers_mut().insert("location", location.parse().unwrap());
    }
    response
}
