//! A message with what is filled in.

use super::{Message, source};
use crate::config::Deployment;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use std::collections::BTreeMap;

/// Characters of a name that a subject shows.
const SHORT: usize = 60;

/// A message in one language, and what is filled in.
pub struct Filled<'a> {
    config: &'a Deployment,
    message: &'a Message,
    pub language: &'a str,
    facts: Value,
}

impl<'a> Filled<'a> {
    pub fn new(
        config: &'a Deployment,
        message: &'a Message,
        (language, to): (&'a str, &str),
        facts: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let language = source::written(config, message, language);
        let mut all: BTreeMap<&str, &str> = facts.iter().copied().collect();
        all.extend([("app", config.app_name.as_str()), ("to", to), ("language", language)]);
        if let Some(missing) = message.facts.iter().find(|name| !all.contains_key(*name)) {
            return Err(Error::new(ErrorKind::UndefinedError, *missing));
        }
        Ok(Self { config, message, language, facts: Value::from_pairs(all) })
    }

    /// One block of a form.
    pub fn block(&self, form: &str, block: &str) -> Result<String, Error> {
        let (name, texts) = self.texts(form)?;
        let env = environment(&texts)?;
        env.get_template(&name)?
            .render_captured(&self.facts)?
            .with_state_mut(|state| state.render_block(block))
    }

    /// A form as a whole.
    pub fn whole(&self, form: &str) -> Result<String, Error> {
        let (name, texts) = self.texts(form)?;
        let env = environment(&texts)?;
        env.get_template(&name)?.render(&self.facts)
    }

    /// The name of a form's file, and the files that it is made of.
    fn texts(&self, form: &str) -> Result<(String, Vec<(String, String)>), Error> {
        let name = format!("{}/{}.{form}", self.message.name, self.language);
        let mut texts = Vec::new();
        for path in [name.as_str(), source::LAYOUT] {
            let text = source::text(self.config, path);
            let text = text.ok_or_else(|| Error::new(ErrorKind::TemplateNotFound, path.to_owned()))?;
            texts.push((path.to_owned(), text));
        }
        Ok((name, texts))
    }
}

/// The engine with a few files in it.
pub fn environment(texts: &[(String, String)]) -> Result<Environment<'_>, Error> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    env.set_formatter(write);
    env.add_filter("short", |text: String| short(&text));
    for (name, text) in texts {
        env.add_template(name, text)?;
    }
    Ok(env)
}

/// The engine's own way would write the slashes of a link as references.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let is_text = value.as_str().filter(|_| *state.auto_escape() == AutoEscape::Html && !value.is_safe());
    match is_text {
        Some(text) => out.write_str(&escape(text)).map_err(Error::from),
        None => minijinja::escape_formatter(out, state, value),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A name as a subject shows it.
pub fn short(name: &str) -> String {
    match name.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name.to_owned(),
    }
}
