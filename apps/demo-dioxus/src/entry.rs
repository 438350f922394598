//! Ways into an account: create one, prove its address, or sign in.

use crate::browser;
use crate::code_form::CodeForm;
use crate::sign_in_form::SignInForm;
use crate::sign_up_form::SignUpForm;
use dioxus::prelude::*;
use keyrack_dioxus::protocol::SignupAttempt;

/// Which form is shown.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    SignUp,
    SignIn,
}

impl Kind {
    fn other(self) -> Self {
        if self == Self::SignUp { Self::SignIn } else { Self::SignUp }
    }

    fn id(self) -> &'static str {
        if self == Self::SignUp { "entry-sign-up" } else { "entry-sign-in" }
    }

    fn label(self) -> &'static str {
        if self == Self::SignUp { "Create account" } else { "Sign in" }
    }
}

#[component]
pub fn Entry(
    /// The sign-up that waits for its code.
    attempt: Option<SignupAttempt>,
    begins_with: Kind,
    /// Whether the person asked for this form, so that the next key press belongs into it.
    takes_focus: bool,
    /// Whether there is something to return to without a new account.
    can_close: bool,
    on_close: EventHandler<()>,
) -> Element {
    let kind = use_signal(|| begins_with);
    let is_waiting = attempt.is_some();
    rsx! {
        div { class: "entry",
            if let Some(attempt) = attempt {
                CodeForm { attempt }
            } else {
                Tabs { kind }
                div { id: "entry-panel", role: "tabpanel", aria_labelledby: kind().id(),
                    match kind() {
                        Kind::SignUp => rsx! { SignUpForm { takes_focus } },
                        Kind::SignIn => rsx! { SignInForm { takes_focus } },
                    }
                }
            }
            if can_close {
                button { r#type: "button", class: "link", onclick: move |_| on_close.call(()),
                    if is_waiting { "Not now" } else { "Cancel" }
                }
            }
        }
    }
}

#[component]
fn Tabs(kind: Signal<Kind>) -> Element {
    let on_key = move |event: KeyboardEvent| {
        if matches!(event.key(), Key::ArrowLeft | Key::ArrowRight) {
            let other = kind().other();
            kind.set(other);
            browser::focus(other.id());
        }
    };
    rsx! {
        div { class: "tabs", role: "tablist", aria_label: "Way in", onkeydown: on_key,
            for tab in [Kind::SignUp, Kind::SignIn] {
                button {
                    key: "{tab.id()}",
                    r#type: "button",
                    role: "tab",
                    id: tab.id(),
                    aria_selected: if tab == kind() { "true" } else { "false" },
                    aria_controls: "entry-panel",
                    tabindex: if tab == kind() { "0" } else { "-1" },
                    onclick: move |_| kind.set(tab),
                    {tab.label()}
                }
            }
        }
    }
}
