//! What lists and forms of a place are made of: the same as the ready components for React have.

use crate::browser;
use crate::form::Work;
use crate::reading::Reading;
use dioxus::core::spawn_forever;
use dioxus::prelude::*;
use dioxus_web::WebEventExt;
use keyrack_dioxus::Error;
use std::rc::Rc;

/// What became of what a person asked for last.
#[derive(Default)]
struct Ran {
    is_busy: bool,
    error: Option<Rc<Error>>,
    done: Option<String>,
}

/// Does what a person asks for, and knows what there is to say about it.
#[derive(Clone, Copy, PartialEq)]
pub struct Run(Signal<Ran>);

pub fn use_run() -> Run {
    Run(use_signal(Ran::default))
}

impl Run {
    /// Runs one at a time, to its end also where nobody shows it any more. `done` is what there is to say then.
    pub fn run(mut self, work: Work, done: String) {
        if self.0.peek().is_busy {
            return;
        }
        self.0.set(Ran { is_busy: true, ..Ran::default() });
        spawn_forever(async move {
            let outcome = work.await;
            // The component may be gone.
            if let Ok(mut ran) = self.0.try_write() {
                *ran = match outcome {
                    Ok(()) => Ran { done: Some(done), ..Ran::default() },
                    Err(error) => Ran { error: Some(Rc::new(error)), ..Ran::default() },
                };
            }
        });
    }

    pub fn is_busy(&self) -> bool {
        self.0.read().is_busy
    }

    /// Why the last one failed.
    pub fn error(&self) -> Option<Rc<Error>> {
        self.0.read().error.clone()
    }

    /// The same in the words that it came in.
    pub fn message(&self) -> Option<String> {
        self.0.read().error.as_ref().map(|error| error.message.clone())
    }

    /// What there is to say about the last one, which was done.
    pub fn done(&self) -> Option<String> {
        self.0.read().done.clone()
    }
}

/// In place of what is not there yet, as high as a few lines of it: says why, and how to try again.
#[component]
pub fn Wait(reading: Reading) -> Element {
    match reading.error() {
        None => rsx! {
            p { class: "kr-wait", role: "status",
                span { class: "kr-unseen", "Loading…" }
            }
        },
        Some(error) if error.status == 403 => rsx! {
            p { class: "kr-wait", "Your roles do not allow this. Ask an administrator." }
        },
        Some(error) => rsx! {
            div { class: "kr-wait", role: "alert",
                p { "It could not be read. {error.message}" }
                button { r#type: "button", class: "kr-button", onclick: move |_| reading.load(), "Try again" }
            }
        },
    }
}

/// What stands below a list that comes in pages.
#[component]
pub fn More(
    reading: Reading,
    /// What else went wrong with the list.
    error: Option<Rc<Error>>,
) -> Element {
    let mut was_used = use_signal(|| false);
    let is_end = move || was_used() && !reading.more_of_it().0;
    use_effect(move || {
        // The button that had it is gone.
        if is_end() && browser::has_lost_focus() {
            browser::focus("no-more");
        }
    });
    let error = error.or(reading.error());
    let (has_more, is_fetching) = reading.more_of_it();
    rsx! {
        if has_more {
            button {
                r#type: "button",
                class: "kr-button",
                aria_busy: is_fetching,
                onclick: move |_| {
                    was_used.set(true);
                    reading.more();
                },
                "Show more"
            }
        }
        if is_end() {
            p { class: "kr-quiet", tabindex: "-1", id: "no-more", "That is all." }
        }
        p { role: "alert", class: "kr-error", {error.map(|error| error.message.clone())} }
    }
}

/// When what has this id goes, and the focus is in it, another gets that: nobody is thrown back to the top of the page.
pub fn use_heir(id: &str, heir: &'static str) {
    let id = id.to_owned();
    use_drop(move || {
        if browser::holds_focus(&id) {
            browser::focus(heir);
        }
    });
}

/// A small button in a row.
#[component]
pub fn Act(
    /// What it does, with whom.
    label: String,
    #[props(default)] is_busy: bool,
    #[props(default = "kr-button")] class: &'static str,
    on_press: EventHandler<()>,
    /// What is seen.
    sign: &'static str,
) -> Element {
    rsx! {
        button {
            r#type: "button",
            class,
            aria_label: "{label}",
            title: label,
            aria_busy: is_busy,
            onclick: move |_| on_press.call(()),
            {sign}
        }
    }
}

/// A button for what cannot be taken back: the first press makes it ask, aloud too, and the second does it.
#[component]
pub fn Sure(label: String, is_busy: bool, on_press: EventHandler<()>) -> Element {
    let mut is_asking = use_signal(|| false);
    let name = if is_asking() { format!("{label}: are you sure?") } else { label };
    rsx! {
        button {
            r#type: "button",
            class: "kr-button kr-sure",
            aria_label: "{name}",
            title: "{name}",
            aria_busy: is_busy,
            onblur: move |_| is_asking.set(false),
            onkeydown: move |event| {
                // A key that is held down is no answer.
                if event.is_auto_repeating() {
                    event.prevent_default();
                }
            },
            onclick: move |event| {
                // Nor is the other half of a double click.
                let is_second = event.try_as_web_event().is_some_and(|event| event.detail() > 1);
                if !is_asking() {
                    is_asking.set(true);
                } else if !is_second {
                    is_asking.set(false);
                    on_press.call(());
                }
            },
            if is_asking() { "Sure?" } else { "×" }
        }
        span { class: "kr-unseen", aria_live: "polite",
            if is_asking() {
                "{name}"
            }
        }
    }
}

/// Something that can be chosen: its id and its name.
pub type Named = (String, String);

/// A choice of one.
#[component]
pub fn Select(
    id: String,
    label: String,
    /// Whether the label is for those only who do not see the place.
    #[props(default)]
    is_quiet: bool,
    value: String,
    #[props(default)] is_busy: bool,
    options: Vec<Named>,
    on_change: EventHandler<String>,
) -> Element {
    rsx! {
        div { class: "kr-field",
            label { r#for: "{id}", class: is_quiet.then_some("kr-unseen"), {label} }
            select { id, aria_busy: is_busy, onchange: move |event| on_change.call(event.value()),
                for (id, name) in options {
                    option { key: "{id}", selected: id == value, value: id.clone(), {name} }
                }
            }
        }
    }
}
