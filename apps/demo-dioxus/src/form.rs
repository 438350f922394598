//! Forms that say what went wrong, aloud too, and put the focus where it can be mended.

use crate::browser;
use crate::sentences::{field_of, sentence};
use dioxus::prelude::*;
use keyrack_dioxus::Error;
use std::future::Future;
use std::pin::Pin;

/// What was typed, by the names of the fields.
pub struct Values(Vec<(String, FormValue)>);

impl Values {
    pub fn of(&self, name: &str) -> String {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        if let Some(FormValue::Text(text)) = value { text.clone() } else { String::new() }
    }

    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.of(name)).filter(|value| !value.is_empty())
    }
}

/// What a form does.
pub type Work = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// A form. One thing is done at a time.
#[component]
pub fn Form(
    label: &'static str,
    submit: &'static str,
    on_submit: Callback<Values, Work>,
    children: Element,
) -> Element {
    let mut error = use_context_provider(|| Signal::new(None::<Error>));
    let mut is_busy = use_signal(|| false);
    let on_submitted = move |event: FormEvent| async move {
        event.prevent_default();
        if is_busy() {
            return;
        }
        is_busy.set(true);
        let outcome = on_submit.call(Values(event.values())).await;
        error.set(outcome.err());
        is_busy.set(false);
    };
    use_effect(move || {
        if let Some(field) = error.read().as_ref().and_then(field_of) {
            browser::focus(&format!("field-{field}"));
        }
    });
    rsx! {
        form { class: "form", aria_label: label, onsubmit: on_submitted,
            {children}
            p { class: "error", role: "alert", id: "form-error",
                {error.read().as_ref().map(sentence)}
            }
            button { r#type: "submit", class: "button button-main", aria_busy: is_busy(), {submit} }
        }
    }
}

/// A labelled input. There is one form at a time, so that a name is enough for an id.
#[component]
pub fn Field(
    #[props(into)] label: String,
    name: &'static str,
    #[props(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    inputmode: Option<&'static str>,
    class: Option<&'static str>,
    #[props(default = true)] required: bool,
    min: Option<u32>,
    max: Option<u32>,
    #[props(default)] takes_focus: bool,
) -> Element {
    let error = use_context::<Signal<Option<Error>>>();
    let is_wrong = error.read().as_ref().and_then(field_of) == Some(name);
    let id = format!("field-{name}");
    let own = id.clone();
    use_effect(move || {
        if takes_focus {
            browser::focus(&own);
        }
    });
    rsx! {
        div { class: "field",
            label { r#for: "{id}",
                {label}
                if !required {
                    span { class: "quiet", " optional" }
                }
            }
            input {
                id,
                name,
                r#type: kind,
                autocomplete,
                inputmode,
                class,
                required,
                minlength: min.map(i64::from),
                maxlength: max.map(i64::from),
                aria_invalid: is_wrong.then_some("true"),
                aria_describedby: is_wrong.then_some("form-error"),
            }
        }
    }
}
