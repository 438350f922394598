//! Endpoints of the application that are told what happens.

use super::Severity::{Error, Warning};
use super::secrets::open_to_others;
use super::table::Table;
use super::value;
use crate::audit::hooks;
use crate::world::{is_private, webhook_key};
use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use url::Url;

/// How many endpoints a deployment may have: each is a row for everything that happens.
const MOST: usize = 10;

/// An endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// What the operator calls it: 1 to 32 of `a-z`, `0-9` and `-`.
    pub name: String,
    /// Where it listens.
    pub url: String,
    /// What its signatures are made with, 24 to 64 bytes.
    pub key: Vec<u8>,
    /// What it is told: types, or `user.*`; everything if there is none.
    pub events: Vec<String>,
    /// Whether it may be at a private address.
    pub private_addresses: bool,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Webhook({})", self.name)
    }
}

impl Webhook {
    /// Whether it is told of what is called `kind`.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        let is_of = |event: &String| {
            event.strip_suffix(".*").map_or(event == kind, |room| {
                kind.strip_prefix(room).is_some_and(|rest| rest.starts_with('.'))
            })
        };
        self.events.is_empty() || self.events.iter().any(is_of)
    }
}

/// Reads the tables of `[[deployment.webhook]]`.
pub(super) fn webhooks(tables: Vec<Table<'_>>) -> Vec<Webhook> {
    let mut all: Vec<Webhook> = Vec::new();
    for table in tables {
        let (place, source) = (table.place.clone(), table.source);
        let Some(read) = webhook(table) else { continue };
        if all.iter().any(|other| other.name == read.name) {
            let text = format!("a second webhook {:?}; give it another name", read.name);
            source.complain(Error, &format!("{place}.name"), text);
        }
        if all.len() == MOST {
            source.complain(
                Error,
                &place,
                format!("more than {MOST} webhooks; let one of yours tell others"),
            );
            break;
        }
        all.push(read);
    }
    all
}

/// None when something of it cannot be read, which was complained about.
fn webhook(mut table: Table<'_>) -> Option<Webhook> {
    let name = table.required("name", value::id);
    let private_addresses = table.flag("private_addresses").unwrap_or_default();
    let url = table.required("url", |text| url(text, private_addresses));
    let secret = table.required("secret_file", secret);
    let events = table.list("events", event).unwrap_or_default();
    if let Some(Some(fix)) = secret.as_ref().map(|(_, open)| open.clone()) {
        table.source.complain(Warning, &format!("{}.secret_file", table.place), fix);
    }
    table.finish();
    Some(Webhook { name: name?, url: url?, key: secret?.0, events, private_addresses })
}

/// The address of an endpoint as it is kept.
///
/// # Errors
/// What is wrong with it.
pub fn url(text: &str, private_addresses: bool) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        return Err(format!("{text:?} is not an address; write it like \"https://app.example.com/hooks\""));
    };
    if !url.username().is_empty() || url.password().is_some() {
        // It is not repeated: it may hold a secret.
        return Err("no user and no password may stand in it; signatures show who calls".to_owned());
    }
    let address = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    if !private_addresses && address.is_some_and(is_private) {
        return Err("a private address; set private_addresses = true if it is meant".to_owned());
    }
    if url.scheme() == "http" && !private_addresses {
        return Err("what happens to people would travel unencrypted; write https, or set private_addresses = true for one in your own network".to_owned());
    }
    Ok(url.into())
}

/// The key in a file; what is to be done if others can read it.
fn secret(path: &str) -> Result<(Vec<u8>, Option<String>), String> {
    let path = Path::new(path);
    let text = std::fs::read_to_string(path)
        .map_err(|cause| format!("{} cannot be read ({cause}); check the path", path.display()))?;
    let key = webhook_key(&text).map_err(|why| format!("{}: {why}", path.display()))?;
    let open = open_to_others(path)
        .then(|| format!("other users of this machine can read this secret; chmod 600 {}", path.display()));
    Ok((key, open))
}

fn event(text: &str) -> Result<String, String> {
    let fits = |kind: &str| {
        text.strip_suffix(".*")
            .map_or(kind == text, |room| kind.strip_prefix(room).is_some_and(|rest| rest.starts_with('.')))
    };
    if hooks::KINDS.into_iter().any(fits) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is nothing that happens; write \"user.*\" or one of {}", hooks::KINDS.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telling(events: &[&str]) -> Webhook {
        Webhook {
            name: "crm".to_owned(),
            url: String::new(),
            key: Vec::new(),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            private_addresses: false,
        }
    }

    #[test]
    fn an_endpoint_is_told_what_it_asked_for_and_everything_if_it_asked_for_nothing() {
        let some = telling(&["user.*", "session.ended"]);
        for (kind, wanted) in [("user.created", true), ("session.ended", true), ("session.created", false)] {
            assert_eq!(some.wants(kind), wanted, "{kind}");
            assert!(telling(&[]).wants(kind));
        }
        assert!(!telling(&["us.*"]).wants("user.created"));
        assert_eq!(event("user.*"), Ok("user.*".to_owned()));
        for wrong in ["", "*", ".*", "user", "user.", "us.*", "user.made", "User.created"] {
            assert!(event(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_public_and_encrypted_unless_the_operator_says_that_it_is_in_a_network_of_theirs() {
        assert_eq!(url("https://app.example.com/h?a=b", false).unwrap(), "https://app.example.com/h?a=b");
        assert_eq!(url("http://10.0.0.7:3000/h", true).unwrap(), "http://10.0.0.7:3000/h");
        for wrong in [
            "",
            "app.example.com",
            "ftp://app.example.com",
            "https://user:pw@app.example.com",
            "http://app.example.com",
            "https://127.0.0.1/h",
            "https://[::1]/h",
            "https://169.254.169.254/latest",
        ] {
            assert!(url(wrong, false).is_err(), "{wrong}");
        }
    }
}
