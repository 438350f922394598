use crate::clock::{self, Clock, milliseconds};
use crate::keys::{Algorithm, Keys};
use crate::revocations::{Revocations, SHORTEST, WhenCut, Wire};
use crate::rules::Rules;
use crate::source::Source;
use crate::verifier::{Inner, Verifier};
use http::Uri;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// How far clocks may be apart unless a backend says otherwise.
const SKEW: Duration = Duration::from_secs(5);
/// And at most.
const MOST_SKEW: Duration = Duration::from_secs(300);
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);

/// What a [`Verifier`] is made of.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    issuer: String,
    audience: Option<String>,
    skew: Duration,
    algorithms: Vec<Algorithm>,
    server: Option<String>,
    plain_http: bool,
    keys: Option<Vec<u8>>,
    revocations: Option<(String, WhenCut)>,
    clock: Option<Arc<dyn Clock>>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the API key.
        out.debug_struct("Builder")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// Why a [`Verifier`] cannot be made: one line for whoever set it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(String);

impl fmt::Display for Unusable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Unusable {}

impl Builder {
    /// One with what is usual.
    pub(crate) fn of(issuer: String) -> Self {
        Self {
            issuer,
            audience: None,
            skew: SKEW,
            algorithms: vec![Algorithm::Es256],
            server: None,
            plain_http: false,
            keys: None,
            revocations: None,
            clock: None,
        }
    }

    /// Takes the tokens of a template with this audience, and no others. Without it tokens are taken that name none, as
    /// those of the default template.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// How far this machine's clock may be from the issuer's: five seconds unless it is said, five minutes at most.
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// The algorithms that are allowed: ES256 alone unless it is said, which is how Keyrack signs its own tokens. Whoever
    /// takes those of a template that is signed otherwise names its algorithm here (RFC 8725, section 3.1).
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = algorithms.to_vec();
        self
    }

    /// Where this backend reaches the server, when that is not the issuer's own address: `http://keyrack:4400` inside of
    /// a cluster. Keys and revocations are read there.
    pub fn server(mut self, origin: impl Into<String>) -> Self {
        self.server = Some(origin.into());
        self
    }

    /// Allows a server that is reached by plain http and not on this machine. Whoever can change what is sent between the
    /// two can then forge tokens.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Uses the keys of this JWK Set and asks nobody: for tests, and where nothing may be fetched.
    pub fn keys(mut self, jwks: impl Into<Vec<u8>>) -> Self {
        self.keys = Some(jwks.into());
        self
    }

    /// Follows the stream of revocations with an API key that has the scope `revocations:read`. The verifier must then be
    /// built inside of a tokio runtime.
    pub fn revocations(mut self, api_key: impl Into<String>, when_cut: WhenCut) -> Self {
        self.revocations = Some((api_key.into(), when_cut));
        self
    }

    /// Takes the time from elsewhere: for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Makes the verifier. Nothing is fetched yet.
    ///
    /// # Errors
    /// What is wrong with the settings, in one line.
    pub fn build(self) -> Result<Verifier, Unusable> {
        self.check()?;
        let clock = self.clock.clone().unwrap_or_else(clock::machine);
        let server = self.server.clone().unwrap_or_else(|| self.issuer.clone());
        let client = client(&server)?;
        let source = match &self.keys {
            Some(jwks) => {
                let keys = Keys::parse(jwks, &self.algorithms);
                let keys = keys.map_err(|error| Unusable(format!("the keys are no JWK Set: {error}")))?;
                Source::fixed(keys, client.clone(), Arc::clone(&clock))
            }
            None => {
                let url = format!("{server}/.well-known/jwks.json");
                Source::at(url, self.algorithms.clone(), Arc::clone(&clock), client.clone())
            }
        };
        let revocations = self.revocations.map(|(api_key, when_cut)| {
            let revocations = Arc::new(Revocations::new(when_cut, Arc::clone(&clock)));
            let url = format!("{server}/admin/v1/revocations");
            Wire { url, api_key, client }.follow(&revocations);
            revocations
        });
        let rules = Rules { issuer: self.issuer, audience: self.audience, skew_ms: milliseconds(self.skew) };
        Ok(Verifier::of(Inner { rules, source: Arc::new(source), revocations, clock }))
    }

    fn check(&self) -> Result<(), Unusable> {
        let say = |text: &str| Err(Unusable(text.to_owned()));
        if origin(&self.issuer).is_none() {
            return say(
                "the issuer must be an address such as https://auth.example.com, without a slash at the end",
            );
        }
        let server = self.server.as_ref().unwrap_or(&self.issuer);
        let Some(reached) = origin(server) else {
            return say(
                "the server must be an address such as http://keyrack:4400, without a slash at the end",
            );
        };
        if !reached.is_safe && !self.plain_http {
            return say(
                "the server is reached by plain http; use https, or say allow_plain_http() if nobody can stand between",
            );
        }
        if self.skew > MOST_SKEW {
            return say("the skew must be five minutes or less");
        }
        if self.algorithms.is_empty() {
            return say("at least one algorithm must be allowed");
        }
        match &self.revocations {
            Some((key, _)) if !key.starts_with("sk_") || !key.is_ascii() => {
                say("revocations need an API key that begins with sk_")
            }
            Some((_, WhenCut::Closed(after))) if *after < SHORTEST => {
                say("WhenCut::Closed needs five seconds or more: the server shows every two that it lives")
            }
            _ => Ok(()),
        }
    }
}

struct Origin {
    /// Nobody can stand between, as far as the address tells.
    is_safe: bool,
}

/// An origin, and the path that a proxy hands on, written as a browser writes them.
fn origin(text: &str) -> Option<Origin> {
    let uri: Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let path = if uri.path() == "/" { "" } else { uri.path() };
    let is_whole = text == format!("{scheme}://{authority}{path}") && !text.ends_with('/');
    if !matches!(scheme, "http" | "https") || !is_whole {
        return None;
    }
    let host = authority.host();
    if authority.as_str().contains('@') || host.is_empty() {
        return None;
    }
    let is_loopback = |host: &str| host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    let here = matches!(host, "localhost" | "[::1]") || host.ends_with(".localhost") || is_loopback(host);
    Some(Origin { is_safe: scheme == "https" || here })
}

fn client(server: &str) -> Result<reqwest::Client, Unusable> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("keyrack-verify/", env!("CARGO_PKG_VERSION")));
    // An address of plain http needs none of the machine's certificates, and a small machine has none.
    let client = if server.starts_with("https:") { client } else { client.tls_certs_only([]).no_proxy() };
    client.build().map_err(|error| Unusable(format!("the client for {server} cannot be made: {error}")))
}
