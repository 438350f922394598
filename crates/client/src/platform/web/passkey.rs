//! Passkeys: what the server has the browser ask for, and what the browser answers, in the form that each understands.

use super::js;
use super::json::to_js;
use crate::json::object;
use crate::{Error, error};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Whether this browser has passkeys.
#[must_use]
pub fn is_here() -> bool {
    js::global(&["PublicKeyCredential"]).is_some()
}

/// Has the browser sign with a passkey. `options` is what the server says to ask for.
///
/// # Errors
/// `passkey_cancelled`, `passkey_unavailable`.
pub async fn get(options: &Value) -> Result<Value, Error> {
    let asked = public_key(options)?;
    let got = ask("get", &asked).await?;
    let response = js::get(&got, &["response"]).unwrap_or_default();
    let mut answer = object([
        ("clientDataJSON", text(&response, "clientDataJSON").into()),
        ("authenticatorData", text(&response, "authenticatorData").into()),
        ("signature", text(&response, "signature").into()),
    ]);
    if let Some(user) = text(&response, "userHandle") {
        answer["userHandle"] = user.into();
    }
    Ok(credential(&got, answer))
}

/// Has the browser make a passkey. `options` is what the server says to make.
///
/// # Errors
/// `passkey_cancelled`, `passkey_unavailable`, `passkey_exists` where this device has one of the account already.
pub async fn make(options: &Value) -> Result<Value, Error> {
    let asked = public_key(options)?;
    let made = ask("create", &asked).await?;
    let response = js::get(&made, &["response"]).unwrap_or_default();
    let transports = js::get(&response, &["getTransports"])
        .and_then(|get| get.dyn_into::<js_sys::Function>().ok()?.call0(&response).ok())
        .map(|list| Array::from(&list).iter().filter_map(|one| one.as_string()).collect::<Vec<_>>());
    let answer = object([
        ("clientDataJSON", text(&response, "clientDataJSON").into()),
        ("attestationObject", text(&response, "attestationObject").into()),
        ("transports", transports.unwrap_or_default().into()),
    ]);
    Ok(credential(&made, answer))
}

/// The argument of both calls: the server's, with bytes where it has base64url.
fn public_key(options: &Value) -> Result<Object, Error> {
    let known = &options["publicKey"];
    if !known["challenge"].is_string() {
        return Err(Error::network());
    }
    let object = to_js(known);
    to_bytes(&object, "challenge");
    if let Some(user) = js::get(&object, &["user"]) {
        to_bytes(&user, "id");
    }
    for list in ["allowCredentials", "excludeCredentials"] {
        match js::get(&object, &[list]) {
            Some(all) => Array::from(&all).iter().for_each(|one| to_bytes(&one, "id")),
            // A list may be null, which no browser takes.
            None => set(&object, list, &Array::new()),
        }
    }
    let asked = Object::new();
    set(&asked, "publicKey", &object);
    Ok(asked)
}

/// The browser's refusals say little on purpose: who is asked may have pressed "cancel", or have none.
async fn ask(what: &str, asked: &Object) -> Result<JsValue, Error> {
    let none =
        || Error::own(error::PASSKEY_UNAVAILABLE, "This browser cannot use a passkey here. Use another way.");
    let cancelled =
        || Error::own(error::PASSKEY_CANCELLED, "No passkey was chosen. Try again, or use another way.");
    let credentials = js::global(&["navigator", "credentials"]).ok_or_else(none)?;
    js::global(&["PublicKeyCredential"]).ok_or_else(none)?;
    let call = js::get(&credentials, &[what]).and_then(|call| call.dyn_into::<js_sys::Function>().ok());
    let answer = call.ok_or_else(none)?.call1(&credentials, asked).map_err(|_| none())?;
    match JsFuture::from(answer.unchecked_into::<Promise>()).await {
        Ok(answer) if !answer.is_null_or_undefined() => Ok(answer),
        Ok(_) => Err(cancelled()),
        Err(why) => match js::get(&why, &["name"]).and_then(|name| name.as_string()).as_deref() {
            Some("NotAllowedError" | "AbortError") => Err(cancelled()),
            Some("InvalidStateError") => {
                Err(Error::own(error::PASSKEY_EXISTS, "This device has a passkey of this account already."))
            }
            _ => Err(none()),
        },
    }
}

/// A credential as the server takes it.
fn credential(answer: &JsValue, response: Value) -> Value {
    let field = |name: &str| js::get(answer, &[name]).and_then(|value| value.as_string());
    object([
        ("id", field("id").into()),
        ("rawId", text(answer, "rawId").into()),
        ("type", field("type").into()),
        ("response", response),
    ])
}

/// Bytes as base64url.
fn text(of: &JsValue, name: &str) -> Option<String> {
    let bytes = js::get(of, &[name])?;
    Some(URL_SAFE_NO_PAD.encode(Uint8Array::new(&bytes).to_vec()))
}

fn to_bytes(of: &JsValue, name: &str) {
    let text = js::get(of, &[name]).and_then(|text| text.as_string()).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).unwrap_or_default();
    set(of, name, &Uint8Array::from(bytes.as_slice()));
}

fn set(of: &JsValue, name: &str, value: &JsValue) {
    // What JSON was made into takes every property.
    let _ = Reflect::set(of, &name.into(), value);
}
