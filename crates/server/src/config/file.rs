//! The shape of `keyrack.toml`, and how its reader's complaints are put into a sentence.

use super::value::{
    Addresses, AppName, HostName, Id, OriginText, PageUrl, Proxy, Sender, SmtpUrl, Span as Duration,
};
use super::{ConfigError, Mode};
use serde::Deserialize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) listen: Option<Spanned<Addresses>>,
    pub(super) data: Option<PathBuf>,
    #[serde(default)]
    pub(super) trusted_proxies: Vec<Proxy>,
    pub(super) mail: Option<MailTable>,
    #[serde(default)]
    pub(super) deployment: Vec<Spanned<DeploymentTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailTable {
    pub(super) smtp: SmtpUrl,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeploymentTable {
    pub(super) id: Spanned<Id>,
    pub(super) mode: Mode,
    pub(super) app_name: Option<AppName>,
    pub(super) origin: Spanned<OriginText>,
    #[serde(default)]
    pub(super) hosts: Vec<Spanned<HostName>>,
    #[serde(default)]
    pub(super) allowed_origins: Vec<OriginText>,
    pub(super) cookie_domain: Option<Spanned<HostName>>,
    pub(super) uniform_answers: Option<bool>,
    pub(super) after_sign_out_one_page_url: Option<PageUrl>,
    pub(super) after_sign_out_all_page_url: Option<PageUrl>,
    pub(super) mail_from: Option<Sender>,
    pub(super) max_accounts_per_session: Option<Spanned<u32>>,
    pub(super) max_sessions_per_account: Option<Spanned<u32>>,
    #[serde(default)]
    pub(super) lifetimes: LifetimesTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LifetimesTable {
    pub(super) sign_in_max_age: Option<Spanned<Duration>>,
    pub(super) sign_in_idle: Option<Spanned<Duration>>,
    pub(super) attempt: Option<Spanned<Duration>>,
    pub(super) code: Option<Spanned<Duration>>,
    pub(super) token: Option<Spanned<Duration>>,
}

/// A file's name and text: what a complaint needs to name its line.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self { path: path.to_owned(), text }),
            Err(cause) => Err(ConfigError::Unreadable { path: path.to_owned(), cause: cause.to_string() }),
        }
    }

    pub(super) fn parse(&self) -> Result<File, ConfigError> {
        toml::from_str(&self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let key = self.key_at(span.start);
            self.refuse(&span, sentence(error.message(), key))
        })
    }

    /// A complaint about what stands at `span`.
    pub(super) fn refuse(&self, span: &Range<usize>, text: impl Into<String>) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        ConfigError::InFile { path: self.path.clone(), line, text: text.into() }
    }

    /// The key whose value begins at `offset`, if one stands on that line.
    fn key_at(&self, offset: usize) -> Option<&str> {
        let start = self.text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
        let (key, _) = self.text.get(start..)?.lines().next()?.split_once('=')?;
        let key = key.trim();
        (!key.is_empty() && !key.starts_with('#')).then_some(key)
    }
}

/// What the TOML reader says, in the words of somebody who edits the file.
fn sentence(message: &str, key: Option<&str>) -> String {
    if let Some(rest) = message.strip_prefix("unknown field `")
        && let Some((name, expected)) = rest.split_once('`')
    {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return format!("unknown key {name:?}; known keys here: {}", known.join(", "));
    }
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        return format!("the key {:?} is missing in this table; add it", name.0);
    }
    let text =
        message.replace("expected u32", "expected a whole number").replace("a sequence", "a list in [ ]");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "\"");
    match key {
        Some(key) => format!("{key}: {text}"),
        None => text,
    }
}
