//! Texts that a deployment has of its own: a folder like `crates/server/messages`, with those files that differ.
//!
//! They are checked before they are used: what they name is known, what must be in them is, and no link in them leads
//! away from the deployment's own hosts.

use super::template::environment;
use super::{COMMON, MESSAGES, Message, source};
use crate::config::{Deployment, Origin};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Path inside of the folder → text.
pub type Templates = BTreeMap<String, String>;

/// Files that a folder may hold.
const FILES: usize = 1_000;
/// Bytes that a file may have.
const BYTES: u64 = 100_000;

/// What is filled in to try a text.
const SAMPLE_CODE: &str = "482913";

/// Reads a folder: `layout.html`, and in a folder of each message's name the files of its forms.
///
/// # Errors
/// What cannot be read, or stands where nothing would read it.
pub fn read(folder: &Path) -> Result<Templates, String> {
    let mut all = Templates::new();
    for (name, path) in entries(folder)? {
        if !path.is_dir() {
            all.insert(name, file(&path)?);
            continue;
        }
        for (inner, path) in entries(&path)? {
            all.insert(format!("{name}/{inner}"), file(&path)?);
        }
    }
    if all.len() > FILES {
        return Err(format!("{} holds more than {FILES} files", folder.display()));
    }
    Ok(all)
}

fn entries(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>, String> {
    let unreadable = |cause: std::io::Error| {
        format!("{} cannot be read ({cause}); check the path and its permissions", folder.display())
    };
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What an editor or a version control system leaves.
        if !name.starts_with('.') && !name.ends_with('~') {
            all.push((name, entry.path()));
        }
    }
    all.sort();
    Ok(all)
}

fn file(path: &Path) -> Result<String, String> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(about) if !about.is_file() => return Err(format!("{shown} is no file; take it out")),
        Ok(about) if about.len() > BYTES => return Err(format!("{shown} is longer than {BYTES} bytes")),
        _ => {}
    }
    std::fs::read_to_string(path).map_err(|cause| format!("{shown} cannot be read ({cause})"))
}

/// Everything that is wrong with a deployment's own texts, each with its file and the fix.
#[must_use]
pub fn check(config: &Deployment) -> Vec<String> {
    let mut wrong: Vec<String> = Vec::new();
    for (path, text) in &config.templates {
        match of_file(path) {
            Err(text) => wrong.push(text),
            Ok(message) => wrong.extend(check_file(config, message, (path, text))),
        }
    }
    if !wrong.is_empty() || config.templates.is_empty() {
        return wrong;
    }
    for message in MESSAGES {
        for language in source::languages(config) {
            let written = source::written(config, message, language);
            if written == language {
                wrong.extend(tried(config, message, language));
            }
        }
    }
    let mut once = BTreeSet::new();
    wrong.retain(|text| once.insert(text.clone()));
    wrong
}

/// The message that a file is of; none for the layout of all.
fn of_file(path: &str) -> Result<Option<&'static Message>, String> {
    if path == source::LAYOUT {
        return Ok(None);
    }
    let (name, file) = path.split_once('/').unwrap_or((path, ""));
    let Some(message) = MESSAGES.into_iter().find(|message| message.name == name) else {
        let known: Vec<&str> = MESSAGES.iter().map(|message| message.name).collect();
        return Err(format!(
            "{path}: there is no such message; known are {} and {}",
            source::LAYOUT,
            known.join(", ")
        ));
    };
    let (language, form) = file.split_once('.').unwrap_or((file, ""));
    let is_named = crate::config::is_language(language) && message.forms().contains(&form);
    let forms: Vec<String> = message.forms().iter().map(|form| format!("en.{form}")).collect();
    is_named.then_some(Some(message)).ok_or_else(|| {
        format!(
            "{path}: nothing reads this file; write a language and an ending as in {}",
            forms.join(" and ")
        )
    })
}

fn check_file(config: &Deployment, message: Option<&Message>, (path, text): (&str, &str)) -> Vec<String> {
    let texts = [(path.to_owned(), text.to_owned())];
    let named =
        match environment(&texts).and_then(|env| Ok(env.get_template(path)?.undeclared_variables(false))) {
            Ok(named) => named,
            Err(error) => return vec![broken(path, &error)],
        };
    let known: Vec<&str> = message.map_or_else(|| COMMON.to_vec(), |message| message.known().collect());
    let mut odd: Vec<&String> = named.iter().filter(|name| !known.contains(&name.as_str())).collect();
    odd.sort();
    let mut wrong: Vec<String> = odd
        .into_iter()
        .map(|name| format!("{path}: it has no {{{{ {name} }}}}; known here: {}", known.join(", ")))
        .collect();
    wrong.extend(foreign(config, path, text));
    if let Some((message, other)) = message.zip(counterpart(config, message, path)) {
        wrong.push(format!(
            "{path}: without {other} the message {} is not in this language; add it",
            message.name
        ));
    }
    wrong
}

