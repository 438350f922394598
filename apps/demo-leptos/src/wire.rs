//! What the page asks for beside Keyrack's session, at addresses relative to the API's.

use keyrack_leptos::client::json;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// Where the server is for this browser: two folders above the page, without a slash at its end.
pub fn own_address() -> String {
    let href = window_location().href().unwrap_or_default();
    let path_begins = href.find("/demo/").unwrap_or(href.len());
    href.get(..path_begins).unwrap_or_default().to_owned()
}

/// The last part of the page's address.
pub fn place() -> String {
    let path = window_location().pathname().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Goes to another page.
pub fn go(to: &str) {
    // An address that is none leads nowhere.
    let _ = window_location().assign(to);
}

fn window_location() -> web_sys::Location {
    leptos::prelude::window().location()
}

/// What was answered: the status as it is shown, and the text.
pub struct Answer {
    pub status: String,
    pub is_ok: bool,
    pub text: String,
}

/// Asks, with a token if there is one. None when no answer came.
pub async fn get(url: &str, token: Option<&str>) -> Option<Answer> {
    let (headers, init) = (Headers::new().ok()?, RequestInit::new());
    if let Some(token) = token {
        headers.set("authorization", &format!("Bearer {token}")).ok()?;
    }
    init.set_headers(&headers);
    let asked = leptos::prelude::window().fetch_with_str_and_init(url, &init);
    let response: Response = JsFuture::from(asked).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    let status = format!("{} {}", response.status(), response.status_text()).trim().to_owned();
    Some(Answer { status, is_ok: response.ok(), text: text.as_string().unwrap_or_default() })
}

/// Reads what Keyrack says of something. None when it did not.
pub async fn read(url: &str) -> Option<Value> {
    let answer = get(url, None).await.filter(|answer| answer.is_ok)?;
    json::parse(answer.text.as_bytes()).map(|mut envelope| envelope["data"].take())
}

/// So many milliseconds.
pub async fn pause(ms: i32) {
    let waits = js_sys::Promise::new(&mut |done, _| {
        let _ = leptos::prelude::window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, ms);
    });
    let _: Result<JsValue, JsValue> = JsFuture::from(waits).await;
}

/// Base64, as publishable keys are written.
pub fn base64(text: &str) -> String {
    leptos::prelude::window().btoa(text).unwrap_or_default()
}
