//! The values of `keyrack.toml`. Each type refuses by itself what it cannot be, so that the reader of the
//! file knows the line.

use super::Origin;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// Makes a type that is read from a string by a function that may refuse it.
macro_rules! from_text {
    ($name:ident($inner:ty), $read:path) => {
        #[derive(Clone, Debug)]
        pub(super) struct $name(pub(super) $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                $read(&text).map($name).map_err(de::Error::custom)
            }
        }
    };
}

from_text!(OriginText(Origin), Origin::parse);
from_text!(Span(i64), span);
from_text!(Id(String), id);
from_text!(HostName(String), host_name);
from_text!(AppName(String), app_name);
from_text!(Proxy(ipnet::IpNet), proxy);
from_text!(PageUrl(String), page_url);
from_text!(Sender(String), sender);
from_text!(SmtpUrl(String), smtp_url);

/// A duration in milliseconds.
fn span(text: &str) -> Result<i64, String> {
    let fail = || format!("{text:?} is not a duration; write it like \"30 days\", \"10m\" or \"60s\"");
    let span = humantime::parse_duration(text).map_err(|_| fail())?;
    i64::try_from(span.as_millis()).map_err(|_| fail())
}

fn id(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=32).contains(&text.len()) && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not an id; use 1 to 32 of a-z, 0-9 and \"-\""))
}

fn host_name(text: &str) -> Result<String, String> {
    match Origin::parse(&format!("http://{text}")) {
        Ok(origin) if origin.port.is_none() && !text.contains([':', '/']) => Ok(origin.host),
        _ => Err(format!(
            "{text:?} is not a host name; write it like \"auth.example.com\", without scheme and port"
        )),
    }
}

fn app_name(text: &str) -> Result<String, String> {
    if (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err("a name has 1 to 64 characters, all on one line".to_owned())
}

fn proxy(text: &str) -> Result<ipnet::IpNet, String> {
    let single = || text.parse::<IpAddr>().map(ipnet::IpNet::from);
    text.parse::<ipnet::IpNet>()
        .or_else(|_| single())
        .map_err(|_| format!("{text:?} is not a network; write it like \"10.0.0.0/8\" or \"10.1.2.3\""))
}

fn page_url(text: &str) -> Result<String, String> {
    let path = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
    let absolute = || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if text.is_empty() || path || absolute() {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is not a page; write \"https://…\" or a path such as \"/goodbye\", or \"\" for none"
    ))
}

fn sender(text: &str) -> Result<String, String> {
    text.parse::<lettre::message::Mailbox>()
        .map(|_| text.to_owned())
        .map_err(|_| format!("{text:?} is not a sender; write it like \"Acme <hello@example.com>\""))
}

/// The text is not repeated in the refusal: it may hold a password.
fn smtp_url(text: &str) -> Result<String, String> {
    let server = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps"));
    if server.is_some_and(|url| url.host_str().is_some_and(|host| !host.is_empty())) {
        return Ok(text.to_owned());
    }
    Err("not a mail server; write \"smtp://user:password@host:587?tls=required\" or \"smtps://…\"".to_owned())
}

/// One address or a list of them.
#[derive(Clone, Debug)]
pub(super) struct Addresses(pub(super) Vec<SocketAddr>);

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AddressesVisitor)
    }
}

struct AddressesVisitor;

impl<'de> Visitor<'de> for AddressesVisitor {
    type Value = Addresses;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an address such as \"127.0.0.1:4400\" or a list of them")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Addresses, E> {
        Ok(Addresses(vec![address(text).map_err(E::custom)?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Addresses, A::Error> {
        let mut all = Vec::new();
        while let Some(text) = list.next_element::<String>()? {
            all.push(address(&text).map_err(de::Error::custom)?);
        }
        if all.is_empty() {
            return Err(de::Error::custom("an empty list; name one address, or leave the key out"));
        }
        Ok(Addresses(all))
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is not an address; write it like \"127.0.0.1:4400\" or \"[::1]:4400\"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_unit() {
        for (text, ms) in [("30 days", 2_592_000_000), ("7d", 604_800_000), ("10m", 600_000), ("60s", 60_000)]
        {
            assert_eq!(span(text), Ok(ms), "{text}");
        }
        for text in ["", "5", "five days", "-1s", "999999999999999y"] {
            assert!(span(text).unwrap_err().contains("is not a duration"), "{text}");
        }
    }

    #[test]
    fn a_host_is_a_name_alone() {
        assert_eq!(host_name("Auth.Example.com").unwrap(), "auth.example.com");
        for text in ["https://a.b", "a.b:80", "a.b/c", "", "a b", "u@a.b"] {
            assert!(host_name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_stays_on_the_web() {
        for text in ["", "/bye", "https://a.b/c?d"] {
            assert!(page_url(text).is_ok(), "{text}");
        }
        for text in ["//evil.example", "/\\evil.example", "javascript:alert(1)", "bye"] {
            assert!(page_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_mail_server_is_named_without_repeating_its_password() {
        assert!(smtp_url("smtp://u:p@mail.example.com:587?tls=required").is_ok());
        for text in ["mail.example.com:opensesame", "http://u:opensesame@h", "smtp://", ""] {
            assert!(!smtp_url(text).unwrap_err().contains("opensesame"), "{text}");
        }
    }

    #[test]
    fn ids_names_networks_and_senders_are_checked() {
        assert!(id("demo-1").is_ok() && id("").is_err() && id("Demo").is_err() && id("a b").is_err());
        assert!(app_name("Acme").is_ok() && app_name("").is_err() && app_name("a\nBcc: b@c.d").is_err());
        assert_eq!(proxy("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        assert!(proxy("fd00::/8").is_ok() && proxy("10.0.0.0/40").is_err());
        assert!(sender("Acme <a@example.com>").is_ok() && sender("Acme").is_err());
        assert!(sender("Keyrack <keyrack@localhost>").is_ok());
    }
}
