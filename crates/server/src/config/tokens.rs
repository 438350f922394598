//! Tokens that a deployment lets its own claims into, and how they are signed.

use super::Severity::{Error, Warning};
use super::secrets::open_to_others;
use super::table::Table;
use super::{Deployment, value};
use crate::token::template::Template;
use crate::token::{Algorithm, Signer};
use std::path::Path;
use std::sync::Arc;

/// How many templates a deployment may have.
const MOST: usize = 20;
/// The template that there always is.
const BUILT_IN: &str = "default";
const DAY: i64 = 24 * 3_600_000;

/// A kind of tokens.
#[derive(Clone, Debug)]
pub struct TokenTemplate {
    /// What it is asked for by.
    pub name: String,
    /// How long its tokens live, in milliseconds: 5 seconds to 1 hour.
    pub lifetime_ms: i64,
    /// How far back its tokens are good from, in milliseconds: up to 1 minute.
    pub clock_skew_ms: i64,
    /// How they are signed.
    pub algorithm: Algorithm,
    /// With which key of the operator's own; with the deployment's where there is none.
    pub key: Option<Arc<Signer>>,
    /// Keys of the operator's own that have signed them before, or will: they are published, too.
    pub also_published: Vec<Arc<Signer>>,
    /// Whom they are for; for nobody in particular if this is empty.
    pub audience: Vec<String>,
    /// What they say beside what every token says.
    pub claims: Template,
}

/// How old a key may get before the next one signs, where nothing is said.
pub(super) const MAX_AGE_MS: i64 = 90 * DAY;

/// Reads `signing_key_max_age`.
pub(super) fn max_age(table: &mut Table<'_>) -> Option<i64> {
    let read = table.text("signing_key_max_age", |text| match text {
        "off" => Ok(None),
        text => value::span_within(text, "2 days", "400 days").map(Some),
    });
    read.unwrap_or(Some(MAX_AGE_MS))
}

/// Reads the tables of `[[deployment.token_template]]`.
pub(super) fn templates(tables: Vec<Table<'_>>) -> Vec<TokenTemplate> {
    let mut all: Vec<TokenTemplate> = Vec::new();
    for table in tables {
        let (place, source) = (table.place.clone(), table.source);
        let Some(read) = template(table) else { continue };
        if read.name == BUILT_IN || all.iter().any(|other| other.name == read.name) {
            let text = format!("a second token template {:?}; give it another name", read.name);
            source.complain(Error, &format!("{place}.name"), text);
        }
        if all.len() == MOST {
            source.complain(Error, &place, format!("more than {MOST} token templates; leave some out"));
            break;
        }
        all.push(read);
    }
    all
}

/// None when something of it cannot be read, which was complained about.
fn template(mut table: Table<'_>) -> Option<TokenTemplate> {
    let name = table.required("name", value::id);
    let lifetime = table.text("lifetime", |text| value::span_within(text, "5 seconds", "1 hour"));
    let skew = table.text("clock_skew", |text| value::span_within(text, "0s", "1 minute"));
    let words: Vec<(&str, Algorithm)> = Algorithm::ALL.into_iter().map(|it| (it.as_str(), it)).collect();
    let says_algorithm = table.has("algorithm");
    let algorithm = table.one_of("algorithm", &words);
    let says_key = table.has("key_file");
    let with = algorithm.unwrap_or(Algorithm::Es256);
    let key = table.text("key_file", |path| own_key(with, path));
    let others = table.list("published_key_files", |path| published(with, path)).unwrap_or_default();
    let audience = table.one_or_more("audience", audience).unwrap_or_default();
    let claims = table.json("claims", |claims| Template::parse(&claims)).unwrap_or_default();
    let (place, source) = (table.place.clone(), table.source);
    table.finish();
    if with == Algorithm::Hs256 && !says_key {
        let text = "HS256 signs with a key of the template's own, and with no other: name a file of at least 32 bytes as key_file";
        source.complain(Error, &format!("{place}.algorithm"), text);
        return None;
    }
    for fix in key.iter().chain(&others).filter_map(|(_, open)| open.clone()) {
        source.complain(Warning, &format!("{place}.key_file"), fix);
    }
    if (says_algorithm && algorithm.is_none()) || (says_key && key.is_none()) {
        return None;
    }
    Some(TokenTemplate {
        name: name?,
        lifetime_ms: lifetime.unwrap_or(60_000),
        clock_skew_ms: skew.unwrap_or(5_000),
        algorithm: with,
        key: key.map(|(key, _)| key),
        also_published: others.into_iter().map(|(key, _)| key).collect(),
        audience,
        claims,
    })
}

/// A key, and what is to be done if others can read its file.
type Found = (Arc<Signer>, Option<String>);

fn own_key(algorithm: Algorithm, path: &str) -> Result<Found, String> {
    let path = Path::new(path);
    let text = std::fs::read_to_string(path)
        .map_err(|cause| format!("{} cannot be read ({cause}); check the path", path.display()))?;
    let key = Signer::of_file(algorithm, &text).map_err(|why| format!("{}: {why}", path.display()))?;
    let open = open_to_others(path)
        .then(|| format!("other users of this machine can read this key; chmod 600 {}", path.display()));
    Ok((Arc::new(key), open))
}

fn published(algorithm: Algorithm, path: &str) -> Result<Found, String> {
    match algorithm {
        Algorithm::Hs256 => Err("a key of HS256 is never published".to_owned()),
        _ => own_key(algorithm, path),
    }
}

fn audience(text: &str) -> Result<String, String> {
    let text = text.trim();
    if (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err("an audience has 1 to 200 characters, all on one line".to_owned())
}

impl Deployment {
    /// The longest life of a token of any template, in milliseconds.
    #[must_use]
    pub fn longest_token_ms(&self) -> i64 {
        let lives = self.token_templates.iter().map(|template| template.lifetime_ms);
        lives.chain([self.lifetimes.token_ms]).max().unwrap_or(0)
    }

    /// The algorithms of which Keyrack makes the keys: those of templates that bring none, and the default one's.
    #[must_use]
    pub fn signing_algorithms(&self) -> Vec<Algorithm> {
        let without = self.token_templates.iter().filter(|template| template.key.is_none());
        let mut all: Vec<Algorithm> = without.map(|template| template.algorithm).collect();
        all.push(Algorithm::Es256);
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
