use super::{Keyrack, PASSWORD, Reply, contract};
use keyrack_server::config::Mode;
use keyrack_server::http::carriage::Carriage;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A browser: it keeps the one credential that it was handed last, as a cookie or as our client in staging.
pub struct Browser {
    client: Client,
    /// Where its pages come from.
    base: String,
    /// The nodes that its requests go to, one after the other.
    nodes: Vec<String>,
    sent: AtomicUsize,
    mode: Mode,
    cookie: String,
    credential: Mutex<Option<String>>,
    /// The address that a proxy says it comes from.
    address: Option<&'static str>,
}

impl Browser {
    pub fn new(server: &Keyrack) -> Self {
        let site = &server.app.sites[0];
        let cookie = match &site.carriage {
            Carriage::Cookie { name, .. } => name.clone(),
            Carriage::Staging => String::new(),
        };
        Self {
            client: super::client(),
            base: server.base.clone(),
            nodes: server.nodes(),
            sent: AtomicUsize::new(0),
            mode: site.config.mode,
            cookie,
            credential: Mutex::new(None),
            address: None,
        }
    }

    /// One for a staging deployment at `base`.
    pub fn in_staging(base: &str) -> Self {
        Self {
            client: super::client(),
            base: base.to_owned(),
            nodes: vec![base.to_owned()],
            sent: AtomicUsize::new(0),
            mode: Mode::Staging,
            cookie: String::new(),
            credential: Mutex::new(None),
            address: None,
        }
    }

    /// Another tab, or a thief: the same credential, but from now on its own.
    pub fn copied(&self) -> Self {
        Self {
            client: self.client.clone(),
            base: self.base.clone(),
            nodes: self.nodes.clone(),
            sent: AtomicUsize::new(self.sent.load(Ordering::SeqCst)),
            mode: self.mode,
            cookie: self.cookie.clone(),
            credential: Mutex::new(self.credential()),
            address: self.address,
        }
    }

    /// The same credential, coming from this address, where a proxy on this machine is trusted to say so.
    pub fn at(&self, address: &'static str) -> Self {
        Self { address: Some(address), ..self.copied() }
    }

    /// The same credential, sent to another server.
    pub fn copied_to(&self, server: &Keyrack) -> Self {
        Self { base: server.base.clone(), nodes: server.nodes(), ..self.copied() }
    }

    /// What it would send now.
    pub fn credential(&self) -> Option<String> {
        self.credential.lock().unwrap().clone()
    }

    /// Makes it hold this credential.
    pub fn hold(&self, credential: Option<String>) {
        *self.credential.lock().unwrap() = credential;
    }

    /// A request with this browser's credential and origin; the caller may add to it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let node = &self.nodes[self.sent.fetch_add(1, Ordering::SeqCst) % self.nodes.len()];
        let request = self.client.request(method, format!("{node}{path}"));
        // What only servers ask comes from no page.
        let is_of_servers = path == "/handshake/exchange";
        let request = if is_of_servers { request } else { request.header("origin", &self.base) };
        let request = match self.address {
            Some(address) => request.header("x-forwarded-for", address),
            None => request,
        };
        match (self.credential(), self.mode) {
            (None, _) => request,
            (Some(rack), Mode::Staging) => request.header("x-development-session", rack),
            (Some(rack), Mode::Production) => request.header("cookie", format!("{}={rack}", self.cookie)),
        }
    }

    /// Sends a request and keeps what the answer hands out.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let reply = self.send_and_lose(request).await;
        self.take(&reply);
        reply
    }

    /// Sends a request whose answer's credential never arrives.
    pub async fn send_and_lose(&self, request: RequestBuilder) -> Reply {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let reply = Reply::read(client.execute(request).await.unwrap()).await;
        contract::check(&method, &path, &reply);
        reply
    }

    /// Keeps what an answer hands out, as a browser does: the later one replaces the earlier one.
    pub fn take(&self, reply: &Reply) {
        if let Some(rack) = reply.header("x-development-session") {
            self.hold(Some(rack.to_owned()));
        }
        if let Some(cookie) = reply.set_cookie(&self.cookie) {
            self.hold((!cookie.is_empty()).then_some(cookie));
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// The session as `GET /session` shows it.
    pub async fn session(&self) -> Value {
        self.get("/session").await.ok()
    }

    /// Begins a sign-up and gives the attempt's id.
    pub async fn begins_sign_up(&self, name: &str) -> String {
        let session = self.post("/auth/signup", sign_up_form(name)).await.ok();
        let attempts = session["signup_attempts"].as_array().unwrap();
        attempts.last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    pub async fn asks_for_code(&self, attempt: &str) -> Reply {
        let body =
            json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "email_otp" });
        self.post("/auth/prepare-verification", body).await
    }

    pub async fn enters_code(&self, attempt: &str, code: &str) -> Reply {
        self.post("/auth/attempt-verification", code_form(attempt, code)).await
    }

    /// Signs `name`@example.com up, all the way; gives the session.
    pub async fn signs_up(&self, server: &Keyrack, name: &str) -> Value {
        let attempt = self.begins_sign_up(name).await;
        self.asks_for_code(&attempt).await.ok();
        let code = server.code(name).await;
        self.enters_code(&attempt, &code).await.ok()
    }

    pub async fn sign_in(&self, name: &str, password: &str) -> Reply {
        self.post("/auth/signin", sign_in_form(name, password)).await
    }

    /// Signs `name`@example.com in as a further account; gives the new sign-in's id.
    pub async fn also_signs_in(&self, name: &str) -> String {
        let session = self.sign_in(name, PASSWORD).await.ok();
        session["active_signin"]["id"].as_str().unwrap().to_owned()
    }

    /// The id of the active sign-in.
    pub async fn sign_in_id(&self) -> String {
        self.session().await["active_signin"]["id"].as_str().unwrap().to_owned()
    }

    /// The addresses of the sign-ins that it sees, the active one marked.
    pub async fn accounts(&self) -> Vec<String> {
        let session = self.session().await;
        let active = &session["active_signin"]["id"];
        let name = |sign_in: &Value| {
            let email = sign_in["user"]["email_address"].as_str().unwrap();
            let name = email.split('@').next().unwrap();
            if sign_in["id"] == *active { format!("{name}*") } else { name.to_owned() }
        };
        let mut names: Vec<String> = session["signins"].as_array().unwrap().iter().map(name).collect();
        // What two nodes make within one millisecond of a clock that stands has no order.
        if self.nodes.len() > 1 {
            names.sort();
        }
        names
    }

    /// The id of the sign-in of `name`@example.com.
    pub async fn sign_in_of(&self, name: &str) -> String {
        let session = self.session().await;
        let of = |sign_in: &&Value| sign_in["user"]["email_address"] == format!("{name}@example.com");
        session["signins"].as_array().unwrap().iter().find(of).expect("a sign-in")["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

pub fn sign_up_form(name: &str) -> Value {
    json!({ "email": format!("{name}@example.com"), "password": PASSWORD, "first_name": name, "last_name": "Test" })
}

pub fn sign_in_form(name: &str, password: &str) -> Value {
    json!({ "strategy": "plain_email", "email": format!("{name}@example.com"), "password": password })
}

pub fn code_form(attempt: &str, code: &str) -> Value {
    json!({ "attempt_identifier": attempt, "identifier_type": "signup", "verification_code": code })
}
