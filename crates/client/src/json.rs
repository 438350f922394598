//! JSON as text. A browser has a reader of its own, so that it loads none.

use serde_json::Value;

/// The value; none when it is no JSON.
pub fn parse(text: &[u8]) -> Option<Value> {
    #[cfg(not(target_family = "wasm"))]
    return serde_json::from_slice(text).ok();
    #[cfg(target_family = "wasm")]
    crate::platform::web::json::parse(std::str::from_utf8(text).ok()?)
}
