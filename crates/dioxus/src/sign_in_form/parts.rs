//! What forms are made of.

use super::send::sender;
use crate::prelude::*;
use dioxus_html::{FormData, FormValue};

/// What was typed, by the names of the fields.
pub struct Values(Vec<(String, String)>);

impl Values {
    fn of_form(form: &FormData) -> Self {
        let typed = form.values().into_iter().filter_map(|(name, value)| match value {
            FormValue::Text(text) => Some((name, text)),
            FormValue::File(_) => None,
        });
        Self(typed.collect())
    }

    /// What was typed into a field.
    pub fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The same, where something was.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.of(name).trim()).filter(|value| !value.is_empty()).map(str::to_owned)
    }
}

/// A form. One thing is sent at a time.
#[component]
pub fn Form(
    name: &'static str,
    submit: &'static str,
    on_submit: Callback<Values>,
    children: Element,
) -> Element {
    let sender = sender();
    let send = move |event: Event<FormData>| {
        event.prevent_default();
        on_submit.call(Values::of_form(&event.data()));
    };
    rsx! {
        form { class: "kr-form", aria_label: name, onsubmit: send,
            {children}
            button { class: "kr-button kr-main", r#type: "submit", aria_busy: (sender.is_busy)(), {submit} }
        }
    }
}

/// What went wrong, aloud too.
#[component]
pub fn Problem() -> Element {
    let error = sender().error;
    let problem = error.read().as_ref().map(|error| error.message.clone()).unwrap_or_default();
    rsx! {
        p { class: "kr-line kr-error", role: "alert", "{problem}" }
    }
}

/// A labelled input that must be filled in.
#[component]
pub fn Field(
    label: &'static str,
    name: &'static str,
    autocomplete: &'static str,
    #[props(default = "text")] kind: &'static str,
    #[props(default)] value: String,
) -> Element {
    rsx! {
        div { class: "kr-field",
            label {
                {label}
                input {
                    name,
                    r#type: kind,
                    autocomplete,
                    autocapitalize: "none",
                    spellcheck: false,
                    initial_value: value,
                    required: true,
                }
            }
        }
    }
}

/// What is said to whoever gets no further here.
#[component]
pub fn Elsewhere(elsewhere: Option<String>) -> Element {
    rsx! {
        match elsewhere {
            Some(address) => rsx! {
                p { class: "kr-quiet",
                    "Your account asks for more than can be done here. "
                    a { class: "kr-link", href: address, "Go on to sign in" }
                }
            },
            None => rsx! {
                p { class: "kr-note kr-error", role: "alert",
                    "Your account asks for more than can be done here. Ask whoever runs this application."
                }
            },
        }
    }
}
