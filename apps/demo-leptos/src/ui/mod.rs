//! Parts that look and read as those of @keyrack/react/ui do, whose style sheet they have.

mod buttons;
mod list;
mod popup;
mod select;
mod tabs;

pub use buttons::{Act, Sure};
pub use list::{List, More, Wait};
pub use popup::{Opening, Popup};
pub use select::{Choice, Select};
pub use tabs::{Tab, Tabs};

use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

/// What is said, as it is at the moment. One type for all of it: what shows a closure is otherwise loaded once for each.
pub type Said = Arc<dyn Fn() -> String + Send + Sync>;

pub fn said(of: impl Fn() -> String + Send + Sync + 'static) -> Said {
    Arc::new(of)
}

/// For an attribute that says whether something is so.
pub fn word(is: impl Fn() -> bool + Send + Sync + 'static) -> Said {
    said(move || is().to_string())
}

/// Shows it.
pub fn say(said: &Said) -> impl Fn() -> String + Clone + Send + Sync + use<> {
    let said = Arc::clone(said);
    move || said()
}

/// Shows it where it never changes.
pub fn just(text: &'static str) -> Said {
    said(move || text.to_owned())
}

/// A condition for `Show`, of one type for the same reason.
pub fn when(is: impl Fn() -> bool + Send + Sync + 'static) -> impl Fn() -> bool + Send + Sync + 'static {
    let is: Box<dyn Fn() -> bool + Send + Sync> = Box::new(is);
    boxed(is)
}

fn boxed(is: Box<dyn Fn() -> bool + Send + Sync>) -> impl Fn() -> bool + Send + Sync + 'static {
    move || is()
}

/// Puts the focus on something.
fn focus(on: &web_sys::Element) {
    if let Some(on) = on.dyn_ref::<HtmlElement>() {
        let _ = on.focus();
    }
}

/// Whether the focus is in something.
fn has_focus(whole: &Node) -> bool {
    document().active_element().is_some_and(|active| whole.contains(Some(&active)))
}

/// Puts it there when nothing has it once everything is shown that is about to be: what had it is gone.
pub fn catch_focus(on: &web_sys::Element) {
    let on = on.clone();
    queue_microtask(move || {
        if document().active_element().is_none_or(|active| active.tag_name() == "BODY") {
            focus(&on);
        }
    });
}

/// Whether an event is about something outside.
fn is_outside(whole: &Node, target: Option<web_sys::EventTarget>) -> bool {
    target
        .and_then(|target| target.dyn_into::<Node>().ok())
        .is_some_and(|target| !whole.contains(Some(&target)))
}
