use super::{Keyrack, Reply};
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request};
use keyrack_server::admin;
use keyrack_server::http::connection::Respond;
use serde_json::{Value, json};

/// Somebody who asks a server through its socket, without a socket.
pub struct Operator<'a>(pub &'a Keyrack);

impl Operator<'_> {
    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str) -> Reply {
        self.ask(Method::POST, path, json!({})).await
    }

    pub async fn ask(&self, method: Method, path: &str, body: Value) -> Reply {
        let request = Request::builder().method(method).uri(format!("/admin{path}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response =
            admin::router(&self.0.app).respond(request.body(body).unwrap(), &ConnectInfo(())).await;
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 24).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Reply { status: head.status.as_u16(), headers: head.headers, text }
    }
}
