//! A button and the panel that it opens.

use super::{Said, focus, has_focus, is_outside, say, when, word};
use crate::form::another_id;
use leptos::ev::{self, FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Whether a panel is open, and what opens it.
#[derive(Clone, Copy)]
pub struct Opening {
    is_open: RwSignal<bool>,
    opener: NodeRef<html::Button>,
}

impl Opening {
    pub fn new() -> Self {
        Self { is_open: RwSignal::new(false), opener: NodeRef::new() }
    }

    /// Closes it, and gives the focus back to the button.
    pub fn close(self) {
        // It may be gone by now.
        let _ = self.is_open.try_set(false);
        if let Some(opener) = self.opener.try_get_untracked().flatten() {
            focus(&opener);
        }
    }
}

/// Over the page, so that nothing moves. Escape, and a click or the focus elsewhere, close it; the arrow keys go through what is
/// in it.
#[component]
pub fn Popup(
    opening: Opening,
    /// What the button says to those who do not see what is on it.
    label: Said,
    /// What the panel is called.
    title: &'static str,
    #[prop(optional)] class: &'static str,
    /// What is on the button.
    button: AnyView,
    children: ChildrenFn,
) -> impl IntoView {
    let Opening { is_open, opener } = opening;
    let whole = NodeRef::<html::Div>::new();
    let id = another_id("panel");
    let controls = id.clone();
    let touched = window_event_listener(ev::pointerdown, move |event| {
        if let Some(whole) = whole.get_untracked()
            && is_open.get_untracked()
            && is_outside(&whole, event.target())
        {
            is_open.set(false);
        }
    });
    on_cleanup(move || touched.remove());
    let left = move |event: FocusEvent| {
        // It loses the focus also when it is gone.
        if let Some(whole) = whole.try_get_untracked().flatten()
            && is_outside(&whole, event.related_target())
        {
            is_open.set(false);
        }
    };
    let pressed = move |event: KeyboardEvent| {
        if !is_open.get_untracked() {
            return;
        }
        match event.key().as_str() {
            "Escape" => opening.close(),
            "ArrowDown" => step(whole, &event, 1),
            "ArrowUp" => step(whole, &event, -1),
            _ => {}
        }
    };
    view! {
        <div class=format!("kr kr-popup {class}") node_ref=whole on:keydown=pressed on:focusout=left>
            <button
                type="button"
                class="kr-opener"
                node_ref=opener
                aria-label=say(&label)
                aria-expanded=say(&word(move || is_open.get()))
                aria-controls=controls
                on:click=move |_| is_open.update(|is| *is = !*is)
            >
                {button}
            </button>
            <Show when=when(move || is_open.get())>
                <div class="kr-panel" id=id.clone() role="group" aria-label=title>
                    {children()}
                </div>
            </Show>
        </div>
    }
}

/// Goes to the next of what can be pressed, or to the one before.
fn step(whole: NodeRef<html::Div>, event: &KeyboardEvent, by: i32) {
    let typed_into = |target: &web_sys::Element| target.matches("input, select, textarea").unwrap_or(false);
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(whole) = whole.get_untracked().filter(|_| !target.is_some_and(|target| typed_into(&target)))
    else {
        return;
    };
    event.prevent_default();
    let Ok(stops) = whole.query_selector_all("button:not([disabled]), a[href]") else { return };
    let count = i32::try_from(stops.length()).unwrap_or(0);
    let stop = |at: i32| stops.get(at.rem_euclid(count.max(1)).cast_unsigned());
    let at = (0..count).find(|at| stop(*at).is_some_and(|stop| has_focus(&stop))).unwrap_or(-1);
    if let Some(next) = stop(at + by).and_then(|next| next.dyn_into::<web_sys::Element>().ok()) {
        focus(&next);
    }
}
