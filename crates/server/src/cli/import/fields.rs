//! What a member of an exported account says, whether it came as JSON or as the text of a CSV.

use crate::admin::import::record::Moment;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A text; none where it is empty.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    let text = match value.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The first of these that says anything.
pub(super) fn first(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(value, name))
}

/// Yes or no; no where nothing is said.
pub(super) fn flag(value: &Value, name: &str) -> bool {
    match value.get(name) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => ["true", "t", "1", "yes"].contains(&text.to_ascii_lowercase().as_str()),
        _ => false,
    }
}

/// An object, also one that is the text of one; none where it is empty.
pub(super) fn object(value: &Value, name: &str) -> Result<Option<Map<String, Value>>, String> {
    let object = match value.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(object)) => object.clone(),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => {
            serde_json::from_str(text).map_err(|cause| format!("{name} is no JSON object: {cause}"))?
        }
        Some(_) => return Err(format!("{name} is no JSON object")),
    };
    Ok((!object.is_empty()).then_some(object))
}

/// A time: RFC 3339, as PostgreSQL writes it, in milliseconds, or in an object with `$date`.
pub(super) fn moment(value: &Value, name: &str) -> Option<Moment> {
    match value.get(name)? {
        Value::Number(number) => number.as_i64().map(Moment::Ms),
        Value::Object(dated) => moment(&Value::Object(dated.clone()), "$date"),
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => {
            let text = text.trim();
            Some(text.parse().map_or_else(|_| Moment::Text(in_full(text)), Moment::Ms))
        }
        _ => None,
    }
}

/// PostgreSQL leaves out the minutes of an offset: `2024-05-01 10:00:00+00`.
fn in_full(text: &str) -> String {
    let bytes = text.as_bytes();
    match bytes {
        [.., b'+' | b'-', high, low] if high.is_ascii_digit() && low.is_ascii_digit() && bytes.len() > 12 => {
            format!("{text}:00")
        }
        _ => text.to_owned(),
    }
}

/// The milliseconds of a time, if it is one.
pub(super) fn ms(moment: &Moment) -> Option<i64> {
    match moment {
        Moment::Ms(ms) => Some(*ms),
        Moment::Text(text) => text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond),
    }
}

/// A whole name, as first and last name.
pub(super) fn apart(whole: &str) -> (Option<String>, Option<String>) {
    match whole.trim().rsplit_once(char::is_whitespace) {
        Some((first, last)) => (Some(first.trim().to_owned()), Some(last.to_owned())),
        None => (Some(whole.trim().to_owned()).filter(|name| !name.is_empty()), None),
    }
}

/// The parts of a list in one text.
pub(super) fn listed(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| matches!(c, '|' | ',' | ';') || c.is_whitespace());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_time_is_read_as_everybody_writes_it() {
        let at = |value: Value| moment(&json!({ "at": value }), "at").and_then(|moment| ms(&moment));
        let expected = Some(1_714_557_600_500);
        assert_eq!(at(json!("2024-05-01T10:00:00.5Z")), expected);
        assert_eq!(at(json!("2024-05-01 10:00:00.500+00")), expected);
        assert_eq!(at(json!("2024-05-01 12:00:00.500+02")), expected);
        assert_eq!(at(json!("2024-05-01 12:00:00.500+02:00")), expected);
        assert_eq!(at(json!("1714557600500")), expected);
        assert_eq!(at(json!(1_714_557_600_500_i64)), expected);
        assert_eq!(at(json!({ "$date": "2024-05-01T10:00:00.500Z" })), expected);
        for none in [json!(""), json!(null), json!("soon"), json!(true)] {
            assert_eq!(at(none.clone()), None, "{none}");
        }
    }

    #[test]
    fn names_lists_and_flags_are_read_from_text() {
        assert_eq!(apart("Ada King Lovelace"), (Some("Ada King".to_owned()), Some("Lovelace".to_owned())));
        assert_eq!(apart(" Ada "), (Some("Ada".to_owned()), None));
        assert_eq!(apart(""), (None, None));
        assert_eq!(listed("a@b.c|d@e.f, g@h.i"), ["a@b.c", "d@e.f", "g@h.i"]);
        let row = json!({ "yes": "TRUE", "no": "false", "set": true, "meta": "{\"a\":1}", "none": "{}" });
        assert!(flag(&row, "yes") && flag(&row, "set") && !flag(&row, "no") && !flag(&row, "gone"));
        assert_eq!(object(&row, "meta").unwrap().unwrap()["a"], 1);
        assert_eq!((object(&row, "none"), object(&row, "gone")), (Ok(None), Ok(None)));
        assert!(object(&row, "yes").is_err() && object(&row, "set").is_err());
    }
}
