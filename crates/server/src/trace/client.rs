//! Sending to the collector. The crate's own thread waits for it; the bytes move on this process' runtime.

use crate::error::{Error, Result};
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use std::pin::Pin;
use std::time::Duration;
use tokio::runtime::Handle;

/// A collector that takes longer loses what it was sent.
const PATIENCE: Duration = Duration::from_secs(10);
/// What of its answer is read: it says next to nothing.
const ANSWER: usize = 64 << 10;

/// What helps where nobody can be verified.
const CERTIFICATES: &str = "; https needs this machine's certificates of authorities: install ca-certificates, or \
    name a file of them as SSL_CERT_FILE";

/// An error and what caused it: the first says no more than where.
fn with_sources(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |source| source.source());
    sources.fold(error.to_string(), |said, source| format!("{said}: {source}"))
}

/// A client that can be waited for from any thread.
#[derive(Clone, Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    runtime: Handle,
}

impl Client {
    /// One on the runtime that this is called in. `secure`: whether the collector is reached by https.
    pub(super) fn new(secure: bool) -> Result<Self> {
        // A collector that redirects would be sent the headers, which are secrets, somewhere else.
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        // Small images have no certificates: for http they are not needed, and nothing must look for them.
        let http = if secure { http } else { http.tls_certs_only([]) };
        let http = http.build().map_err(|cause| {
            let advice = if secure { CERTIFICATES } else { "" };
            Error::internal("OTEL_EXPORTER_OTLP_ENDPOINT", format!("{}{advice}", with_sources(&cause)))
        })?;
        let runtime = Handle::try_current().map_err(|cause| Error::internal("send traces", cause))?;
        Ok(Self { http, runtime })
    }
}

impl HttpClient for Client {
    fn send_bytes<'life0, 'async_trait>(
        &'life0 self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<Response<Bytes>, HttpError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let mut answer = http.execute(request.try_into()?).await?;
            let (status, mut body) = (answer.status(), Vec::new());
            while let Some(chunk) = answer.chunk().await? {
                if body.len() + chunk.len() > ANSWER {
                    return Err("the collector's answer is too long".into());
                }
                body.extend_from_slice(&chunk);
            }
            let mut response = Response::new(Bytes::from(body));
            *response.status_mut() = status;
            Ok(response)
        });
        Box::pin(async move { sent.await? })
    }
}
