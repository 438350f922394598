use super::{Keyrack, Operator, Reply, contract};
use keyrack_server::api_key::Scope;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use url::form_urlencoded;

/// An application's backend with a secret key.
pub struct Backend {
    client: Client,
    /// The nodes that its requests go to, one after the other.
    nodes: Vec<String>,
    sent: AtomicUsize,
    /// What it shows.
    pub key: String,
}

impl Keyrack {
    /// A new secret key for these scopes.
    pub async fn api_key(&self, scopes: &[&str]) -> String {
        let new = json!({ "name": "test", "scopes": scopes });
        let made = Operator(self).ask(Method::POST, "/api-keys", new).await.ok();
        made["secret"].as_str().unwrap().to_owned()
    }

    /// The same of one of several deployments.
    pub async fn api_key_of(&self, deployment: &str, scopes: &[&str]) -> String {
        let (path, new) =
            (format!("/api-keys?deployment={deployment}"), json!({ "name": "test", "scopes": scopes }));
        let made = Operator(self).ask(Method::POST, &path, new).await.ok();
        made["secret"].as_str().unwrap().to_owned()
    }

    /// A backend with a new key for these scopes.
    pub async fn backend(&self, scopes: &[&str]) -> Backend {
        self.backend_with(self.api_key(scopes).await)
    }

    /// A backend that shows this.
    pub fn backend_with(&self, key: String) -> Backend {
        Backend { client: super::client(), nodes: self.nodes(), sent: AtomicUsize::new(0), key }
    }
}

/// What opens every route of backends, to be sent to those and to no other.
pub struct Master(String);

impl Keyrack {
    /// A new secret key for everything.
    pub async fn master(&self) -> Master {
        let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        Master(self.api_key(&scopes).await)
    }
}

impl Master {
    /// A line of a head, where `path` is one of theirs.
    pub fn line(&self, path: &str) -> String {
        let is_theirs = path.starts_with("/admin/");
        if is_theirs { format!("authorization: Bearer {}\r\n", self.0) } else { String::new() }
    }

    /// A request to `path`, with it where that is one of theirs.
    pub fn on(&self, path: &str, request: RequestBuilder) -> RequestBuilder {
        if path.starts_with("/admin/") { request.bearer_auth(&self.0) } else { request }
    }
}

impl Backend {
    /// The same, calling by another name of this machine.
    pub fn on(mut self, host: &str) -> Self {
        self.nodes.iter_mut().for_each(|node| *node = node.replace("127.0.0.1", host));
        self
    }

    /// A request with its key; the caller may add to it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let node = &self.nodes[self.sent.fetch_add(1, Ordering::SeqCst) % self.nodes.len()];
        self.client.request(method, format!("{node}{path}")).bearer_auth(&self.key)
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let reply = Reply::read(client.execute(request).await.unwrap()).await;
        contract::check(&method, &path, &reply);
        reply
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// The same with a query.
    pub async fn look(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        let mut text = form_urlencoded::Serializer::for_suffix(format!("{path}?"), path.len() + 1);
        self.get(&text.extend_pairs(query).finish()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PATCH, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn ask(&self, method: Method, path: &str, body: Value) -> Reply {
        self.send(self.request(method, path).json(&body)).await
    }
}
