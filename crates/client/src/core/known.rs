//! Answers of a newer server: words that this version does not know are left out, and the rest is understood.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many words one answer may have that are not known. Nobody adds so many at once.
const MOST: usize = 64;

/// What the enums of the protocol say of a word that is none of theirs.
const UNKNOWN: &str = "unknown variant `";

/// The value, without what a newer server knows and this version does not: where such a word may be missing it is, and
/// otherwise what it stands in is left out of its list. None when it is none even so.
pub fn known<T: DeserializeOwned>(mut value: Value) -> Option<T> {
    for _ in 0..MOST {
        let word = match tried::<T>(&value) {
            Tried::Known(known) => return Some(known),
            Tried::Unknown(word) => word,
            Tried::Other => return None,
        };
        let places = places(&value, &word);
        let each = |place: &Vec<Step>| {
            (1..=place.len())
                .rev()
                .filter_map(|length| leave_out(&value, &place[..length]))
                .collect::<Vec<_>>()
        };
        let candidates: Vec<Value> = places.iter().flat_map(each).collect();
        // The same word may stand in several places, and rightly in some.
        let is_over = |value: &&Value| match tried::<T>(value) {
            Tried::Known(_) => true,
            Tried::Unknown(next) => next != word,
            Tried::Other => false,
        };
        let is_less = |value: &&Value| matches!(tried::<T>(value), Tried::Unknown(_));
        let mended = candidates.iter().find(is_over).or_else(|| candidates.iter().find(is_less));
        value = mended?.clone();
    }
    None
}

enum Tried<T> {
    Known(T),
    Unknown(String),
    Other,
}

fn tried<T: DeserializeOwned>(value: &Value) -> Tried<T> {
    match T::deserialize(value) {
        Ok(known) => Tried::Known(known),
        Err(error) => {
            let error = error.to_string();
            let word = error.split_once(UNKNOWN).and_then(|(_, rest)| rest.split('`').next());
            word.map_or(Tried::Other, |word| Tried::Unknown(word.to_owned()))
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Field(String),
    Item(usize),
}

/// Where this word stands.
fn places(value: &Value, word: &str) -> Vec<Vec<Step>> {
    let below = |step: Step, value: &Value| {
        places(value, word).into_iter().map(move |mut path| {
            path.insert(0, step.clone());
            path
        })
    };
    match value {
        Value::String(text) if text == word => vec![Vec::new()],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(Step::Item(index), item)).collect()
        }
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, field)| below(Step::Field(name.clone()), field)).collect()
        }
        _ => Vec::new(),
    }
}

/// The same without what stands there: null for a field, nothing for an item of a list.
fn leave_out(value: &Value, path: &[Step]) -> Option<Value> {
    let mut value = value.clone();
    let (last, above) = path.split_last()?;
    let parent = above.iter().try_fold(&mut value, |value, step| match step {
        Step::Field(name) => value.get_mut(name),
        Step::Item(index) => value.get_mut(index),
    })?;
    match (last, parent) {
        (Step::Field(name), Value::Object(fields)) => drop(fields.insert(name.clone(), Value::Null)),
        (Step::Item(index), Value::Array(items)) => drop(items.remove(*index)),
        _ => return None,
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyrack_protocol::{DomainJoinMode, EndReason, Session, SignInMethod};
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Of {
        name: String,
        reason: Option<EndReason>,
        methods: Vec<SignInMethod>,
        places: Vec<Place>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Place {
        name: String,
        mode: DomainJoinMode,
    }

    #[test]
    fn words_of_a_newer_server_are_left_out_wherever_they_stand() {
        let mode = serde_json::to_value(first_mode()).unwrap();
        let value = json!({
            "name": "telepathy",
            "reason": "abducted",
            "methods": ["telepathy", "passkey", "telepathy", "levitation"],
            "places": [{ "name": "telepathy", "mode": mode }, { "name": "b", "mode": "telepathy" }],
        });
        let places = vec![Place { name: "telepathy".to_owned(), mode: first_mode() }];
        let expected =
            Of { name: "telepathy".to_owned(), reason: None, methods: vec![SignInMethod::Passkey], places };
        assert_eq!(known::<Of>(value), Some(expected));
    }

    fn first_mode() -> DomainJoinMode {
        DomainJoinMode::Suggestion
    }

    #[test]
    fn what_is_none_even_so_stays_none() {
        assert_eq!(known::<SignInMethod>(json!("telepathy")), None);
        assert_eq!(known::<Of>(json!({ "name": 1 })), None);
        assert_eq!(known::<Session>(json!({ "end_reason": "abducted" })), None);
    }
}
