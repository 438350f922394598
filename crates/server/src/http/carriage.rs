//! How the session credential travels: in staging a header (older clients: a query parameter), in production
//! a cookie that scripts cannot read.

use super::Head;
use crate::config::{Deployment, Mode};
use crate::session::rack::Rack;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::borrow::Cow;
use url::form_urlencoded;

/// The header of our own clients in staging.
pub const STAGING_HEADER: &str = "x-development-session";
const STAGING: HeaderName = HeaderName::from_static(STAGING_HEADER);
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
    pub fn credentials<'a>(&'a self, head: &Head<'a>) -> Vec<Cow<'a, str>> {
        let mut different: Vec<Cow<'a, str>> = Vec::new();
        let mut add = |credential: Cow<'a, str>| {
            if !credential.is_empty() && !different.contains(&credential) {
                different.push(credential);
            }
        };
        match self {
            Self::Staging => {
                from_header(head.headers).for_each(|credential| add(Cow::Borrowed(credential)));
                from_query(head.uri.query()).for_each(add);
            }
            Self::Cookie { name, .. } => {
                from_cookies(head.headers, name).for_each(|credential| add(Cow::Borrowed(credential)));
            }
        }
        different
    }

    /// The only credential that a request carries outside of its query, which the caller has looked at; none when it
    /// carries none or several.
    #[must_use]
    pub fn only_credential<'a>(&'a self, headers: &'a HeaderMap) -> Option<&'a str> {
        match self {
            Self::Staging => only(from_header(headers)),
            Self::Cookie { name, .. } => only(from_cookies(headers, name)),
        }
    }

    /// Hands out a rack that is good for `seconds` at most.
    pub fn hand_out(&self, headers: &mut HeaderMap, rack: &Rack, seconds: i64) {
        let credential = rack.to_credential();
        match self {
            Self::Staging => set(headers, STAGING, &credential),
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

fn only<'a>(mut credentials: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = credentials.next()?;
    credentials.next().is_none().then_some(first)
}

fn from_header(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(&STAGING).iter().filter_map(|value| value.to_str().ok()).map(str::trim)
}

fn from_query(query: Option<&str>) -> impl Iterator<Item = Cow<'_, str>> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == STAGING_QUERY)
        .map(|(_, value)| value)
}

fn from_cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value.trim_matches('"'))
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
