//! Whom passkeys are for: the host that they are bound to, and the origins whose pages may ask for them. Pure.

use crate::config::{Deployment, Origin};
use crate::http::origin::is_loopback_origin;

/// A relying party (WebAuthn, 4): a deployment that has passkeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The host that passkeys are bound to: a page may ask for them whose host this is, or is below it.
    pub id: String,
    /// What people know it by.
    pub name: String,
    /// The origins whose pages may ask, as a browser writes them.
    origins: Vec<String>,
    /// Whether pages of this machine may ask, whatever their port.
    any_loopback: bool,
}

impl Party {
    /// The one that a deployment is; none where it has no passkeys, or where its address is no name: browsers bind
    /// passkeys to names only.
    #[must_use]
    pub fn of(config: &Deployment) -> Option<Self> {
        let id = config.auth.passkey.rp_id(&config.origin).filter(|_| config.auth.passkey.enabled)?;
        Some(Self {
            id,
            name: config.app_name.clone(),
            origins: config.allowed_origins.clone(),
            any_loopback: config.any_loopback,
        })
    }

    /// Whether a page of `origin`, as its browser wrote it, may ask for passkeys. Nothing is made alike: another port,
    /// scheme, case or a path is another origin, and a host below an allowed one is another host.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        let listed = self.origins.iter().any(|listed| listed == origin);
        let of_this_machine = self.any_loopback && is_loopback_origin(origin);
        let parsed = Origin::parse(origin).ok().filter(|parsed| parsed.to_string() == origin);
        parsed.is_some_and(|parsed| (listed || of_this_machine) && is_within(&parsed.host, &self.id))
    }
}

/// Whether a host is `outer` or below it, label by label: `badexample.com` is not below `example.com`.
#[must_use]
pub fn is_within(host: &str, outer: &str) -> bool {
    let below = host.strip_suffix(outer).is_some_and(|labels| labels.ends_with('.'));
    host == outer || below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    fn party(origin: &str, others: &[&str]) -> Option<Party> {
        let mut config = Deployment::built_in(4400, Mode::Production);
        config.any_loopback = false;
        config.origin = Origin::parse(origin).unwrap();
        config.allowed_origins = [&[origin], others].concat().into_iter().map(str::to_owned).collect();
        Party::of(&config)
    }

    #[test]
    fn passkeys_are_bound_to_the_registrable_domain_and_never_to_an_address() {
        let id = |origin: &str| party(origin, &[]).map(|party| party.id);
        assert_eq!(id("https://auth.example.com").as_deref(), Some("example.com"));
        assert_eq!(id("https://example.co.uk").as_deref(), Some("example.co.uk"));
        assert_eq!(id("https://a.b.pages.dev").as_deref(), Some("b.pages.dev"));
        assert_eq!(id("http://localhost:4400").as_deref(), Some("localhost"));
        assert_eq!(id("http://app.localhost:4400").as_deref(), Some("app.localhost"));
        assert_eq!(id("https://intranet").as_deref(), Some("intranet"));
        assert_eq!((id("http://127.0.0.1:4400"), id("https://[2001:db8::1]")), (None, None));
    }

    #[test]
    fn a_deployment_that_has_none_is_no_party() {
        let mut config = Deployment::built_in(4400, Mode::Staging);
        assert!(Party::of(&config).is_some());
        config.auth.passkey.enabled = false;
        assert_eq!(Party::of(&config), None);
    }

    #[test]
    fn f02_only_listed_origins_may_ask_and_labels_are_whole() {
        let party = party("https://auth.example.com", &["https://app.example.com"]).unwrap();
        for fine in ["https://auth.example.com", "https://app.example.com"] {
            assert!(party.allows(fine), "{fine}");
        }
        for wrong in [
            "http://auth.example.com",
            "https://auth.example.com:8443",
            "https://auth.example.com:443",
            "https://auth.example.com/",
            "https://auth.example.com/path",
            "https://AUTH.example.com",
            "https://user@auth.example.com",
            "https://sub.auth.example.com",
            "https://other.example.com",
            "https://example.com",
            "https://badexample.com",
            "https://auth.example.com.evil.net",
            "http://localhost:4400",
            "null",
            "",
        ] {
            assert!(!party.allows(wrong), "{wrong}");
        }
    }

    #[test]
    fn f02_a_listed_origin_elsewhere_cannot_ask_for_passkeys_of_this_host() {
        let party = party("https://auth.example.com", &["https://badexample.com"]).unwrap();
        assert!(!party.allows("https://badexample.com"));
    }

    #[test]
    fn under_dev_pages_of_localhost_may_ask_whatever_their_port() {
        let party = Party::of(&Deployment::built_in(4400, Mode::Staging)).unwrap();
        assert!(party.allows("http://localhost:5173") && party.allows("http://localhost:4400"));
        assert!(!party.allows("http://127.0.0.1:4400") && !party.allows("http://localhost.evil.net:4400"));
    }
}
