//! Talking to a server over the network, as a program does.

use super::Failure;
use crate::config::Origin;
use crate::http::native::HEADER;
use keyrack_protocol::Envelope;
use serde_json::Value;
use std::time::Duration;

/// An answer that takes longer than this does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that browsers reach, too.
#[derive(Debug)]
pub(super) struct Remote {
    http: reqwest::Client,
    base: String,
}

/// What it answered.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    /// Why it refused.
    pub code: Option<String>,
    message: String,
    data: Option<Value>,
    /// The credential that it handed out.
    pub credential: Option<String>,
}

impl Answer {
    /// What it holds, or what it refused.
    pub fn data(self) -> Result<Value, Failure> {
        match (self.code, self.data) {
            (None, Some(data)) => Ok(data),
            (Some(code), _) => Err(Failure::refused(format!("{code}: {}", self.message))),
            (None, None) => Err(Failure::refused("the server answered nothing")),
        }
    }

    /// Whether the server cannot answer for now.
    pub fn is_for_later(&self) -> bool {
        self.status >= 500 || self.status == 429
    }
}

impl Remote {
    /// The server at `url`, which is `https://host`, perhaps with a path; without TLS only on this machine, because the
    /// credential goes there.
    pub fn at(url: &str) -> Result<Self, Failure> {
        let wrong =
            || Failure::wrong(format!("{url:?} is no server; write it like https://auth.example.com"));
        let bare = url.trim_end_matches('/');
        let (scheme, rest) = bare.split_once("://").ok_or_else(wrong)?;
        let (authority, path) =
            rest.split_once('/').map_or((rest, String::new()), |(a, p)| (a, format!("/{p}")));
        let origin = Origin::parse(&format!("{scheme}://{authority}")).map_err(|_| wrong())?;
        if path.contains(['?', '#', '\\', '%']) || path.split('/').any(|part| part == "..") {
            return Err(wrong());
        }
        if !origin.https && !origin.is_loopback() {
            return Err(Failure::wrong(format!(
                "{url} would be told your credential in the open; use https"
            )));
        }
        let agent = format!("keyrack/{} ({})", env!("CARGO_PKG_VERSION"), system());
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .user_agent(agent)
            // What is sent is for that server and nobody that it names.
            .redirect(reqwest::redirect::Policy::none());
        let client = if origin.https { client } else { client.tls_certs_only([]) };
        let http = client.build().map_err(|cause| Failure::refused(cause.to_string()))?;
        Ok(Self { http, base: format!("{origin}{path}") })
    }

    /// Where it is, in the one form under which it is kept.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Has something done.
    pub async fn post(&self, credential: &str, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.ask(credential, self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    /// Asks for something.
    pub async fn get(&self, credential: &str, path: &str) -> Result<Answer, Failure> {
        self.ask(credential, self.http.get(format!("{}{path}", self.base))).await
    }

    async fn ask(&self, credential: &str, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        let away = |cause: reqwest::Error| {
            let what = if cause.is_timeout() { "did not answer in time" } else { "cannot be reached" };
            Failure::not_running(format!("{} {what}", self.base))
        };
        let response = request.header(HEADER, credential).send().await.map_err(away)?;
        let status = response.status().as_u16();
        let handed = response.headers().get(HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = response.bytes().await.map_err(away)?;
        // A proxy in front says in words of its own that the server is away.
        let stranger = |_| match status {
            500.. => Failure::not_running(format!("{} does not answer for now ({status})", self.base)),
            _ => Failure::refused(format!("what answers at {} is no keyrack", self.base)),
        };
        let envelope: Envelope<Value> = serde_json::from_slice(&body).map_err(stranger)?;
        let (code, message) = match envelope.error {
            Some(error) => (Some(error.code), error.message),
            None => (None, String::new()),
        };
        Ok(Answer { status, code, message, data: envelope.data, credential: handed })
    }
}

/// The system, in the word by which browsers name it, so that the list of sign-ins does as well.
fn system() -> &'static str {
    match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "Macintosh",
        "windows" => "Windows",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_in_one_form_and_never_in_the_open() {
        for (url, base) in [
            ("https://Auth.Example.com/", "https://auth.example.com"),
            ("https://example.com:443/keyrack/", "https://example.com/keyrack"),
            ("http://localhost:4400", "http://localhost:4400"),
            ("http://127.0.0.1:4400/", "http://127.0.0.1:4400"),
        ] {
            assert_eq!(Remote::at(url).unwrap().base(), base);
        }
        for url in [
            "",
            "auth.example.com",
            "ftp://example.com",
            "http://example.com",
            "http://localhost.example.com",
            "https://user@example.com",
            "https://example.com/?a",
            "https://example.com/a/../b",
            "https://",
        ] {
            assert_eq!(Remote::at(url).unwrap_err().exit, 2, "{url}");
        }
    }
}
