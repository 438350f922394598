//! What the page asks of its browser itself.

use gloo_net::http::Request;
use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_futures::wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, Window};

fn window() -> Option<Window> {
    web_sys::window()
}

/// The page's address.
pub fn address() -> String {
    window().and_then(|window| window.location().href().ok()).unwrap_or_default()
}

/// The last part of the page's path.
pub fn page() -> String {
    let path = window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Leaves for another page.
pub fn go(address: &str) {
    if let Some(window) = window() {
        // Where it cannot be gone to, the page stays.
        let _ = window.location().assign(address);
    }
}

/// Standard Base64.
pub fn base64(text: &str) -> String {
    window().and_then(|window| window.btoa(text).ok()).unwrap_or_default()
}

/// Puts the focus on the element with this id, if there is one.
pub fn focus(id: &str) {
    let element =
        window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // What cannot have it goes without.
        let _ = element.focus();
    }
}

/// Whether what had the focus on this page, which is looked at, has gone.
pub fn has_lost_focus() -> bool {
    let document = window().and_then(|window| window.document());
    document.is_some_and(|document| {
        let active = document.active_element().map(|element| element.tag_name());
        document.has_focus().unwrap_or(false) && active.is_none_or(|name| name == "BODY")
    })
}

/// Whether the focus is on the element with this id, or in it.
pub fn holds_focus(id: &str) -> bool {
    let document = window().and_then(|window| window.document());
    document.is_some_and(|document| {
        let active = document.active_element();
        document.get_element_by_id(id).is_some_and(|element| element.contains(active.as_deref()))
    })
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// A moment as people write it where this browser is.
pub fn local_time(at: &str) -> String {
    js_sys::Date::new(&at.into()).to_locale_string("default", &JsValue::UNDEFINED).into()
}

/// Resolves after so many milliseconds.
pub async fn pause(milliseconds: i32) {
    let over = Promise::new(&mut |resolve, _| {
        if let Some(window) = window() {
            // Without a timer it would be over at once.
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    // Nothing rejects it.
    let _ = JsFuture::from(over).await;
}

/// An answer.
pub struct Answer {
    /// The status, with its words where the protocol has some.
    pub status: String,
    /// Whether it is a good one.
    pub is_ok: bool,
    /// The body.
    pub body: String,
}

/// Reads something; none when nothing comes.
pub async fn fetch(path: &str, token: Option<&str>) -> Option<Answer> {
    asked(path, token).await.ok()
}

async fn asked(path: &str, token: Option<&str>) -> Result<Answer, gloo_net::Error> {
    let request = Request::get(path);
    let request = match token {
        Some(token) => request.header("authorization", &format!("Bearer {token}")),
        None => request,
    };
    let response = request.send().await?;
    let status = format!("{} {}", response.status(), response.status_text()).trim_end().to_owned();
    Ok(Answer { status, is_ok: response.ok(), body: response.text().await? })
}
