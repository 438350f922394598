//! The demo's page in Leptos: the same application as apps/demo, by the same names (docs/DEMOS.md).

// A page in Leptos is one type, in which all of its parts are.
#![recursion_limit = "256"]

mod accounts;
mod beside;
mod boot;
mod code_form;
mod entry;
mod examples;
mod form;
mod frame;
mod home;
mod hook_panel;
mod invitations;
mod members;
mod notifications;
mod organization;
mod pages;
mod places;
mod private_api;
mod rack;
mod sentences;
mod switcher;
mod team;
mod ui;
mod wire;

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Shows the page.
#[wasm_bindgen(start)]
pub fn start() {
    mount_to_body(boot::Boot);
}
