//! A browser without a screen: it keeps the credential that staging hands out, and speaks JSON.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::time::Duration;

const CREDENTIAL: &str = "x-development-session";

/// Why a request brought no answer that can be used.
#[derive(Debug)]
pub enum Failure {
    /// The connection broke: the server may or may not have done it.
    Lost,
    /// An answer that says no, or nothing that this understands.
    Refused(String),
}

/// One session of one browser.
#[derive(Clone, Debug)]
pub struct Browser {
    client: reqwest::Client,
    base: String,
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
        Self { client: client.clone(), base: base.to_owned(), rack: None }
    }

    /// `GET path`; returns `data`.
    pub async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        let request = self.client.get(format!("{}{path}", self.base));
        self.send(request).await
    }

    /// `GET path`; returns the whole body.
    pub async fn text(&mut self, path: &str) -> Result<String, Failure> {
        let request = self.client.get(format!("{}{path}", self.base));
        self.exchange(request).await
    }

    /// `POST path` with a JSON body; returns `data`.
    pub async fn post(&mut self, path: &str, body: Value) -> Result<Value, Failure> {
        let request = self.client.post(format!("{}{path}", self.base)).json(&body);
        self.send(request).await
    }

    /// Signs up with a new account; returns the session that it is active in.
    pub async fn sign_up(&mut self, email: &str) -> Result<Value, Failure> {
        let form =
            json!({ "first_name": "Soak", "last_name": "Test", "email": email, "password": password(email) });
        let session = self.post("/auth/signup", form).await?;
        let attempt = last_id(&session["signup_attempts"])
            .ok_or_else(|| Failure::Refused(format!("no sign-up attempt in {session}")))?;
        let attempt =
            json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "email_otp" });
        self.post("/auth/prepare-verification", attempt.clone()).await?;
        let code = self.code(email).await?;
        let mut answer = attempt;
        answer["verification_code"] = json!(code);
        self.post("/auth/attempt-verification", answer).await
    }

    /// The code that was mailed to `email`: mail leaves after the answer, so this asks until it is there.
    async fn code(&self, email: &str) -> Result<String, Failure> {
        let url = format!("{}/dev/outbox?to={email}", self.base);
        for _ in 0..1000 {
            let answer = self.client.get(&url).send().await.map_err(|_| Failure::Lost)?;
            let outbox: Value = answer.json().await.map_err(|_| Failure::Lost)?;
            let messages = outbox["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
            if let Some(code) = messages.iter().rev().find_map(|message| message["code"].as_str()) {
                return Ok(code.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(Failure::Refused(format!("no code was mailed to {email} within 10 s")))
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let body = self.exchange(request).await?;
        let body: Value = serde_json::from_str(&body)
            .map_err(|_| Failure::Refused(format!("an answer that is no JSON: {body}")))?;
        Ok(body["data"].clone())
    }

    async fn exchange(&mut self, request: reqwest::RequestBuilder) -> Result<String, Failure> {
        let request = match &self.rack {
            Some(rack) => request.header(CREDENTIAL, rack),
            None => request,
        };
        let answer = request.send().await.map_err(|_| Failure::Lost)?;
        let (status, credential) = (answer.status(), credential(answer.headers()));
        let body = answer.text().await.map_err(|_| Failure::Lost)?;
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
