//! What is pressed in a row.

use super::{Said, just, said, say};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

/// A small button.
#[component]
pub fn Act(
    /// What it does, with whom.
    label: Said,
    #[prop(default = just("false"))] busy: Said,
    /// Whether it looks like a part of a text.
    #[prop(optional)]
    is_plain: bool,
    #[prop(into)] on_press: Callback<()>,
    /// What is seen: a mere sign.
    sign: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=if is_plain { "kr-link" } else { "kr-button" }
            aria-label=say(&label)
            title=say(&label)
            aria-busy=say(&busy)
            on:click=move |_| on_press.run(())
        >
            {sign}
        </button>
    }
}

/// A button for what cannot be taken back: the first press makes it ask, aloud too, and the second does it.
#[component]
pub fn Sure(label: Said, busy: Said, #[prop(into)] on_press: Callback<()>) -> impl IntoView {
    let is_asking = RwSignal::new(false);
    let seen = said(move || if is_asking.get() { "Sure?" } else { "×" }.to_owned());
    let question = {
        let label = label.clone();
        said(move || if is_asking.get() { format!("{}: are you sure?", label()) } else { String::new() })
    };
    let name = {
        let question = question.clone();
        said(move || Some(question()).filter(|question| !question.is_empty()).unwrap_or_else(|| label()))
    };
    let press = move |event: MouseEvent| {
        if !is_asking.get_untracked() {
            is_asking.set(true);
        } else if event.detail() <= 1 {
            // The other half of a double click is no answer.
            is_asking.set(false);
            on_press.run(());
        }
    };
    // Nor is a key that is held down.
    let pressed = move |event: KeyboardEvent| {
        if event.repeat() {
            event.prevent_default();
        }
    };
    view! {
        <button
            type="button"
            class="kr-button kr-sure"
            aria-label=say(&name)
            title=say(&name)
            aria-busy=say(&busy)
            on:blur=move |_| {
                // It may lose the focus because it is gone.
                let _ = is_asking.try_set(false);
            }
            on:keydown=pressed
            on:click=press
        >
            {say(&seen)}
        </button>
        <span class="kr-unseen" aria-live="polite">
            {say(&question)}
        </span>
    }
}
