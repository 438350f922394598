//! A file of accounts, read one after the other: a line of NDJSON, a row of CSV, an element of a JSON document.

use crate::cli::Failure;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// The longest line that is read.
const LINE: u64 = 1 << 20;
/// Elements of a document that are read ahead.
const AHEAD: usize = 64;

/// An account of the file, or why it cannot be read.
pub(super) struct Item {
    /// Its line, or which of the document's users it is; from one.
    pub place: u64,
    /// What stands there.
    pub value: Result<Value, String>,
}

/// The accounts of a file.
pub(super) struct Items {
    /// What a place counts: `line` or `user`.
    pub unit: &'static str,
    each: Box<dyn Iterator<Item = Result<Item, Failure>>>,
}

impl fmt::Debug for Items {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.unit)
    }
}

impl Iterator for Items {
    type Item = Result<Item, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.each.next()
    }
}

/// Opens a file; its first bytes say what it is.
pub(super) fn open(path: &Path) -> Result<Items, Failure> {
    let shown = path.display().to_string();
    let refuse = move |cause: std::io::Error| Failure::refused(format!("{shown}: {cause}"));
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(&refuse)?);
    let start = file.fill_buf().map_err(&refuse)?;
    let begins = start.trim_ascii_start().first().copied();
    let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has_returns = first_line.ends_with(b"\r");
    match begins {
        Some(b'[') => Ok(document(file, refuse)),
        Some(b'{') => {
            let mut first = Vec::new();
            (&mut file).take(LINE).read_until(b'\n', &mut first).map_err(&refuse)?;
            let is_line = serde_json::from_slice::<Map<String, Value>>(&first)
                .is_ok_and(|object| !object.get("users").is_some_and(Value::is_array));
            let whole = std::io::Cursor::new(first).chain(file);
            Ok(if is_line { lines(whole, refuse) } else { document(whole, refuse) })
        }
        Some(_) => table(file, path, has_returns),
        None => Err(Failure::refused(format!("{}: it is empty", path.display()))),
    }
}

/// NDJSON: a line that is broken is refused by itself.
fn lines(file: impl BufRead + 'static, refuse: impl Fn(std::io::Error) -> Failure + 'static) -> Items {
    let mut file = file;
    let mut place = 0;
    let each = std::iter::from_fn(move || {
        loop {
            let mut line = Vec::new();
            place += 1;
            match (&mut file).take(LINE).read_until(b'\n', &mut line) {
                Err(cause) => return Some(Err(refuse(cause))),
                Ok(0) => return None,
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(read) => {
                    if read as u64 == LINE
                        && !line.ends_with(b"\n")
                        && let Err(cause) = skip_line(&mut file)
                    {
                        return Some(Err(refuse(cause)));
                    }
                    let value = serde_json::from_slice(&line).map_err(|cause| format!("no JSON: {cause}"));
                    return Some(Ok(Item { place, value }));
                }
            }
        }
    });
    Items { unit: "line", each: Box::new(each) }
}

fn skip_line(file: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let mut rest = Vec::new();
        let read = file.take(LINE).read_until(b'\n', &mut rest)?;
        if read == 0 || rest.ends_with(b"\n") {
            return Ok(());
        }
    }
}

/// CSV with a line of names first; every value is text. Where lines end with CR and LF the reader takes the LF for the
/// beginning of the next row, a line too early.
fn table(file: impl Read + 'static, path: &Path, has_returns: bool) -> Result<Items, Failure> {
    let shown = path.display().to_string();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let names = reader.headers().map_err(|cause| Failure::refused(format!("{shown}: {cause}")))?.clone();
    if names.len() < 2 {
        let line = format!("{shown}: it is neither JSON nor CSV with a line of names first");
        return Err(Failure::refused(line));
    }
    let each = reader.into_records().map(move |row| match row {
        Ok(row) => {
            let place = row.position().map_or(0, csv::Position::line) + u64::from(has_returns);
            let fields = names.iter().zip(&row);
            let object = fields.map(|(name, value)| (name.trim().to_owned(), Value::from(value)));
            Ok(Item { place, value: Ok(Value::Object(object.collect())) })
        }
        Err(cause) if cause.is_io_error() => Err(Failure::refused(format!("{shown}: {cause}"))),
        Err(cause) => {
            let place = cause.position().map_or(0, csv::Position::line) + u64::from(has_returns);
            Ok(Item { place, value: Err(cause.to_string()) })
        }
    });
    Ok(Items { unit: "line", each: Box::new(each) })
}

/// A document: a list of users, or an object with such a list in `users`. It may be larger than the memory, so that a thread
/// reads it, one user ahead of the other.
fn document(file: impl Read + Send + 'static, refuse: impl Fn(std::io::Error) -> Failure + 'static) -> Items {
    let (out, found) = sync_channel(AHEAD);
    let reader = thread::Builder::new().name("keyrack-reader".to_owned()).spawn(move || {
        let mut json = serde_json::Deserializer::from_reader(BufReader::new(file));
        let ended = Users(&out).deserialize(&mut json).and_then(|()| json.end());
        // Nobody listens any more where the import has failed.
        let _ = ended.map_err(|cause| out.send(Err(Failure::refused(format!("no JSON: {cause}")))));
    });
    match reader {
        Ok(_) => Items { unit: "user", each: Box::new(numbered(found)) },
        Err(cause) => Items { unit: "user", each: Box::new(std::iter::once(Err(refuse(cause)))) },
    }
}

fn numbered(found: Receiver<Result<Value, Failure>>) -> impl Iterator<Item = Result<Item, Failure>> {
    let mut place = 0;
    found.into_iter().map(move |value| {
        place += 1;
        value.map(|value| Item { place, value: Ok(value) })
    })
}

type Out = SyncSender<Result<Value, Failure>>;

/// Sends the users of a document.
struct Users<'a>(&'a Out);

impl<'de> DeserializeSeed<'de> for Users<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Users<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of users, or an object with such a list in \"users\"")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            if self.0.send(Ok(value)).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "users" {
                map.next_value_seed(Users(self.0))?;
                found = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(serde::de::Error::custom("it has no \"users\"")) }
    }
}

#[cfg(test)]
mod tests;
