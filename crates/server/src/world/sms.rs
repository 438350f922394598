//! Text messages: kept in memory, or handed to whoever sends them.
//!
//! Two ways: a webhook that is signed as Standard Webhooks describe it, so that a receiver verifies it with a library;
//! and the HTTP API that Twilio made and others speak too. Both go to one address that the operator wrote down, follow
//! no redirect, and reach no private address unless the operator allows it.

use super::{Delivered, Undelivered, webhook};
use crate::error::{Error, Result};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How many messages the development outbox keeps; the oldest give way.
const KEPT: usize = 500;

/// A text message before it is sent.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Sms {
    /// The one recipient, E.164.
    pub to: String,
    /// What it says.
    pub text: String,
    /// The code in it, if there is one.
    pub code: Option<String>,
    /// The language that it is written in.
    pub language: String,
}

impl fmt::Debug for Sms {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sms")
    }
}

/// A text message that was captured instead of sent.
#[derive(Clone, Debug)]
pub struct CapturedSms {
    /// The outbox row that it came from.
    pub id: String,
    /// When it was captured, in Unix milliseconds.
    pub created_at: i64,
    /// The message.
    pub sms: Sms,
}

/// Where text messages go.
pub enum SmsSender {
    /// Nowhere: the deployment sends none, and what was to be sent waits for one that does.
    Nobody,
    /// Into memory, for development and tests.
    Captured(Mutex<VecDeque<CapturedSms>>),
    /// To a program of the operator's.
    Webhook {
        /// What speaks HTTP.
        http: Client,
        /// Where it listens.
        url: Url,
        /// What its signatures are made with.
        key: Box<hmac::Key>,
    },
    /// To an HTTP API like Twilio's.
    Twilio {
        /// What speaks HTTP.
        http: Client,
        /// `…/2010-04-01/Accounts/{account}/Messages.json`.
        url: Url,
        /// The account's id.
        account: String,
        /// The account's secret.
        secret: String,
        /// The sending number, or a messaging service (`MG…`).
        from: String,
    },
}

impl fmt::Debug for SmsSender {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Nobody => "Nobody",
            Self::Captured(_) => "Captured",
            Self::Webhook { .. } => "Webhook",
            Self::Twilio { .. } => "Twilio",
        })
    }
}

/// What a webhook is told.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    to: &'a str,
    text: &'a str,
    language: &'a str,
}

impl SmsSender {
    /// Keeps text messages in memory.
    #[must_use]
    pub fn captured() -> Self {
        Self::Captured(Mutex::new(VecDeque::new()))
    }

    /// Hands them to the webhook at `url`. `secret` is `whsec_` and at least 24 bytes in base64, or the base64 alone.
    ///
    /// # Errors
    /// When the secret is none, or `url` is a private address and those are not allowed.
    pub fn webhook(url: &str, secret: &str, allow_private: bool) -> Result<Self> {
        let key = webhook_key(secret).map_err(|text| Error::internal("read the secret of [sms]", text))?;
        let (http, url) = client(url, allow_private)?;
        Ok(Self::Webhook { http, url, key: Box::new(hmac::Key::new(hmac::HMAC_SHA256, &key)) })
    }

    /// Hands them to the API at `url` (`https://api.twilio.com` is Twilio's).
    ///
    /// # Errors
    /// When `url` is no address, or a private one and those are not allowed.
    pub fn twilio(
        url: &str,
        (account, secret): (&str, &str),
        from: &str,
        allow_private: bool,
    ) -> Result<Self> {
        let whole = format!("{}/2010-04-01/Accounts/{account}/Messages.json", url.trim_end_matches('/'));
        let (http, url) = client(&whole, allow_private)?;
        let [account, secret, from] = [account, secret, from].map(str::to_owned);
        Ok(Self::Twilio { http, url, account, secret, from })
    }

    /// Sends one. A webhook is told `id`, under which it sees the same message again when its answer was lost.
    ///
    /// # Errors
    /// [`Undelivered::Refused`] when no other try would end otherwise.
    pub async fn send(&self, id: &str, now: i64, sms: Sms) -> Delivered {
        match self {
            Self::Nobody => Err(Undelivered::Refused(Error::internal(
                "send a text message",
                "the configuration has no [sms]",
            ))),
            Self::Captured(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == KEPT {
                    kept.pop_front();
                }
                kept.push_back(CapturedSms { id: id.to_owned(), created_at: now, sms });
                Ok(())
            }
            Self::Webhook { http, url, key } => told(http, url, key, (id, now, &sms)).await,
            Self::Twilio { http, url, account, secret, from } => {
                let sender = if from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
                let form = [("To", sms.to.as_str()), (sender, from), ("Body", &sms.text)];
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
                let request = http
                    .post(url.clone())
                    .basic_auth(account, Some(secret))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body);
                answered(request).await
            }
        }
    }

    /// What was captured, oldest first; empty when they are really sent.
    #[must_use]
    pub fn captured_messages(&self) -> Vec<CapturedSms> {
        match self {
            Self::Captured(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Forgets what was captured.
    pub fn clear(&self) {
        if let Self::Captured(kept) = self {
            kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}

/// The key in a webhook's secret.
///
/// # Errors
/// A sentence that names the fix.
pub fn webhook_key(secret: &str) -> std::result::Result<Vec<u8>, &'static str> {
    let text = secret.trim();
    let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).unwrap_or_default();
    if (24..=64).contains(&bytes.len()) {
        return Ok(bytes);
    }
    Err("the webhook's secret is not 24 to 64 bytes in base64; make one with: openssl rand -base64 32")
}

async fn told(http: &Client, url: &Url, key: &hmac::Key, (id, now, sms): (&str, i64, &Sms)) -> Delivered {
    let data = Data { id, to: &sms.to, text: &sms.text, language: &sms.language };
    let told = Told { kind: "sms.send", timestamp: crate::time::rfc3339(now), data };
    let body = serde_json::to_string(&told)
        .map_err(|cause| Undelivered::Refused(Error::internal("write a text message", cause)))?;
    let request = webhook::signed(http, (url, key), (id, now / 1000), body);
    answered(request).await
}

/// Sends a request and reads nothing of the answer but its status.
async fn answered(request: reqwest::RequestBuilder) -> Delivered {
    let sent = request.send().await;
    // Neither the address, which may hold a secret, nor anything of the message is in what the log says.
    let away = |cause| Undelivered::Later(Error::unavailable("send a text message", webhook::said(cause)));
    let status = sent.map_err(away)?.status();
    if status.is_success() {
        return Ok(());
    }
    let said = format!("it was answered with {}", status.as_u16());
    let passes = status.is_server_error()
        || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT]
            .contains(&status);
    // Wrong credentials and addresses are put right by the operator while messages wait.
    let mended = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status);
    match passes || mended {
        true => Err(Undelivered::Later(Error::unavailable("send a text message", said))),
        false => Err(Undelivered::Refused(Error::internal("send a text message", said))),
    }
}

fn client(url: &str, allow_private: bool) -> Result<(Client, Url)> {
    webhook::client(url, allow_private).map_err(|cause| Error::internal("read [sms] url", cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhooks_secret_is_base64_of_enough_bytes_with_or_without_its_prefix() {
        let key = STANDARD.encode([7; 32]);
        assert_eq!(webhook_key(&key).unwrap(), [7; 32]);
        assert_eq!(webhook_key(&format!(" whsec_{key}\n")).unwrap(), [7; 32]);
        for text in ["", "whsec_", "c2hvcnQ=", "not base64 at all, but long enough to be"] {
            assert!(webhook_key(text).is_err(), "{text}");
        }
    }
}
