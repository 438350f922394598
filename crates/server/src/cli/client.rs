//! Talking to the running server through its socket.

use super::Failure;
use crate::config::data_dir;
use clap::Args;
use keyrack_protocol::{Code, Envelope};
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// An answer that takes longer than this does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which server and deployment a command is for, and how it answers.
#[derive(Args, Clone, Debug, Default)]
pub struct Target {
    /// The data folder of the running server [default: as the configuration says, else data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The configuration of the running server [default: $KEYRACK_CONFIG, then ./keyrack.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The deployment, where the server has several
    #[arg(long, global = true, value_name = "ID")]
    pub deployment: Option<String>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
}

/// A connection to a running server.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    deployment: Option<String>,
}

impl Client {
    /// Finds the running server's socket.
    ///
    /// # Errors
    /// One line that says what to do when there is none, or it may not be opened.
    pub fn connect(target: &Target) -> Result<Self, Failure> {
        let env = |name: &str| std::env::var(name).ok();
        let folder = data_dir(target.data.as_deref(), target.config.as_deref(), &env)
            .map_err(|error| Failure::refused(error.to_string()))?;
        let path = folder.join("keyrack.sock");
        Ok(Self { http: through(&path)?, deployment: target.deployment.clone() })
    }

    /// Asks for what `path` names; `query` may say more.
    ///
    /// # Errors
    /// What the server refuses, in one line.
    pub async fn get(&self, path: &[&str], query: &[(&str, Option<&str>)]) -> Result<Value, Failure> {
        self.ask(self.http.request(Method::GET, self.url(path, query)?)).await
    }

    /// Has something done.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn send<T: Serialize>(
        &self,
        method: Method,
        path: &[&str],
        body: &T,
    ) -> Result<Value, Failure> {
        self.send_because(method, path, body, None).await
    }

    /// The same, with why it is done.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn send_because<T: Serialize>(
        &self,
        method: Method,
        path: &[&str],
        body: &T,
        reason: Option<&str>,
    ) -> Result<Value, Failure> {
        self.ask(self.http.request(method, self.url(path, &[("reason", reason)])?).json(body)).await
    }

    /// The parts of a path are typed by a person: each stays one part whatever is in it.
    fn url(&self, path: &[&str], query: &[(&str, Option<&str>)]) -> Result<Url, Failure> {
        let mut url =
            Url::parse("http://localhost/admin").map_err(|cause| Failure::refused(cause.to_string()))?;
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.extend(path);
        }
        for (name, value) in query.iter().copied().chain([("deployment", self.deployment.as_deref())]) {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        Ok(url)
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let lost = |cause: reqwest::Error| {
            let what =
                if cause.is_timeout() { "did not answer in time" } else { "went away before it answered" };
            Failure::refused(format!("the server {what}; see its log, and whether the change was made"))
        };
        let response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(lost)?;
        let stranger = |_| Failure::refused("what listens on the socket is no keyrack of this version");
        let body: Value = serde_json::from_slice(&body).map_err(stranger)?;
        // Said on the socket only.
        let cause = body.pointer("/error/cause").and_then(Value::as_str).map(str::to_owned);
        let envelope: Envelope<Value> = serde_json::from_value(body).map_err(stranger)?;
        match (envelope.error, envelope.data) {
            (None, Some(data)) => Ok(data),
            (Some(error), _) if status == 404 && error.code.ends_with("_not_found") => {
                Err(Failure::not_found(format!("{}: {}", error.code, error.message)))
            }
            // Everything that is sent comes from the arguments; the server knows their bounds.
            (Some(error), _) if error.code == Code::InvalidParameter.as_str() => {
                Err(Failure::wrong(format!("{}: {}", error.code, error.message)))
            }
            (Some(error), _) => {
                let why = cause.map_or(error.message, |cause| format!("{cause} (see the server's log)"));
                Err(Failure::refused(format!("{}: {why}", error.code)))
            }
            (None, None) => Err(Failure::refused("the server answered nothing")),
        }
    }
}

/// What an answer holds.
///
/// # Errors
/// When the server is of another version.
pub fn read<T: DeserializeOwned>(data: Value) -> Result<T, Failure> {
    serde_json::from_value(data)
        .map_err(|cause| Failure::refused(format!("the server is of another version: {cause}")))
}

#[cfg(unix)]
fn through(path: &Path) -> Result<reqwest::Client, Failure> {
    use std::io::ErrorKind;
    let shown = path.display();
    if !is_trusted(path) {
        return Err(Failure::refused(format!(
            "{shown} belongs to another user, who would get what is sent; run this as the user that the server runs as, or look who can write that folder"
        )));
    }
    match std::os::unix::net::UnixStream::connect(path).map_err(|cause| (cause.kind(), cause)) {
        Ok(_) => {}
        Err((ErrorKind::NotFound | ErrorKind::ConnectionRefused, _)) => {
            return Err(Failure::not_running(format!(
                "no server runs here (nothing listens on {shown}); start one with `keyrack serve` or `keyrack dev`, or name its folder with --data"
            )));
        }
        Err((ErrorKind::PermissionDenied, _)) => {
            return Err(Failure::refused(format!(
                "{shown} may be opened only by the user that the server runs as; run this as that user, such as with sudo -u"
            )));
        }
        Err((_, cause)) => {
            return Err(Failure::refused(format!("{shown}: {cause}; name the folder with --data")));
        }
    }
    // A socket has no certificate: without this, a machine that has none of the usual authorities has no client.
    let client = reqwest::Client::builder().unix_socket(path).tls_certs_only([]).timeout(PATIENCE).build();
    client.map_err(|cause| Failure::refused(cause.to_string()))
}

/// Whether whoever listens there may be told anything: it is this user or root, or, when this is root, the owner of
/// the folder. What cannot be looked at is told apart by connecting.
#[cfg(unix)]
fn is_trusted(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| std::fs::metadata(path).ok().map(|about| about.uid());
    let Some(of_socket) = owner(path) else { return true };
    may_be_told(of_socket, path.parent().and_then(owner), rustix::process::geteuid().as_raw())
}

#[cfg(unix)]
fn may_be_told(of_socket: u32, of_folder: Option<u32>, own: u32) -> bool {
    of_socket == own || of_socket == 0 || own == 0 && of_folder == Some(of_socket)
}

#[cfg(not(unix))]
fn through(_: &Path) -> Result<reqwest::Client, Failure> {
    Err(Failure::refused(
        "a running server is reached through a Unix socket, which this system does not have",
    ))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_socket_of_another_user_is_told_nothing() {
        let (own, server, stranger) = (1000, 200, 666);
        assert!(may_be_told(own, Some(own), own));
        assert!(may_be_told(0, Some(own), own));
        assert!(!may_be_told(stranger, Some(own), own));
        assert!(!may_be_told(stranger, Some(stranger), own));
        // Root works on the server of whatever user, in that user's folder.
        assert!(may_be_told(server, Some(server), 0));
        assert!(!may_be_told(stranger, Some(server), 0));
        assert!(!may_be_told(stranger, None, 0));
    }
}
