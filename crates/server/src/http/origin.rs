//! Which deployment a host means, and which origins may act for it.

use crate::app::Site;
use crate::config::Mode;
use http::request::Parts;
use http::{HeaderMap, header};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The deployment that a request's one `Host` means.
#[must_use]
pub fn site_of<'a>(sites: &'a [Arc<Site>], parts: &Parts) -> Option<&'a Arc<Site>> {
    let host = host(parts)?;
    let listed = sites.iter().find(|site| site.config.hosts.contains(&host));
    listed.or_else(|| sites.iter().find(|site| site.config.any_loopback && is_loopback(&host)))
}

/// The host that a request names, lower case, without port; none when it names none or several.
fn host(parts: &Parts) -> Option<String> {
    let mut named = parts.headers.get_all(header::HOST).iter();
    let host = named.next()?.to_str().ok()?;
    if named.next().is_some() || parts.uri.host().is_some_and(|uri_host| uri_host != without_port(host)) {
        return None;
    }
    Some(without_port(host).to_ascii_lowercase())
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

/// Whether a request that changes something says that it comes from an allowed origin.
#[must_use]
pub fn may_mutate(site: &Site, headers: &HeaderMap) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        return origin.to_str().is_ok_and(|origin| is_allowed(site, origin));
    }
    headers.get("sec-fetch-site").is_some_and(|from| from == "same-origin")
}
