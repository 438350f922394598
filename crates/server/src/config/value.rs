//! The values of `keyrack.toml`: each is read from a text by a function that may refuse it.

use super::{Listed, Origin};
use crate::user::email::EmailAddress;
use std::net::{IpAddr, SocketAddr};
use unicode_normalization::UnicodeNormalization;

/// A duration in milliseconds.
pub(super) fn span(text: &str) -> Result<i64, String> {
    let fail = || format!("{text:?} is not a duration; write it like \"30 days\", \"10m\" or \"60s\"");
    let span = humantime::parse_duration(text).map_err(|_| fail())?;
    i64::try_from(span.as_millis()).map_err(|_| fail())
}

/// A duration within bounds that are written as one.
pub(super) fn span_within(text: &str, least: &str, most: &str) -> Result<i64, String> {
    let ms = span(text)?;
    if (span(least)?..=span(most)?).contains(&ms) {
        return Ok(ms);
    }
    Err(format!("must be {least} to {most}, not {text:?}"))
}

pub(super) fn id(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=32).contains(&text.len()) && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not an id; use 1 to 32 of a-z, 0-9 and \"-\""))
}

pub(super) fn host_name(text: &str) -> Result<String, String> {
    match Origin::parse(&format!("http://{text}")) {
        Ok(origin) if origin.port.is_none() && !text.contains([':', '/']) => Ok(origin.host),
        _ => Err(format!(
            "{text:?} is not a host name; write it like \"auth.example.com\", without scheme and port"
        )),
    }
}

pub(super) fn app_name(text: &str) -> Result<String, String> {
    if (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err("a name has 1 to 64 characters, all on one line".to_owned())
}

pub(super) fn proxy(text: &str) -> Result<ipnet::IpNet, String> {
    let single = || text.parse::<IpAddr>().map(ipnet::IpNet::from);
    text.parse::<ipnet::IpNet>()
        .or_else(|_| single())
        .map_err(|_| format!("{text:?} is not a network; write it like \"10.0.0.0/8\" or \"10.1.2.3\""))
}

pub(super) fn page_url(text: &str) -> Result<String, String> {
    let path = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
    let absolute = || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if text.is_empty() || path || absolute() {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is not a page; write \"https://…\" or a path such as \"/goodbye\", or \"\" for none"
    ))
}

pub(super) fn sender(text: &str) -> Result<String, String> {
    text.parse::<lettre::message::Mailbox>()
        .map(|_| text.to_owned())
        .map_err(|_| format!("{text:?} is not a sender; write it like \"Acme <hello@example.com>\""))
}

/// A mail server. The text is not repeated in the refusal: it may hold a password, which is one.
pub(super) fn smtp_url(text: &str) -> Result<url::Url, String> {
    let server = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps"));
    let named = server.filter(|url| url.host_str().is_some_and(|host| !host.is_empty()));
    let Some(url) = named else {
        return Err(
            "not a mail server; write \"smtp://user@host:587?tls=required\" or \"smtps://…\"".to_owned()
        );
    };
    if url.password().is_some() {
        return Err(
            "no password may stand in this file; put it into a file that password_file names, or into \
                    KEYRACK_SMTP_PASSWORD"
                .to_owned(),
        );
    }
    Ok(url)
}

/// The path where a proxy hands requests to Keyrack.
pub(super) fn path(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    let segment = |part: &str| !part.is_empty() && part != "." && part != ".." && part.chars().all(plain);
    let fits = text.len() <= 100 && text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(segment));
    if text.is_empty() || fits {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is not a path; write it like \"/keyrack\": with a slash before it and none after it"
    ))
}

/// Addresses that may or may not sign up.
pub(super) fn listed(text: &str) -> Result<Listed, String> {
    let fail = || {
        format!(
            "{text:?} is neither an address nor a domain; write \"ada@example.com\", \"example.com\" or \"*.example.com\""
        )
    };
    if text.contains('@') {
        return EmailAddress::parse(text).map(|email| Listed::Address(email.to_string())).map_err(|_| fail());
    }
    let (below, domain) = match text.strip_prefix("*.") {
        Some(domain) => (true, domain),
        None => (false, text),
    };
    // What an address may stand at is a domain here.
    let address = EmailAddress::parse(&format!("a@{domain}")).map_err(|_| fail())?;
    let domain = address.as_str().trim_start_matches("a@").to_owned();
    Ok(if below { Listed::Below(domain) } else { Listed::Domain(domain) })
}

/// A keyword in the form in which it is compared.
pub(super) fn keyword(text: &str) -> Result<String, String> {
    let keyword = folded(text.trim());
    if (2..=50).contains(&keyword.chars().count()) {
        return Ok(keyword);
    }
    Err(format!("{text:?} is not a keyword; it has 2 to 50 characters"))
}

/// What a role may allow: words of a-z, 0-9, "_" and "-", with ":" or "." between them.
pub(super) fn permission(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let is_word = |word: &str| !word.is_empty() && word.chars().all(fits);
    if text.len() <= 64 && text.contains(':') && text.split([':', '.']).all(is_word) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not a permission; write it like \"billing:read\", at most 64 characters"))
}

/// What a file calls a role; short enough that no id of another role looks like its id.
pub(super) fn role_key(text: &str) -> Result<String, String> {
    match id(text) {
        Ok(key) if key.len() <= 20 => Ok(key),
        _ => Err(format!("{text:?} is not a role's key; use 1 to 20 of a-z, 0-9 and \"-\"")),
    }
}

/// What people read of a role.
pub(super) fn role_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err("a role's name has 1 to 64 characters, all on one line".to_owned())
}

/// A text in the form in which keywords are looked for: however it was typed, wide or in capitals.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// What a password must contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PasswordWord {
    Lowercase,
    Uppercase,
    Number,
    Special,
}

pub(super) fn password_word(text: &str) -> Result<PasswordWord, String> {
    match text {
        "lowercase" => Ok(PasswordWord::Lowercase),
        "uppercase" => Ok(PasswordWord::Uppercase),
        "number" => Ok(PasswordWord::Number),
        "special" => Ok(PasswordWord::Special),
        _ => Err(format!(
            "{text:?} is not known; write \"lowercase\", \"uppercase\", \"number\" or \"special\""
        )),
    }
}

/// A country by its two letters (ISO 3166-1).
pub(super) fn country(text: &str) -> Result<String, String> {
    match text.parse::<phonenumber::country::Id>() {
        Ok(id) if id.as_ref() == text => Ok(text.to_owned()),
        _ => Err(format!("{text:?} is not a country; write its two letters, like \"DE\"")),
    }
}

/// A language of the hosted pages and of messages.
pub(super) fn language(text: &str) -> Result<(), String> {
    match is_language(text) {
        true => Ok(()),
        false => Err(format!("{text:?} is not a language; write it like \"en\" or \"de-CH\"")),
    }
}

/// Whether this is a primary tag such as `de`, perhaps with a region such as `de-CH`.
#[must_use]
pub fn is_language(text: &str) -> bool {
    let (primary, region) = text.split_once('-').unwrap_or((text, "AA"));
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && region.len() == 2
        && region.bytes().all(|b| b.is_ascii_uppercase())
}

/// A text for people, on one line.
pub(super) fn line(text: &str) -> Result<String, String> {
    if text.chars().count() <= 500 && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err("a text has at most 500 characters, all on one line".to_owned())
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is not an address; write it like \"127.0.0.1:4400\" or \"[::1]:4400\"")
    })
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
