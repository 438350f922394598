//! Where a page may go on to: the address that a link names, checked before anybody sees it.

use crate::config::Deployment;
use crate::http::origin::is_loopback_origin;
use url::Url;

/// The longest address that is looked at, in bytes.
const LONGEST: usize = 2048;

/// The address to go on to, absolute and in the one form in which every browser reads it alike; none when it
/// may not be followed.
///
/// A path leads to this deployment's own origin; an absolute address must lead to one of its allowed origins
/// (under dev: to this machine). Whatever a browser might read in another way than it is written is refused
/// rather than mended.
pub fn checked(deployment: &Deployment, asked: &str) -> Option<String> {
    let odd = |c: char| c.is_control() || c.is_whitespace() && c != ' ' || c == '\\' || c == '\u{feff}';
    if asked.len() > LONGEST || asked.contains(odd) || asked.starts_with(' ') || asked.ends_with(' ') {
        return None;
    }
    let url = if asked.starts_with('/') { on_this_host(deployment, asked) } else { absolute(asked) }?;
    is_allowed(deployment, &url).then(|| url.into())
}

/// A path of the deployment's origin. A second slash, however it is written, would begin another host.
fn on_this_host(deployment: &Deployment, path: &str) -> Option<Url> {
    let rest = path.get(1..)?.to_ascii_lowercase();
    if ["/", "%2f", "%5c"].iter().any(|begin| rest.starts_with(begin)) {
        return None;
    }
    Url::parse(&deployment.origin.to_string()).ok()?.join(path).ok()
}

/// `http://host…` or `https://host…` without a user, with a host in ASCII.
fn absolute(address: &str) -> Option<Url> {
    let (scheme, rest) = address.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let odd = |c: char| !c.is_ascii() || matches!(c, '@' | '%' | ' ');
    if authority.is_empty() || authority.contains(odd) {
        return None;
    }
    Url::parse(address).ok()
}

fn is_allowed(deployment: &Deployment, url: &Url) -> bool {
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let origin = url.origin().ascii_serialization();
    deployment.origin.to_string() == origin
        || deployment.allowed_origins.contains(&origin)
        || deployment.any_loopback && is_loopback_origin(&origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Origin};

    fn deployment() -> Deployment {
        let mut deployment = Deployment::built_in(4400, Mode::Production);
        deployment.origin = Origin::parse("https://auth.example.com").unwrap();
        deployment.path = "/keyrack".to_owned();
        deployment.any_loopback = false;
        deployment.allowed_origins =
            vec!["https://auth.example.com".to_owned(), "https://app.example.com".to_owned()];
        deployment
    }

    #[test]
    fn paths_and_allowed_origins_are_followed() {
        for (asked, goes) in [
            ("/", "https://auth.example.com/"),
            ("/a/b?c=d#e", "https://auth.example.com/a/b?c=d#e"),
            ("/a//b", "https://auth.example.com/a//b"),
            ("/caf\u{e9} 1", "https://auth.example.com/caf%C3%A9%201"),
            ("/.//evil.com", "https://auth.example.com//evil.com"),
            ("/?next=https://evil.com", "https://auth.example.com/?next=https://evil.com"),
            ("https://app.example.com", "https://app.example.com/"),
            ("HTTPS://App.Example.COM:443/x", "https://app.example.com/x"),
            ("https://app.example.com/@evil.com", "https://app.example.com/@evil.com"),
            ("https://app.example.com?a=b", "https://app.example.com/?a=b"),
        ] {
            assert_eq!(checked(&deployment(), asked).as_deref(), Some(goes), "{asked}");
        }
    }

    #[test]
    fn k07_whatever_leads_elsewhere_or_is_read_in_two_ways_is_not() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for asked in [
            "javascript:alert(1)",
            "JaVaScRiPt://app.example.com/%0aalert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "blob:https://app.example.com/x",
            "//evil.com",
            "///evil.com",
            "/\\evil.com",
            "\\evil.com",
            "\\\\evil.com",
            "/%2fevil.com",
            "/%5Cevil.com",
            "/\t/evil.com",
            "/\n/evil.com",
            "https:evil.com",
            "https:/evil.com",
            "https:///evil.com",
            "https://evil.com",
            "https://app.example.com.evil.com",
            "https://app.example.com@evil.com",
            "https://app.example.com:pw@evil.com",
            "https://evil.com@app.example.com",
            "https://@app.example.com",
            "https://app.example.com%40evil.com",
            "https://app.example.com%2eevil.com",
            "https://app.example.com\\@evil.com",
            "https://app\u{3002}example\u{3002}com",
            "https://app.example.c\u{43e}m",
            "https://app.example.com:444",
            "http://app.example.com",
            "https://app.example.com\u{0}",
            "https%3A%2F%2Fapp.example.com",
            "https%253A%252F%252Fevil.com",
            "%2F%2Fevil.com",
            "/a\r\nSet-Cookie: a=b",
            "/a\u{2028}b",
            " https://app.example.com",
            "/a ",
            "app.example.com",
            "sign-up",
            "?a",
            "#a",
            "ftp://app.example.com/",
            "http://localhost:3000/",
            &long,
        ] {
            assert_eq!(checked(&deployment(), asked), None, "{asked}");
        }
    }

    #[test]
    fn under_dev_this_machine_is_allowed() {
        let dev = Deployment::built_in(4400, Mode::Staging);
        assert_eq!(checked(&dev, "http://localhost:5173/x").as_deref(), Some("http://localhost:5173/x"));
        assert_eq!(checked(&dev, "http://127.0.0.1:1/").as_deref(), Some("http://127.0.0.1:1/"));
        for asked in ["http://localhost.evil.com/", "https://evil.com/", "http://128.0.0.1/", "//localhost"] {
            assert_eq!(checked(&dev, asked), None, "{asked}");
        }
        // Staging lets any origin read, but that is no reason to send people to any.
        let staging = Deployment { any_loopback: false, ..dev };
        assert_eq!(checked(&staging, "https://evil.com/"), None);
    }
}
