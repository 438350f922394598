//! Reading a table key by key. Whatever is wrong is noted with its line, and reading goes on.

use super::keys;
use super::source::Source;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table of the file. What is not taken out of it is unknown.
pub(super) struct Table<'s> {
    pub(super) source: &'s Source,
    /// The table's key, as [`keys::KEYS`] writes it.
    name: String,
    /// Which table it is, for [`Source::complain`]: `deployment.0.ui`.
    pub(super) place: String,
    entries: DeTable<'s>,
}

impl<'s> Table<'s> {
    /// The whole file.
    pub(super) fn whole(source: &'s Source, entries: DeTable<'s>) -> Self {
        Self { source, name: String::new(), place: String::new(), entries }
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'s>>> {
        debug_assert!(keys::is_known(&join(&self.name, key)), "{}.{key} is in no list of keys", self.name);
        let (_, value) = self.entries.remove_entry(key)?;
        self.source.remember(join(&self.place, key), &value.span());
        Some(value)
    }

    /// Takes a value that `read` understands; `what` says what it should be.
    fn value<T>(
        &mut self,
        key: &str,
        what: &str,
        read: impl FnOnce(DeValue<'s>) -> Option<Result<T, String>>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let (span, kind) = (value.span(), value.get_ref().type_str());
        let text = match read(value.into_inner()) {
            Some(Ok(value)) => return Some(value),
            Some(Err(text)) => format!("{key}: {text}"),
            None => format!("{key}: {what} is expected, not {kind}"),
        };
        self.source.refuse_key(join(&self.place, key), &span, text);
        None
    }

    /// Takes a text that `read` may refuse.
    pub(super) fn text<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.value(key, "a text in quotes", |value| value.as_str().map(read))
    }

    /// Takes a text that must be there.
    pub(super) fn required<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if !self.entries.contains_key(key) {
            let text = format!("the key {key:?} is missing in this table; add it");
            self.source.complain(super::Severity::Error, &self.place, text);
        }
        self.text(key, read)
    }

    /// Takes one of a few words.
    pub(super) fn one_of<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.text(key, |text| {
            let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
            found.ok_or_else(|| {
                let all: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
                format!("{text:?} is not known; write {}", all.join(" or "))
            })
        })
    }

    /// Takes `true` or `false`.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        self.value(key, "true or false", |value| value.as_bool().map(Ok))
    }

    /// Takes a whole number within bounds.
    pub(super) fn number(&mut self, key: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
        self.value(key, "a whole number", |value| {
            let given = value.as_integer()?;
            let number = u32::from_str_radix(given.as_str(), given.radix()).ok();
            let fits = number.filter(|number| bounds.contains(number));
            Some(fits.ok_or_else(|| {
                format!("{given} is out of bounds; it must be {} to {}", bounds.start(), bounds.end())
            }))
        })
    }

    /// Takes a table as it is, as JSON.
    pub(super) fn json<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(Map<String, Value>) -> Result<T, String>,
    ) -> Option<T> {
        self.value(key, "a table", |value| match json(&value) {
            Ok(Value::Object(all)) => Some(read(all)),
            Ok(_) => None,
            Err(text) => Some(Err(text)),
        })
    }

    /// Takes a list of texts; each that `read` refuses is noted at its own line.
    pub(super) fn list<T>(&mut self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let source = self.source;
        let entries = self.value(key, "a list in [ ]", |value| match value {
            DeValue::Array(entries) => Some(Ok(entries)),
            _ => None,
        })?;
        let (mut all, place) = (Vec::new(), join(&self.place, key));
        for entry in entries {
            if let Some(text) = entry.get_ref().as_str() {
                source.remember(join(&place, text), &entry.span());
            }
            match entry.get_ref().as_str().map(&read) {
                Some(Ok(value)) => all.push(value),
                Some(Err(text)) => {
                    source.refuse_key(place.clone(), &entry.span(), format!("{key}: {text}"));
                }
                None => {
                    let text = format!("{key}: its entries are texts in quotes");
                    source.refuse_key(place.clone(), &entry.span(), text);
                }
            }
        }
        Some(all)
    }

    /// Takes one text or a list of them.
    pub(super) fn one_or_more<T>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        match self.entries.get(key).map(|value| value.get_ref()) {
            Some(DeValue::String(_)) => self.text(key, read).map(|one| vec![one]),
            _ => self.list(key, read),
        }
    }

    /// Takes a table; an empty one when it is not there.
    pub(super) fn table(&mut self, key: &str) -> Table<'s> {
        let entries = self.value(key, "a table", |value| match value {
            DeValue::Table(entries) => Some(Ok(entries)),
            _ => None,
        });
        self.inner(key, &join(&self.place, key), entries.unwrap_or_default())
    }

    /// Takes the tables of `[[key]]`.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Table<'s>> {
        let what = format!("tables, each under [[{key}]],");
        let entries = self.value(key, &what, |value| match value {
            DeValue::Array(entries) if entries.iter().all(|entry| entry.get_ref().is_table()) => {
                Some(Ok(entries))
            }
            _ => None,
        });
        let mut all = Vec::new();
        for (index, entry) in entries.into_iter().flatten().enumerate() {
            let place = join(&join(&self.place, key), &index.to_string());
            self.source.remember(place.clone(), &entry.span());
            if let DeValue::Table(entries) = entry.into_inner() {
                all.push(self.inner(key, &place, entries));
            }
        }
        all
    }

    /// The keys that are left, for a table whose keys are free: each name with its span.
    pub(super) fn left(&self) -> Vec<Spanned<String>> {
        self.entries.keys().map(|key| Spanned::new(key.span(), key.get_ref().to_string())).collect()
    }

    fn inner(&self, key: &str, place: &str, entries: DeTable<'s>) -> Table<'s> {
        Table { source: self.source, name: join(&self.name, key), place: place.to_owned(), entries }
    }

    /// Whether a key is there that was not taken yet.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Ends the reading: every key that is left is unknown.
    pub(super) fn finish(self) {
        for key in self.entries.keys() {
            let unknown = key.get_ref();
            let known = keys::inside(&self.name);
            let text = match keys::elsewhere(unknown) {
                Some(table) => format!("unknown key {unknown:?} here; it belongs under {table}"),
                None => format!("unknown key {unknown:?}; known keys here: {}", known.join(", ")),
            };
            self.source.refuse(&key.span(), text);
        }
    }
}

/// A value as JSON, which has no dates and no numbers without end.
fn json(value: &DeValue<'_>) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(is) => Value::from(*is),
        DeValue::Integer(number) => {
            let read = i64::from_str_radix(number.as_str(), number.radix());
            Value::from(read.map_err(|_| format!("{number} is too large"))?)
        }
        DeValue::Float(number) => {
            let read = number.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            Value::from(read.ok_or_else(|| format!("{} is no number of JSON", number.as_str()))?)
        }
        DeValue::Datetime(time) => return Err(format!("{time} is no JSON; put it into quotes")),
        DeValue::Array(all) => {
            Value::Array(all.iter().map(|one| json(one.get_ref())).collect::<Result<_, _>>()?)
        }
        DeValue::Table(all) => {
            let named = all.iter().map(|(name, one)| Ok((name.get_ref().to_string(), json(one.get_ref())?)));
            Value::Object(named.collect::<Result<_, String>>()?)
        }
    })
}

fn join(outer: &str, key: &str) -> String {
    if outer.is_empty() { key.to_owned() } else { format!("{outer}.{key}") }
}
