//! Objects that somebody types as JSON, and is shown as JSON.

use super::Failure;
use serde_json::{Map, Value, json};

/// Reads one; `name` is what it is called on the wire.
///
/// # Errors
/// Of who typed something else.
pub fn typed(name: &str, text: &str) -> Result<Map<String, Value>, Failure> {
    let wrong = |_| Failure::wrong(format!("{name} is no object; write it like '{{\"plan\":\"pro\"}}'"));
    serde_json::from_str(text).map_err(wrong)
}

/// What is said of something: the texts and objects that are there.
///
/// # Errors
/// As [`typed`].
pub fn said(
    texts: &[(&str, &Option<String>)],
    objects: &[(&str, &Option<String>)],
) -> Result<Map<String, Value>, Failure> {
    let mut said = Map::new();
    for (name, text) in texts {
        said.extend(text.as_ref().map(|text| ((*name).to_owned(), json!(text))));
    }
    for (name, text) in objects {
        if let Some(text) = text {
            said.insert((*name).to_owned(), typed(name, text)?.into());
        }
    }
    Ok(said)
}

/// As it is shown; `""` where there is nothing in it.
#[must_use]
pub fn shown(object: &Map<String, Value>) -> String {
    if object.is_empty() { String::new() } else { Value::from(object.clone()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_an_object_or_refused_and_what_is_not_said_is_not_there() {
        let some = |text: &str| Some(text.to_owned());
        let all = said(&[("name", &some("")), ("slug", &None)], &[("metadata", &some("{\"a\":\"b\"}"))]);
        assert_eq!(Value::from(all.unwrap()), json!({ "name": "", "metadata": { "a": "b" } }));
        for wrong in ["", "[]", "1", "{", "{\"a\"}"] {
            assert!(typed("metadata", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_empty_object_is_not_shown() {
        assert_eq!(shown(&Map::new()), "");
        assert_eq!(shown(&typed("metadata", "{ \"a\": 1 }").unwrap()), "{\"a\":1}");
    }
}
