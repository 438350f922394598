//! How the session credential travels: in staging a header (older clients: a query parameter), in production
//! a cookie that scripts cannot read.

use crate::config::{Deployment, Mode};
use crate::session::rack::Rack;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::form_urlencoded;

/// The header of our own clients in staging.
pub const STAGING_HEADER: &str = "x-development-session";
/// The query parameter of older clients in staging.
const STAGING_QUERY: &str = "__dev_session__";

/// How one deployment's credential travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// In a header or a query parameter; cookies are not looked at.
    Staging,
    /// In a cookie.
    Cookie {
        /// Its name.
        name: String,
        /// Its `Domain`, where subdomains share it.
        domain: Option<String>,
        /// Whether it travels over https only.
        secure: bool,
    },
}

impl Carriage {
    /// The carriage of a deployment; https or not is what the operator says, never what a header says.
    #[must_use]
    pub fn of(deployment: &Deployment) -> Self {
        if deployment.mode == Mode::Staging {
            return Self::Staging;
        }
        let (secure, domain) = (deployment.origin.https, deployment.cookie_domain.clone());
        let name = match (secure, &domain) {
            (_, Some(_)) => "__session".to_owned(),
            (true, None) => "__Host-keyrack".to_owned(),
            // Browsers share cookies between the ports of a host: the port keeps two servers apart.
            (false, None) => format!("keyrack_dev_{}", deployment.origin.port.unwrap_or(80)),
        };
        Self::Cookie { name, domain, secure }
    }

    /// Every different credential that a request carries.
    #[must_use]
    pub fn credentials(&self, parts: &Parts) -> Vec<String> {
        let mut found: Vec<String> = match self {
            Self::Staging => from_header(&parts.headers).chain(from_query(parts.uri.query())).collect(),
            Self::Cookie { name, .. } => from_cookies(&parts.headers, name).collect(),
        };
        found.retain(|credential| !credential.is_empty());
        let mut different: Vec<String> = Vec::new();
        for credential in found {
            if !different.contains(&credential) {
                different.push(credential);
            }
        }
        different
    }

    /// Hands out a rack that is good for `seconds` at most.
    pub fn hand_out(&self, headers: &mut HeaderMap, rack: &Rack, seconds: i64) {
        let credential = rack.to_credential();
        match self {
            Self::Staging => set(headers, HeaderName::from_static(STAGING_HEADER), &credential),
            Self::Cookie { name, .. } => {
                let cookie = format!("{name}={credential}; Max-Age={seconds}{}", self.attributes(true));
                append(headers, header::SET_COOKIE, &cookie);
            }
        }
    }

    /// Removes the credential from the browser, in every form that it may have.
    pub fn clear(&self, headers: &mut HeaderMap) {
        let Self::Cookie { name, domain, .. } = self else { return };
        append(headers, header::SET_COOKIE, &format!("{name}=; Max-Age=0{}", self.attributes(true)));
        if domain.is_some() {
            append(headers, header::SET_COOKIE, &format!("{name}=; Max-Age=0{}", self.attributes(false)));
        }
    }

    fn attributes(&self, with_domain: bool) -> String {
        let Self::Cookie { domain, secure, .. } = self else { return String::new() };
        let domain = domain.as_ref().filter(|_| with_domain).map(|domain| format!("; Domain={domain}"));
        let secure = if *secure { "; Secure" } else { "" };
        format!("; Path=/; HttpOnly; SameSite=Lax{secure}{}", domain.unwrap_or_default())
    }
}

fn from_header(headers: &HeaderMap) -> impl Iterator<Item = String> {
    headers
        .get_all(STAGING_HEADER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .map(|value| value.trim().to_owned())
}

fn from_query(query: Option<&str>) -> impl Iterator<Item = String> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == STAGING_QUERY)
        .map(|(_, value)| value.into_owned())
}

fn from_cookies(headers: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value.trim_matches('"').to_owned())
}

/// Racks are made of letters, digits and `_-.~`: every header takes them.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(name, value);
    }
}
