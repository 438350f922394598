//! Values here and in JavaScript. What a browser can do is not loaded: to read JSON and to write it, numbers above all.

use js_sys::{Array, JSON, Object};
use serde_json::{Map, Number, Value};
use wasm_bindgen::prelude::*;

/// Deeper than that is nothing that Keyrack writes.
const DEEPEST: u32 = 128;

/// Up to here a number of JavaScript's is exact.
const MOST_EXACT: f64 = 9_007_199_254_740_991.0;

/// The value of a text; none when it is no JSON.
pub fn parse(text: &str) -> Option<Value> {
    from_js(&JSON::parse(text).ok()?)
}

/// The text of a value, where JavaScript has it.
pub fn text(value: &Value) -> JsValue {
    // None of these values has a circle in it.
    JSON::stringify(&to_js(value)).map_or(JsValue::NULL, Into::into)
}

/// The same on several lines.
pub fn pretty(value: &Value) -> String {
    let text = JSON::stringify_with_replacer_and_space(&to_js(value), &JsValue::NULL, &JsValue::from(2_u32));
    text.map(Into::into).unwrap_or_default()
}

/// The same value here. What JSON does not have is left out, but that a number may be larger than all others.
pub fn from_js(value: &JsValue) -> Option<Value> {
    read(value, 0)
}

fn read(value: &JsValue, depth: u32) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    if let Some(text) = value.as_string() {
        return Some(Value::String(text));
    }
    if let Some(number) = value.as_f64() {
        return Some(number_of(number));
    }
    if Array::is_array(value) {
        let mut items = Vec::new();
        for item in Array::from(value).iter() {
            items.push(read(&item, depth + 1)?);
        }
        return Some(Value::Array(items));
    }
    if value.is_object() {
        let mut fields = Map::new();
        for entry in Object::entries(value.unchecked_ref()).iter() {
            let entry: Array = entry.unchecked_into();
            let (name, field) = (entry.get(0), entry.get(1));
            if let Some(name) = name.as_string().filter(|_| !field.is_undefined()) {
                fields.insert(name, read(&field, depth + 1)?);
            }
        }
        return Some(Value::Object(fields));
    }
    Some(value.as_bool().map_or(Value::Null, Value::Bool))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "only what is exact is taken"
)]
fn number_of(number: f64) -> Value {
    let whole = number as i64;
    if whole as f64 == number && number.abs() <= MOST_EXACT {
        return Value::Number(whole.into());
    }
    Number::from_f64(number.clamp(f64::MIN, f64::MAX)).map_or(Value::Null, Value::Number)
}

/// The same value there.
pub fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(is_so) => JsValue::from_bool(*is_so),
        Value::Number(number) => number.as_f64().map_or(JsValue::NULL, JsValue::from_f64),
        Value::String(text) => JsValue::from_str(text),
        Value::Array(items) => {
            let all = Array::new();
            for item in items {
                all.push(&to_js(item));
            }
            all.into()
        }
        Value::Object(fields) => {
            let entries = Array::new();
            for (name, field) in fields {
                entries.push(&Array::of2(&JsValue::from_str(name), &to_js(field)));
            }
            // They are entries.
            Object::from_entries(&entries).map_or(JsValue::NULL, Into::into)
        }
    }
}