/// The file that is missing beside this one.
fn counterpart(config: &Deployment, message: Option<&Message>, path: &str) -> Option<String> {
    let stem = path.rsplit_once('.')?.0;
    let mut others = message?.forms().iter().map(|form| format!("{stem}.{form}"));
    others.find(|other| source::text(config, other).is_none())
}

/// What is wrong with a message once it is filled in.
fn tried(config: &Deployment, message: &Message, language: &str) -> Vec<String> {
    let link = super::link(config, ("", "sample"), &[("token", "sample")]);
    let sample = |name: &'static str| match name {
        "code" => SAMPLE_CODE,
        "link" => link.as_str(),
        "days" | "hours" | "minutes" => "2",
        other => other,
    };
    let facts: Vec<(&str, &str)> = message.facts.iter().map(|name| (*name, sample(name))).collect();
    let file = |form: &str| format!("{}/{language}.{form}", message.name);
    let forms = if message.is_sms {
        super::sms(config, message, (language, "+15550100"), &facts).map(|sms| vec![(file("sms"), sms.text)])
    } else {
        let made = super::mail(config, message, (language, "ada@example.com"), &facts);
        made.map(|mail| {
            vec![
                (file("txt"), mail.text),
                (file("html"), mail.html),
                (format!("{} (subject)", file("txt")), mail.subject),
            ]
        })
    };
    let forms = match forms {
        Ok(forms) => forms,
        Err(error) => return vec![broken(&file(message.forms().first().unwrap_or(&"txt")), &error)],
    };
    let mut wrong = Vec::new();
    for (place, text) in &forms {
        let is_subject = place.ends_with(')');
        if text.trim().is_empty() {
            wrong.push(format!("{place}: it is empty; write what the message says"));
        }
        for name in message.must.iter().filter(|name| !is_subject && !text.contains(sample(name))) {
            wrong
                .push(format!("{place}: {{{{ {name} }}}} is not in it; without it the message is of no use"));
        }
        wrong.extend(foreign(config, place, text));
    }
    wrong
}

fn broken(path: &str, error: &minijinja::Error) -> String {
    let (name, line) = (error.name().unwrap_or(path), error.line().unwrap_or(1));
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    format!("{name}:{line}: {detail}")
}

/// Addresses in a text that lead elsewhere than to the deployment's own hosts.
fn foreign(config: &Deployment, place: &str, text: &str) -> Vec<String> {
    let is_own = |address: &str| {
        let own = config.allowed_origins.iter().filter_map(|origin| Origin::parse(origin).ok());
        own.chain([config.origin.clone()]).any(|origin| {
            let rest = address.strip_prefix(&origin.to_string());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        })
    };
    let fix = format!("only addresses that begin with {} may stand in a message", config.origin);
    let odd = addresses(text).into_iter().filter(|address| !is_own(address));
    odd.map(|address| format!("{place}: {address} leads to another host; {fix}")).collect()
}

/// What mail programs would follow: what has a scheme before `//`, and what an attribute of a link or an image holds.
fn addresses(text: &str) -> Vec<String> {
    let end = |rest: &str| {
        rest.find(|c: char| c.is_whitespace() || "\"'<>{}()|\\^`".contains(c)).unwrap_or(rest.len())
    };
    let mut all = Vec::new();
    for (at, _) in text.match_indices("//") {
        let before = &text[..at];
        let scheme = before
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || "+-.:".contains(c)))
            .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
        let rest = &text[scheme..];
        let host = &text[at + 2..];
        // What is filled in is tried apart; a comment of CSS or a double slash in a path begins no address.
        let begins = at == scheme && before.ends_with(['"', '\'', '=', '(']) || before.ends_with(':');
        if begins && !host.starts_with("{{") && !host.starts_with("{%") {
            all.push(rest[..end(rest).max(at + 2 - scheme)].trim_end_matches(['.', ',']).to_owned());
        }
    }
    for name in ["href=", "src=", "action=", "background=", "srcset=", "poster="] {
        for (at, _) in text.to_ascii_lowercase().match_indices(name) {
            let value = text[at + name.len()..].trim_start().trim_start_matches(['"', '\'']);
            let value = &value[..end(value)];
            let is_elsewhere =
                !value.is_empty() && !value.starts_with(['#', '{']) && !value.starts_with("mailto:");
            if is_elsewhere && !all.iter().any(|known| known == value) {
                all.push(value.to_owned());
            }
        }
    }
    all
}

#[cfg(test)]
#[path = "own_tests.rs"]
mod tests;
