//! JSON as text. A browser has a reader of its own, so that it loads none.

use serde_json::{Map, Value};

/// The value; none when it is no JSON.
pub fn parse(text: &[u8]) -> Option<Value> {
    #[cfg(not(target_family = "wasm"))]
    return serde_json::from_slice(text).ok();
    #[cfg(target_family = "wasm")]
    crate::platform::web::json::parse(std::str::from_utf8(text).ok()?)
}

/// An object of these fields. `json!` does the same by way of what serde makes for each type, which a browser need not load.
pub fn object<const N: usize>(mut fields: [(&str, Value); N]) -> Value {
    filled(&mut fields)
}

fn filled(fields: &mut [(&str, Value)]) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert((*name).to_owned(), value.take());
    }
    Value::Object(object)
}
