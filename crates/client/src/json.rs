//! JSON as text. A browser has a reader and a writer of its own, so that a program that uses these loads none.
//!
//! ```
//! use keyrack_client::json;
//!
//! let value = json::parse(br#"{ "name": "Ada" }"#).unwrap_or_default();
//! assert_eq!(json::pretty(&value), "{\n  \"name\": \"Ada\"\n}");
//! ```

use crate::core::plain::Plain;
use keyrack_protocol::Session;
use serde_json::{Map, Value};

/// A session as the API writes it.
#[must_use]
pub fn of(session: &Session) -> Value {
    session.write()
}

/// The text of a value, on as many lines as people read it on.
#[must_use]
pub fn pretty(value: &Value) -> String {
    #[cfg(not(target_family = "wasm"))]
    return format!("{value:#}");
    #[cfg(target_family = "wasm")]
    crate::platform::web::json::pretty(value)
}

/// The value of a text; none when it is no JSON.
#[must_use]
pub fn parse(text: &[u8]) -> Option<Value> {
    #[cfg(not(target_family = "wasm"))]
    return serde_json::from_slice(text).ok();
    #[cfg(target_family = "wasm")]
    crate::platform::web::json::parse(std::str::from_utf8(text).ok()?)
}

/// An object of these fields. `json!` does the same by way of what serde makes for each type, which a browser need not load.
#[must_use]
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
