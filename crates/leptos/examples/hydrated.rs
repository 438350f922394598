//! What the browser does with the page that `rendered` has written: it takes it over as it is. `cargo xtask wasm` builds it.
#![cfg(target_family = "wasm")]
#![allow(
    unsafe_code,
    reason = "what `wasm_bindgen` makes of an export is unsafe, and nothing here is but declared"
)]

mod page;

use leptos::prelude::*;
use page::Application;
use wasm_bindgen::prelude::*;

/// Takes the page over.
#[wasm_bindgen]
pub fn hydrate(publishable_key: String) {
    leptos::mount::hydrate_body(move || view! { <Application publishable_key session=None /> });
}
