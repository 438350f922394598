//! Where the texts are: those of a deployment before those built in.

use super::Message;
use crate::config::Deployment;
use rust_embed::RustEmbed;
use std::borrow::Cow;

/// What all HTML forms stand in.
pub const LAYOUT: &str = "layout.html";

/// The languages that every message is built in.
pub const BUILT_IN: [&str; 2] = ["de", "en"];

#[derive(RustEmbed)]
#[folder = "messages"]
struct Texts;

/// The text of a file, `sign_up_code/en.txt`.
pub fn text(config: &Deployment, path: &str) -> Option<String> {
    config.templates.get(path).cloned().or_else(|| built_in(path))
}

fn built_in(path: &str) -> Option<String> {
    let data = Texts::get(path)?.data;
    match data {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok(),
    }
}

/// The languages that messages may be in: a deployment's own beside those built in.
pub fn languages(config: &Deployment) -> Vec<&str> {
    let own =
        config.templates.keys().filter_map(|path| path.split_once('/')?.1.split_once('.')).map(|name| name.0);
    let mut all: Vec<&str> = BUILT_IN.into_iter().chain(own).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The language that a message is written in for somebody who reads `language`: that, or its general form, or English.
pub fn written<'a>(config: &Deployment, message: &Message, language: &'a str) -> &'a str {
    let general = language.split('-').next().unwrap_or_default();
    let is_there = |language: &&str| {
        let path = |form: &str| format!("{}/{language}.{form}", message.name);
        message.forms().iter().all(|form| text(config, &path(form)).is_some())
    };
    [language, general].into_iter().find(is_there).unwrap_or(super::DEFAULT_LANGUAGE)
}
