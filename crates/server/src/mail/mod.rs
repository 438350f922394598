//! What people are sent: templates in their language, made into mails and text messages.
//!
//! The texts are in `crates/server/messages`, a folder for each message; a deployment may have others in a folder of
//! its own ([`own`]). Everything that is filled in is text: in the HTML form it is escaped, and a subject has one line.

mod message;
pub mod own;
mod source;
mod template;

pub use message::*;

use crate::app::Site;
use crate::config::Deployment;
use crate::error::{Error, Result};
use crate::world::{Mail, Sms};
use template::Filled;
use url::Url;

/// The language of what is sent when nobody asks: to those whose language is not known.
pub const DEFAULT_LANGUAGE: &str = "en";

/// The mail `message` to `to`, in `language` or the nearest that it is written in. `facts` are all that the message
/// names, each once.
///
/// # Errors
/// When a fact is missing, or a template does not do what it did when it was checked.
pub fn render(
    site: &Site,
    message: &Message,
    (language, to): (&str, &str),
    facts: &[(&str, &str)],
) -> Result<Mail> {
    mail(&site.config, message, (language, to), facts).map_err(|cause| unwritten(message, &cause))
}

/// The text message `message` to the number `to` (E.164); otherwise as [`render`].
///
/// # Errors
/// As [`render`].
pub fn render_sms(
    site: &Site,
    message: &Message,
    (language, to): (&str, &str),
    facts: &[(&str, &str)],
) -> Result<Sms> {
    sms(&site.config, message, (language, to), facts).map_err(|cause| unwritten(message, &cause))
}

/// Values are no part of what a template engine complains of, so that none gets into the log.
fn unwritten(message: &Message, cause: &minijinja::Error) -> Error {
    let place = cause.name().unwrap_or(message.name);
    let line = cause.line().unwrap_or_default();
    Error::internal("write a message", format!("{place}:{line}: {:?}", cause.kind()))
}

fn mail(
    config: &Deployment,
    message: &Message,
    (language, to): (&str, &str),
    facts: &[(&str, &str)],
) -> std::result::Result<Mail, minijinja::Error> {
    let filled = Filled::new(config, message, (language, to), facts)?;
    let fact =
        |name: &str| facts.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Ok(Mail {
        from: config.mail_from.clone(),
        to: to.to_owned(),
        subject: one_line(&filled.block("txt", "subject")?),
        text: format!("{}\n", filled.block("txt", "text")?.trim()),
        html: filled.whole("html")?,
        code: fact("code"),
        link: fact("link"),
        language: filled.language.to_owned(),
    })
}

fn sms(
    config: &Deployment,
    message: &Message,
    (language, to): (&str, &str),
    facts: &[(&str, &str)],
) -> std::result::Result<Sms, minijinja::Error> {
    let filled = Filled::new(config, message, (language, to), facts)?;
    let code = facts.iter().find(|(known, _)| *known == "code").map(|(_, value)| (*value).to_owned());
    let text = filled.whole("sms")?.trim().to_owned();
    Ok(Sms { to: to.to_owned(), text, code, language: filled.language.to_owned() })
}

/// A subject is one line of a header, whatever was filled in, and nothing of it is read as an encoded word (RFC 2047).
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").replace("=?", "= ?")
}

/// The language that fits what a browser prefers (`Accept-Language`) among those that a deployment's messages have.
#[must_use]
pub fn language<'a>(config: &'a Deployment, preferred: &str) -> &'a str {
    crate::language::chosen(&source::languages(config), None, Some(preferred))
}

/// How long something of `ms` works, as the facts `days` and `hours`: whole days from two on, else whole hours.
#[must_use]
pub fn span(ms: i64) -> (String, String) {
    let hours = (ms / 3_600_000).max(1);
    let days = if hours >= 48 { hours / 24 } else { 0 };
    (days.to_string(), hours.to_string())
}

/// How long a code works, as the fact `minutes`.
#[must_use]
pub fn minutes(config: &Deployment) -> String {
    (config.lifetimes.code_ms / 60_000).max(1).to_string()
}

/// A link to a page of the deployment: its own (`configured`: an address, a path of its origin, or `""`) or the hosted
/// one of this name, with `query` added. Nothing of a request is in it.
#[must_use]
pub fn link(config: &Deployment, (configured, hosted): (&str, &str), query: &[(&str, &str)]) -> String {
    let page = match configured {
        "" => format!("{}/{hosted}", config.base()),
        path if path.starts_with('/') => format!("{}{path}", config.origin),
        page => page.to_owned(),
    };
    // The configuration lets only addresses through.
    let Ok(mut url) = Url::parse(&page) else { return page };
    url.query_pairs_mut().extend_pairs(query);
    url.into()
}

/// A name that somebody chose, so that no mail program makes a link of it: what could be a host or an address is broken
/// up.
#[must_use]
pub fn harmless(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let joins = rest.peek().is_some_and(|next| !next.is_whitespace());
        // Dots of all scripts, which a browser reads as the one of a host.
        if joins && matches!(c, '.' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | ':' | '@' | '/') {
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests;
