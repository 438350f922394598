//! Buttons and the panels that they open over the page, one at a time.

use crate::browser;
use dioxus::prelude::*;

/// Which panel is open, by the id of its button.
#[derive(Clone, Copy)]
pub struct Open(Signal<Option<&'static str>>);

impl Open {
    /// For all panels below the component that calls this.
    pub fn provide() -> Self {
        use_context_provider(|| Self(Signal::new(None)))
    }

    /// Closes the panel of this button, which gets the focus.
    pub fn close(mut self, id: &'static str) {
        self.0.set(None);
        browser::focus(id);
    }

    /// Closes whichever is open: somebody has gone on to something else.
    pub fn leave(mut self) {
        if self.0.peek().is_some() {
            self.0.set(None);
        }
    }
}

/// A button and its panel. Escape closes it.
#[component]
pub fn Popup(
    /// Of the button.
    id: &'static str,
    /// What the button says to those who do not see what is on it.
    label: String,
    button: Element,
    class: Option<&'static str>,
    /// What the panel is called.
    title: &'static str,
    children: Element,
) -> Element {
    let open = use_context::<Open>();
    let mut opened = open.0;
    let is_open = opened() == Some(id);
    rsx! {
        div {
            class: format_args!("kr kr-popup {}", class.unwrap_or_default()),
            onkeydown: move |event| {
                if event.key() == Key::Escape && is_open {
                    open.close(id);
                }
            },
            button {
                id,
                r#type: "button",
                class: "kr-opener",
                aria_label: label,
                aria_expanded: if is_open { "true" } else { "false" },
                onclick: move |_| opened.set((!is_open).then_some(id)),
                {button}
            }
            if is_open {
                div { class: "kr-panel", role: "group", aria_label: title, {children} }
            }
        }
    }
}
