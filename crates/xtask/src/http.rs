//! A browser without a screen: it keeps the credential that staging hands out, and speaks JSON.

use crate::mailbox::Mailbox;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

const CREDENTIAL: &str = "x-development-session";

/// How long a browser of `keyrack dev` waits for its mail.
const CODE_PATIENCE: Duration = Duration::from_secs(5);
/// The same where nodes die: one that has just done so keeps the mail to itself for a minute.
const MAIL_PATIENCE: Duration = Duration::from_millis(1500);

/// Why a request brought no answer that can be used.
#[derive(Debug)]
pub enum Failure {
    /// No node took the connection: nothing was done.
    Down,
    /// The connection broke: the server may or may not have done it.
    Lost,
    /// 503: the server says that it could not; when the database went in the middle, it may have.
    Unavailable,
    /// A code that was asked for did not come in time.
    NoCode,
    /// An answer that says no, or nothing that this understands.
    Refused(String),
}

/// Where a request went, and when.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// The node, by its place among the browser's.
    pub node: usize,
    /// When it was sent.
    pub at: Instant,
}

/// One session of one browser.
#[derive(Clone, Debug)]
pub struct Browser {
    client: reqwest::Client,
    nodes: Arc<[String]>,
    /// The last request.
    pub sent: Sent,
    /// Where its mail goes, if not into the outbox of `keyrack dev`.
    mailbox: Option<Arc<Mailbox>>,
    /// How long it waits for its mail.
    mail_patience: Duration,
    /// How long it waited for the last one that came.
    pub mail_took: Duration,
    /// The address that it says it comes from.
    address: Option<String>,
    /// The credential, once there is one.
    pub rack: Option<String>,
}

/// A client that opens no more connections than it needs and waits 20 seconds at most.
pub fn client() -> Result<reqwest::Client, String> {
    let builder = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20));
    builder.build().map_err(|error| format!("no HTTP client: {error}"))
}

impl Browser {
    /// One that has never been here.
    pub fn new(client: &reqwest::Client, base: &str) -> Self {
        Self {
            client: client.clone(),
            nodes: Arc::new([base.to_owned()]),
            sent: Sent { node: 0, at: Instant::now() },
            mailbox: None,
            mail_patience: MAIL_PATIENCE,
            mail_took: Duration::ZERO,
            address: None,
            rack: None,
        }
    }

    /// One that uses several nodes in turn, gets its mail from `mailbox`, and comes from an address of its own.
    pub fn among(
        client: &reqwest::Client,
        nodes: &[String],
        mailbox: &Arc<Mailbox>,
        address: String,
    ) -> Self {
        let (mailbox, address) = (Some(Arc::clone(mailbox)), Some(address));
        Self { nodes: nodes.into(), mailbox, address, ..Self::new(client, "") }
    }

    /// The same browser, where no node dies: a mail that does not come within `patience` never does.
    pub fn waits_for_mail(self, patience: Duration) -> Self {
        Self { mail_patience: patience, ..self }
    }

    /// The same browser, with the same credential, on one node only.
    pub fn at(&self, node: usize) -> Self {
        let only = self.nodes.get(node).cloned().into_iter().collect();
        Self { nodes: only, ..self.clone() }
    }

    /// The address that it says it comes from, `""` when it says none.
    pub fn address(&self) -> &str {
        self.address.as_deref().unwrap_or_default()
    }

