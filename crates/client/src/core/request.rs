//! What is asked of the server, and what is understood of its answers. Sending is the platform's business.

use super::plain::{self, Plain};
use crate::{Error, json};
use keyrack_protocol::{ErrorEntry, Session, Token};
use serde_json::Value;

/// One request. Without a body it is a GET, with one a POST of JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Below the address of the API, its query included.
    pub path: String,
    /// What is sent along.
    pub body: Option<Value>,
    /// Whether an empty session in the answer means that there is nothing left to carry.
    pub signs_out: bool,
    /// Id of a session that another tab has told of: its credential may come into storage a moment after the message.
    pub awaits: Option<String>,
    /// Whether its answer is the data itself, without Keyrack's envelope.
    pub is_bare: bool,
}

impl Request {
    /// Reads something.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), body: None, signs_out: false, awaits: None, is_bare: false }
    }

    /// Has something done.
    #[must_use]
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::get(path) }
    }
}

/// What arrived, as far as anybody looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The credential that it hands out.
    pub credential: Option<String>,
    /// Whether it hands one out as a server in staging does, which a publishable key of production does not expect.
    pub is_of_staging: bool,
    /// The body.
    pub body: Vec<u8>,
}

/// The answer itself, of what has no envelope. Refusals have one.
///
/// # Errors
/// As [`understand`].
pub fn understand_bare(reply: &Reply) -> Result<Value, Error> {
    if !(200..300).contains(&reply.status) {
        return understand(reply).and(Err(Error::network()));
    }
    json::parse(&reply.body).ok_or_else(Error::network)
}

/// The `data` of an answer, or the server's refusal.
///
/// # Errors
/// `network` when it is not Keyrack's JSON (a captive portal), otherwise the refusal.
pub fn understand(reply: &Reply) -> Result<Value, Error> {
    let mut json = json::parse(&reply.body).ok_or_else(Error::network)?;
    let (message, errors) = (json["message"].as_str(), json.get("errors"));
    let is_list = errors.is_some_and(|errors| errors.is_null() || errors.is_array());
    let is_one = json["status"].is_u64() && json.get("data").is_some() && is_list;
    let (Some(message), Some(errors), true) = (message, errors, is_one) else { return Err(Error::network()) };
    if (200..300).contains(&reply.status) {
        return Ok(json["data"].take());
    }
    let errors: Vec<ErrorEntry> = match errors {
        Value::Null => Vec::new(),
        errors => read(errors)?,
    };
    let (code, message) = match errors.first() {
        Some(first) => (first.code.clone(), first.message.clone()),
        None => ("unknown".to_owned(), message.to_owned()),
    };
    // The header may be missing, or be a date that some proxy wrote: then nothing is said.
    let retry_after = reply.retry_after.as_deref().and_then(|seconds| seconds.trim().parse().ok());
    Err(Error { code, status: reply.status, message, errors, retry_after })
}

/// The session in an answer. What a newer server knows of it and this version does not is left out: an attempt at an
/// unknown step is nothing that could be gone on with here.
///
/// # Errors
/// `network` when it is none.
pub fn as_session(data: Value) -> Result<Session, Error> {
    if data.get("active_signin").is_none() {
        return Err(Error::network());
    }
    read(&data)
}

/// The session in the answer of a change: that is the session, or has it in it beside what else came of it.
///
/// # Errors
/// `network` when it is none.
pub fn as_changed(mut data: Value) -> Result<Session, Error> {
    match data.get_mut("session").map(Value::take) {
        Some(session) => as_session(session),
        None => as_session(data),
    }
}

/// The token in an answer.
///
/// # Errors
/// `network` when it is none.
pub fn as_token(data: Value) -> Result<Token, Error> {
    let token: Token = read(&data)?;
    if token.token.is_empty() { Err(Error::network()) } else { Ok(token) }
}

fn read<T: Plain>(data: &Value) -> Result<T, Error> {
    plain::read(data).ok_or_else(Error::network)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reply(status: u16, body: &Value) -> Reply {
        Reply { status, body: body.to_string().into_bytes(), ..Reply::default() }
    }

    #[test]
    fn h11_what_is_not_keyracks_json_is_a_network_that_failed() {
        let full = json!({ "status": 200, "message": "ok", "data": {}, "session": null, "errors": null });
        assert_eq!(understand(&reply(200, &full)), Ok(json!({})));
        for missing in ["status", "message", "data", "errors"] {
            let mut less = full.clone();
            less.as_object_mut().unwrap().remove(missing);
            assert_eq!(understand(&reply(200, &less)).unwrap_err().code, "network", "without {missing}");
        }
        for body in ["<html>Log in to the hotel</html>", "", "[]", "null"] {
            let portal = Reply { status: 200, body: body.as_bytes().to_vec(), ..Reply::default() };
            assert_eq!(understand(&portal).unwrap_err().code, "network");
        }
    }

    #[test]
    fn h17_a_refusal_says_code_status_message_and_everything_that_was_refused() {
        let errors = json!([{ "code": "a", "message": "A." }, { "code": "b", "message": "B." }]);
        let body = json!({ "status": 429, "message": "no", "data": null, "session": null, "errors": errors });
        let refused = Reply { retry_after: Some("7".to_owned()), ..reply(429, &body) };
        let error = understand(&refused).unwrap_err();
        assert_eq!((error.code.as_str(), error.status, error.message.as_str()), ("a", 429, "A."));
        assert_eq!((error.errors.len(), error.retry_after, error.is_lost()), (2, Some(7), false));
        let nameless = json!({ "status": 502, "message": "no", "data": null, "session": null, "errors": [] });
        let error = understand(&reply(502, &nameless)).unwrap_err();
        assert_eq!((error.code.as_str(), error.message.as_str(), error.is_lost()), ("unknown", "no", true));
    }

    #[test]
    fn what_a_newer_server_knows_is_left_out_and_the_rest_is_understood() {
        let mut session = serde_json::to_value(Session::empty(None)).unwrap();
        session["end_reason"] = json!("abducted");
        session["signin_attempts"] = json!([{ "id": "sia_1", "current_step": "sing_a_song" }]);
        session["moon"] = json!("full");
        assert_eq!(as_session(session), Ok(Session::empty(None)));
        for none in [json!(null), json!({}), json!({ "id": "ses_1", "revision": "1" })] {
            assert_eq!(as_session(none).unwrap_err().code, "network");
        }
    }
}
