//! Where an application and Keyrack live, seen from a browser: whether the session's cookie can travel there.

use super::{Deployment, Mode, Origin};
use std::fmt;
use std::net::IpAddr;

/// A layout that works, as a person would call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Staging: pages of any origin carry the credential in a header.
    Header,
    /// Application and Keyrack on one host, Keyrack behind this path of it.
    OneHost(String),
    /// Hosts of one site; with a domain the cookie goes to all hosts below it, without to Keyrack's own.
    OneSite(Option<String>),
    /// Ports of this machine.
    Loopback,
    /// Origins whose pages the cookie never reaches.
    Unsupported(Vec<String>),
}

impl Layout {
    /// The layout of a deployment.
    #[must_use]
    pub fn of(deployment: &Deployment) -> Self {
        if deployment.mode == Mode::Staging {
            return Self::Header;
        }
        let own = &deployment.origin;
        let (near, far): (Vec<Origin>, Vec<Origin>) = deployment
            .allowed_origins
            .iter()
            .filter_map(|text| Origin::parse(text).ok())
            .partition(|origin| same_site(own, origin));
        if !far.is_empty() {
            return Self::Unsupported(far.iter().map(Origin::to_string).collect());
        }
        if own.is_loopback() {
            return Self::Loopback;
        }
        if near.iter().all(|origin| origin == own) {
            return Self::OneHost(deployment.path.clone());
        }
        Self::OneSite(deployment.cookie_domain.clone())
    }

    /// Its name for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::OneHost(_) => "one_host",
            Self::OneSite(_) => "one_site",
            Self::Loopback => "loopback",
            Self::Unsupported(_) => "unsupported",
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => out.write_str("staging: the credential in a header, for pages of any origin"),
            Self::OneHost(path) if path.is_empty() => {
                out.write_str("one host: application and Keyrack on the same origin")
            }
            Self::OneHost(path) => write!(out, "one host: Keyrack behind {path} of the application's origin"),
            Self::OneSite(Some(domain)) => {
                write!(out, "one site: the cookie goes to every host below {domain}")
            }
            Self::OneSite(None) => out.write_str("one site: the cookie goes to Keyrack's host only"),
            Self::Loopback => out.write_str("loopback: ports of this machine"),
            Self::Unsupported(_) => {
                out.write_str("unsupported: the cookie cannot reach Keyrack from every allowed origin")
            }
        }
    }
}

/// Whether browsers see two origins as one site: the same scheme, and the same host or the same registrable
/// domain by the public suffix list.
pub(super) fn same_site(a: &Origin, b: &Origin) -> bool {
    a.https == b.https
        && (a.host == b.host
            || registrable(&a.host).is_some_and(|domain| registrable(&b.host) == Some(domain)))
}

/// The domain below a public suffix that a host belongs to; none for addresses, for suffixes themselves and for
/// names of one label.
pub(super) fn registrable(host: &str) -> Option<&str> {
    let address = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
    if address { None } else { psl::domain_str(host) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(a: &str, b: &str) -> bool {
        same_site(&Origin::parse(a).unwrap(), &Origin::parse(b).unwrap())
    }

    #[test]
    fn a_site_is_what_browsers_take_for_one() {
        for (a, b) in [
            ("https://auth.example.com", "https://app.example.com:8443"),
            ("https://example.co.uk", "https://a.b.example.co.uk"),
            ("http://localhost:3000", "http://localhost:4400"),
            ("http://127.0.0.1:1", "http://127.0.0.1:2"),
            ("http://[::1]:1", "http://[::1]:2"),
        ] {
            assert!(site(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("https://auth.example.com", "https://app.example.org"),
            ("https://a.co.uk", "https://b.co.uk"),
            ("https://a.github.io", "https://b.github.io"),
            ("https://example.com", "http://example.com"),
            ("http://localhost:1", "http://127.0.0.1:1"),
            ("http://10.0.0.1", "http://20.0.0.1"),
            ("https://a", "https://b"),
        ] {
            assert!(!site(a, b), "{a} {b}");
        }
    }

    #[test]
    fn each_layout_is_recognised() {
        let with = |origin: &str, others: &[&str]| {
            let mut deployment = Deployment::built_in(4400, Mode::Production);
            deployment.origin = Origin::parse(origin).unwrap();
            deployment.allowed_origins =
                std::iter::once(&origin).chain(others).map(|text| (*text).to_owned()).collect();
            deployment
        };
        let mut one = with("https://example.com", &[]);
        assert_eq!(Layout::of(&one), Layout::OneHost(String::new()));
        one.path = "/keyrack".to_owned();
        assert_eq!(Layout::of(&one), Layout::OneHost("/keyrack".to_owned()));
        one.mode = Mode::Staging;
        assert_eq!(Layout::of(&one), Layout::Header);
        let mut site = with("https://auth.example.com", &["https://app.example.com"]);
        assert_eq!(Layout::of(&site), Layout::OneSite(None));
        site.cookie_domain = Some("example.com".to_owned());
        assert_eq!(Layout::of(&site), Layout::OneSite(Some("example.com".to_owned())));
        assert_eq!(Layout::of(&with("http://localhost:4400", &["http://localhost:3000"])), Layout::Loopback);
        let far = with("https://auth.example.com", &["https://app.example.com", "https://app.other.org"]);
        assert_eq!(Layout::of(&far), Layout::Unsupported(vec!["https://app.other.org".to_owned()]));
    }
}
