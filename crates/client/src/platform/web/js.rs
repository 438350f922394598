//! What a browser has, as far as `web-sys` has no stable binding for it, or a worker and Node have it under another name.
#![allow(
    unsafe_code,
    reason = "what `wasm_bindgen` makes of a declaration is unsafe, and nothing here is but declared"
)]

use js_sys::{Function, JsString, Object, Promise, Reflect};
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, AddEventListenerOptions, RequestInit};

#[wasm_bindgen]
extern "C" {
    /// A number in a browser, an object in Node.
    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(timer: &JsValue);

    #[wasm_bindgen(catch)]
    pub fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub fn ticks() -> f64;

    /// Leaves the page.
    #[wasm_bindgen(js_namespace = location)]
    pub fn assign(url: &str);

    /// `navigator.locks`.
    pub type Locks;

    #[wasm_bindgen(method, catch)]
    pub fn request(this: &Locks, name: &str, options: &Object, held: &Function) -> Result<Promise, JsValue>;

    /// Whatever has listeners.
    pub type Target;

    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    fn add_event_listener(
        this: &Target,
        kind: &str,
        listener: &Function,
        options: &AddEventListenerOptions,
    ) -> Result<(), JsValue>;
}

/// A property, or a property's property; none where there is nothing, or where it is forbidden to look.
pub fn get(from: &JsValue, path: &[&str]) -> Option<JsValue> {
    path.iter().try_fold(from.clone(), |object, name| {
        let found = Reflect::get(&object, &JsString::from(*name)).ok()?;
        (!found.is_null_or_undefined()).then_some(found)
    })
}

/// The same of what is everywhere.
pub fn global(path: &[&str]) -> Option<JsValue> {
    get(&js_sys::global(), path)
}

/// The browser's locks; none on insecure pages and in old browsers.
pub fn locks() -> Option<Locks> {
    global(&["navigator", "locks"]).map(JsCast::unchecked_into)
}

/// Whether nobody can see the page.
pub fn is_hidden() -> bool {
    global(&["document", "hidden"]).is_some_and(|hidden| hidden.is_truthy())
}

/// Listens to the page until the signal; where there is none (in a worker, in Node) nothing is heard.
pub fn listen(kind: &str, listener: &Function, until: &AbortSignal) {
    let options = AddEventListenerOptions::new();
    options.set_signal(until);
    if global(&["addEventListener"]).is_some() {
        let target: Target = js_sys::global().unchecked_into();
        // Whoever refuses it never calls.
        let _ = target.add_event_listener(kind, listener, &options);
    }
}

/// Goes on with it beside everything else, and not before whoever calls this has returned.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    begin(Box::pin(work));
}

/// One function for all of them: of a function for each, much would be loaded with it.
fn begin(work: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(work);
}

/// Once, when this signal is given.
pub fn at_end(signal: &AbortSignal, then: &Function) {
    // A signal takes every listener.
    let _ = signal.add_event_listener_with_callback("abort", then);
}
