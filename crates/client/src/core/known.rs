//! Answers of a newer server: words that this version does not know are left out, and the rest is understood.

use super::lean::{Lean, Unread};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many words one answer may have that are not known. Nobody adds so many at once.
const MOST: usize = 64;

/// The value, without what a newer server knows and this version does not: where such a word may be missing it is, and
/// otherwise what it stands in is left out of its list. None when it is none even so.
pub fn known<T: DeserializeOwned>(value: Value) -> Option<T> {
    let mut known = None;
    let mut tried = |value: &Value| match T::deserialize(Lean(value)) {
        Ok(found) => {
            known = Some(found);
            Tried::Known
        }
        Err(Unread::Word(word)) => Tried::Unknown(word),
        Err(Unread::Other) => Tried::Other,
    };
    let is_known = mend(value, &mut tried);
    known.filter(|_| is_known)
}

/// Tries it again and again, each time without what was not known. One function for all types: browsers load it.
fn mend(mut value: Value, tried: &mut dyn FnMut(&Value) -> Tried) -> bool {
    for _ in 0..MOST {
        let word = match tried(&value) {
            Tried::Known => return true,
            Tried::Unknown(word) => word,
            Tried::Other => return false,
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
        let mut mended = candidates.iter().find(|value| match tried(value) {
            Tried::Known => true,
            Tried::Unknown(next) => next != word,
            Tried::Other => false,
        });
        if mended.is_none() {
            mended = candidates.iter().find(|value| matches!(tried(value), Tried::Unknown(_)));
        }
        let Some(mended) = mended else { return false };
        value = mended.clone();
    }
    false
}

enum Tried {
    Known,
    Unknown(String),
    Other,
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
