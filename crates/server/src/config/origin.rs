use std::fmt;
use std::net::IpAddr;
use url::{Host, Url};

/// A web origin: scheme, host and port (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `https` rather than `http`.
    pub https: bool,
    /// The host: lower case, in A-label form, without port; an IPv6 address in brackets.
    pub host: String,
    /// The port, unless it is the scheme's own.
    pub port: Option<u16>,
}

impl Origin {
    /// Reads `https://host[:port]`.
    ///
    /// # Errors
    /// A sentence that says what an origin looks like, when `text` is none or has a path, a query or a user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fail =
            || format!("{text:?} is not an origin; write it like \"https://auth.example.com\", without path");
        let url = Url::parse(text).map_err(|_| fail())?;
        let bare =
            url.path() == "/" && !text.ends_with('/') && url.query().is_none() && url.fragment().is_none();
        if !bare || !matches!(url.scheme(), "http" | "https") || text.contains('@') {
            return Err(fail());
        }
        let host = url.host_str().ok_or_else(fail)?.to_ascii_lowercase();
        Ok(Self { https: url.scheme() == "https", host, port: url.port() })
    }

    /// `host[:port]`, as a browser sends it in `Host`.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether it is this machine: `localhost`, `*.localhost`, `127.0.0.0/8` or `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match Host::parse(&self.host) {
            Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Ok(Host::Ipv4(address)) => address.is_loopback(),
            Ok(Host::Ipv6(address)) => address.is_loopback(),
            Err(_) => false,
        }
    }

    /// Whether `domain` may be the `Domain` of a cookie that this origin sets: itself or a parent, of at
    /// least two labels, and no address.
    #[must_use]
    pub fn may_set_cookies_for(&self, domain: &str) -> bool {
        let inside = self.host == domain || self.host.ends_with(&format!(".{domain}"));
        let address = domain.parse::<IpAddr>().is_ok();
        inside && domain.contains('.') && !domain.starts_with('.') && !address
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(out, "{scheme}://{}", self.host_and_port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in
            ["https://auth.example.com", "http://localhost:4400", "http://[::1]:4400", "http://127.0.0.1"]
        {
            assert_eq!(Origin::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Origin::parse("HTTPS://Auth.Example.COM:443").unwrap().to_string(),
            "https://auth.example.com"
        );
        assert_eq!(Origin::parse("https://bücher.example").unwrap().host, "xn--bcher-kva.example");
    }

    #[test]
    fn refuses_what_is_no_origin() {
        for text in [
            "auth.example.com",
            "https://",
            "https://a.b/",
            "https://a.b/c",
            "https://a.b?c",
            "https://a.b#c",
            "https://u:p@a.b",
            "https://@a.b",
            "ftp://a.b",
            "javascript:alert(1)",
            "",
            "https://a b",
        ] {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn knows_this_machine() {
        let loopback = |text: &str| Origin::parse(text).unwrap().is_loopback();
        for text in ["http://localhost", "http://a.localhost:1", "http://127.9.9.9", "http://[::1]:5"] {
            assert!(loopback(text), "{text}");
        }
        for text in
            ["http://localhost.example.com", "http://notlocalhost", "http://128.0.0.1", "http://[::2]"]
        {
            assert!(!loopback(text), "{text}");
        }
    }

    #[test]
    fn a_cookie_domain_is_a_parent_of_two_labels() {
        let origin = Origin::parse("https://auth.app.example.com").unwrap();
        for domain in ["auth.app.example.com", "app.example.com", "example.com"] {
            assert!(origin.may_set_cookies_for(domain), "{domain}");
        }
        for domain in ["com", "ample.com", "other.com", ".example.com", "x.auth.app.example.com", ""] {
            assert!(!origin.may_set_cookies_for(domain), "{domain}");
        }
        assert!(!Origin::parse("http://127.0.0.1").unwrap().may_set_cookies_for("127.0.0.1"));
    }
}