    /// How many nodes it uses.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// `GET path`; returns `data`.
    pub async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        self.send(Method::GET, path, None).await
    }

    /// `GET path`; returns the whole body.
    pub async fn text(&mut self, path: &str) -> Result<String, Failure> {
        self.exchange(Method::GET, path, None).await
    }

    /// `GET path`; returns the answer as it begins to come, and waits for the rest of it for minutes.
    pub async fn open(&self, path: &str) -> Result<reqwest::Response, String> {
        let next = (self.sent.node + 1) % self.nodes.len();
        let request = self.request(next, Method::GET, path, None).timeout(Duration::from_secs(600));
        request.send().await.map_err(|error| format!("{path}: {error}"))
    }

    /// `POST path` with a JSON body; returns `data`.
    pub async fn post(&mut self, path: &str, body: Value) -> Result<Value, Failure> {
        self.send(Method::POST, path, Some(&body)).await
    }

    /// Signs up with a new account; returns the session that it is active in.
    pub async fn sign_up(&mut self, email: &str) -> Result<Value, Failure> {
        let proof = self.begin_sign_up(email).await?;
        self.post("/auth/attempt-verification", proof).await
    }

    /// All of a sign-up but the last request; returns what that one has to say.
    pub async fn begin_sign_up(&mut self, email: &str) -> Result<Value, Failure> {
        let form =
            json!({ "first_name": "Soak", "last_name": "Test", "email": email, "password": password(email) });
        let session = self.post("/auth/signup", form).await?;
        let attempt = last_id(&session["signup_attempts"])
            .ok_or_else(|| Failure::Refused(format!("no sign-up attempt in {session}")))?;
        let mut proof =
            json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "email_otp" });
        self.post("/auth/prepare-verification", proof.clone()).await?;
        let since = Instant::now();
        let code = match &self.mailbox {
            Some(mailbox) => mailbox.code(email, self.mail_patience).await,
            None => self.code_in_outbox(email).await?,
        };
        self.mail_took = since.elapsed();
        let code = code.ok_or(Failure::NoCode)?;
        proof["verification_code"] = json!(code);
        Ok(proof)
    }

    /// The code that was mailed to `email`: mail leaves after the answer, so this asks until it is there.
    async fn code_in_outbox(&mut self, email: &str) -> Result<Option<String>, Failure> {
        let since = Instant::now();
        while since.elapsed() < CODE_PATIENCE {
            let answer = self.text(&format!("/dev/outbox?to={email}")).await?;
            let outbox: Value = serde_json::from_str(&answer).map_err(|_| Failure::Lost)?;
            let messages = outbox["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
            if let Some(code) = messages.iter().rev().find_map(|message| message["code"].as_str()) {
                return Ok(Some(code.to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(None)
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let body = self.exchange(method, path, body).await?;
        let body: Value = serde_json::from_str(&body)
            .map_err(|_| Failure::Refused(format!("an answer that is no JSON: {body}")))?;
        Ok(body["data"].clone())
    }

    /// Asks the next node, and another one only when that one takes no connection.
    async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<String, Failure> {
        for _ in 0..self.nodes.len() {
            let node = (self.sent.node + 1) % self.nodes.len();
            self.sent = Sent { node, at: Instant::now() };
            match self.request(node, method.clone(), path, body).send().await {
                Ok(answer) => return self.understand(answer).await,
                Err(error) if error.is_connect() => {}
                Err(_) => return Err(Failure::Lost),
            }
        }
        Err(Failure::Down)
    }

    fn request(
        &self,
        node: usize,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::RequestBuilder {
        let base = self.nodes.get(node).map_or("", String::as_str);
        let mut request = self.client.request(method, format!("{base}{path}"));
        if let Some(rack) = &self.rack {
            request = request.header(CREDENTIAL, rack);
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    async fn understand(&mut self, answer: reqwest::Response) -> Result<String, Failure> {
        let (status, credential) = (answer.status(), credential(answer.headers()));
        let body = answer.text().await.map_err(|_| Failure::Lost)?;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return Err(Failure::Unavailable);
        }
        if !status.is_success() {
            return Err(Failure::Refused(format!("{status}: {body}")));
        }
        if credential.is_some() {
            self.rack = credential;
        }
        Ok(body)
    }
}

/// The password of the account `email`.
pub fn password(email: &str) -> String {
    format!("correct horse {email}")
}

fn credential(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CREDENTIAL)?.to_str().ok()?;
    (!value.is_empty()).then(|| value.to_owned())
}

fn last_id(list: &Value) -> Option<&str> {
    list.as_array()?.last()?["id"].as_str()
}
