//! Calls to endpoints that the operator wrote down, signed as Standard Webhooks describe it, so that a receiver verifies them
//! with a library. They follow no redirect, and reach no private address unless the operator allows it.

use super::outside::{Outside, is_private};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, Url, header};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// How long whoever is called may take to connect.
const CONNECT: Duration = Duration::from_secs(5);
/// How long they may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest pause that an endpoint may ask for, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 86_400_000;

/// A client for one address.
///
/// # Errors
/// One line that says what is wrong with it.
pub(super) fn client(url: &str, allow_private: bool) -> Result<(Client, Url), String> {
    let url = Url::parse(url).map_err(|cause| cause.to_string())?;
    let literal = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    if !allow_private && literal.is_some_and(is_private) {
        return Err("a private address; set private_addresses = true if it is meant".to_owned());
    }
    let http =
        Client::builder().redirect(Policy::none()).connect_timeout(CONNECT).timeout(PATIENCE).no_proxy();
    let http = if allow_private { http } else { http.dns_resolver(Outside) };
    // For http no certificates are needed, and nothing must look for them.
    let http = if url.scheme() == "https" { http } else { http.tls_certs_only([]) };
    Ok((http.build().map_err(|cause| cause.to_string())?, url))
}

/// A signed call: `id` is the same each time that it is made.
pub(super) fn signed(
    http: &Client,
    (url, key): (&Url, &hmac::Key),
    (id, seconds): (&str, i64),
    body: String,
) -> RequestBuilder {
    let tag = hmac::sign(key, format!("{id}.{seconds}.{body}").as_bytes());
    http.post(url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", format!("v1,{}", STANDARD.encode(tag)))
        .body(body)
}

/// An endpoint that can be called.
pub struct Webhook {
    http: Client,
    url: Url,
    key: hmac::Key,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Webhook")
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// It was taken.
    Taken(u16),
    /// It was not; another try may end otherwise. What to tell the operator, and for how many milliseconds the endpoint asked
    /// to be left alone (0: it did not).
    Later(String, i64),
    /// The endpoint is gone for good (410): what to tell the operator.
    Gone(String),
}

impl Webhook {
    /// The endpoint at `url`, whose signatures are made with `key`.
    ///
    /// # Errors
    /// One line that says what is wrong with the address.
    pub fn new(url: &str, key: &[u8], allow_private: bool) -> Result<Self, String> {
        let (http, url) = client(url, allow_private)?;
        Ok(Self { http, url, key: hmac::Key::new(hmac::HMAC_SHA256, key) })
    }

    /// Calls it. Any 2xx takes the message; nothing but the status of the answer is read.
    pub async fn call(&self, id: &str, now_ms: i64, body: String) -> Called {
        let request = signed(&self.http, (&self.url, &self.key), (id, now_ms / 1000), body);
        let answer = match request.header(header::USER_AGENT, "Keyrack").send().await {
            Ok(answer) => answer,
            Err(cause) => return Called::Later(said(cause), 0),
        };
        let status = answer.status();
        if status.is_success() {
            return Called::Taken(status.as_u16());
        }
        let text = format!("answered with {}", status.as_u16());
        if status == StatusCode::GONE {
            return Called::Gone(text);
        }
        let asked =
            answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let pause = asked.map_or(0, |seconds: i64| seconds.saturating_mul(1000).clamp(0, LONGEST_PAUSE_MS));
        Called::Later(text, pause)
    }
}

/// Why a call did not come through; the address, which may hold a secret, is not in it.
pub(super) fn said(cause: reqwest::Error) -> String {
    let cause = cause.without_url();
    let mut text = cause.to_string();
    let mut source = std::error::Error::source(&cause);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
