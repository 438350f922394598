//! Which deployment a host means, and which origins may act for it.

use super::Head;
use crate::app::Site;
use crate::config::Mode;
use http::{HeaderMap, HeaderValue, header};
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Which deployment each host means.
#[derive(Debug, Default)]
pub struct Hosts {
    listed: HashMap<String, Arc<Site>>,
    /// What every other name of this machine means.
    loopback: Option<Arc<Site>>,
}

impl Hosts {
    /// Those that the deployments list; of two that list one host, or any of this machine's, the first has it.
    #[must_use]
    pub fn of(sites: &[Arc<Site>]) -> Self {
        let mut hosts = Self::default();
        for site in sites {
            for host in &site.config.hosts {
                hosts.listed.entry(host.clone()).or_insert_with(|| Arc::clone(site));
            }
        }
        hosts.loopback = sites.iter().find(|site| site.config.any_loopback).cloned();
        hosts
    }

    /// The deployment that a request's one `Host` means; none when it names none, several, or nobody's.
    #[must_use]
    pub fn site_of(&self, head: &Head<'_>) -> Option<&Arc<Site>> {
        let host = host(head)?;
        let host = match host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(host.to_ascii_lowercase()),
            false => Cow::Borrowed(host),
        };
        self.listed.get(&*host).or_else(|| self.loopback.as_ref().filter(|_| is_loopback(&host)))
    }
}

/// The host that a request names, without port; none when it names none or several.
fn host<'a>(head: &Head<'a>) -> Option<&'a str> {
    let mut named = head.headers.get_all(header::HOST).iter();
    let host = named.next()?.to_str().ok()?;
    if named.next().is_some() || head.uri.host().is_some_and(|uri_host| uri_host != without_port(host)) {
        return None;
    }
    Some(without_port(host))
}

fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.split_once(']').map_or(host, |(address, _)| &host[..=address.len()]);
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

/// Whether a host name can only mean this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host.ends_with(".localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether an origin is one of this machine's.
#[must_use]
pub fn is_loopback_origin(origin: &str) -> bool {
    let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    rest.is_some_and(|authority| is_loopback(without_port(authority)))
}

/// Whether pages of `origin` may read this deployment's answers and act with its credential.
#[must_use]
pub fn is_allowed(site: &Site, origin: &str) -> bool {
    let config = &site.config;
    if config.any_loopback {
        return is_loopback_origin(origin) || config.allowed_origins.iter().any(|allowed| allowed == origin);
    }
    // In staging the page itself holds the credential: there is nothing that another origin could ride on.
    config.mode == Mode::Staging && origin != "null"
        || config.allowed_origins.iter().any(|allowed| allowed == origin)
}

/// Whether a browser sends this for a page of another origin that is not allowed: such a page cannot read the answer,
/// but it can leave it open. Who sends no `Sec-Fetch-Site` is no browser of today, and is not held up.
#[must_use]
pub fn is_foreign(site: &Site, headers: &HeaderMap) -> bool {
    let from = headers.get("sec-fetch-site");
    let is_other = from.is_some_and(|from| from == "same-site" || from == "cross-site");
    is_other && !headers.get(header::ORIGIN).is_some_and(|origin| may_act(site, origin))
}

/// Whether a request that changes something says that it comes from an allowed origin.
#[must_use]
pub fn may_mutate(site: &Site, headers: &HeaderMap) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        return may_act(site, origin);
    }
    headers.get("sec-fetch-site").is_some_and(|from| from == "same-origin")
}

fn may_act(site: &Site, origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(|origin| is_allowed(site, origin))
}
