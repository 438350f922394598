use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap, SET_COOKIE};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    /// Of a stream, which has no end, only what comes first is read.
    pub async fn read(mut response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let is_stream = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let text = match is_stream {
            true => String::from_utf8(response.chunk().await.unwrap().unwrap_or_default().into()).unwrap(),
            false => response.text().await.unwrap(),
        };
        Self { status, headers, text }
    }

    /// The body as JSON, `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The data of an answer that must be a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["data"].clone()
    }

    /// The body of an answer of a backend's call that must be a success: it is in no envelope.
    #[track_caller]
    pub fn bare(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The status and the code of an answer that must be a refusal; it has handed out nothing.
    #[track_caller]
    pub fn refused(&self) -> (u16, String) {
        assert!(self.status >= 400, "{}", self.text);
        let body = self.json();
        assert_eq!(body["status"], self.status, "{}", self.text);
        assert_eq!(body["error"]["code"], body["errors"][0]["code"], "{}", self.text);
        assert!(self.header("x-development-session").is_none());
        (self.status, body["errors"][0]["code"].as_str().unwrap().to_owned())
    }

    /// An answer without what differs between any two: ids, secrets, and what names ada or bob.
    pub fn shape(&self) -> (u16, Vec<String>, Value) {
        let mut names: Vec<String> = self.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (self.status, names, blank(&self.json()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The value of the last cookie of this name that the answer sets.
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let cookies = self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        let pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next_back()
    }
}

fn blank(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('_') && text.len() == 30 => "id".into(),
        Value::String(text) if text.contains("ada") || text.contains("bob") || text.contains('@') => {
            "given".into()
        }
        Value::Array(items) => items.iter().map(blank).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), blank(value))).collect(),
        other => other.clone(),
    }
}

/// What a token says.
pub fn claims(token: &str) -> Value {
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}
