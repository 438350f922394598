//! The account switcher.

use crate::sentences::sentence;
use dioxus::prelude::*;
use keyrack_dioxus::client::{Call, Loaded};
use keyrack_dioxus::protocol::{Session, SignIn};
use keyrack_dioxus::use_session;
use std::sync::Arc;

/// What is done to the session.
type Change = Box<dyn FnOnce(&Loaded) -> Call<Arc<Session>>>;

#[component]
pub fn Rack(
    session: Arc<Session>,
    /// What can be done beside signing out.
    children: Element,
) -> Element {
    let hook = use_session();
    let mut error = use_signal(|| None::<String>);
    let attempt = use_callback(move |change: Change| {
        error.set(None);
        let Some(call) = hook.loaded().map(|loaded| change(&loaded)) else { return };
        spawn(async move {
            if let Err(refused) = call.await {
                error.set(Some(sentence(&refused)));
            }
        });
    });
    let active = session.active_signin.as_ref().map(|active| active.id.clone());
    rsx! {
        ul { class: "rack",
            for sign_in in session.signins.clone() {
                Tag {
                    key: "{sign_in.id}",
                    is_active: Some(&sign_in.id) == active.as_ref(),
                    sign_in,
                    on_switch: move |id: String| attempt.call(Box::new(move |loaded| loaded.switch_sign_in(id))),
                    on_sign_out: move |id: String| attempt.call(Box::new(move |loaded| loaded.sign_out(id))),
                }
            }
        }
        div { class: "rack-actions",
            {children}
            button {
                r#type: "button",
                class: "link",
                onclick: move |_| attempt.call(Box::new(Loaded::sign_out_all)),
                "Sign out of all accounts"
            }
        }
        p { class: "error", role: "alert", {error()} }
    }
}

#[component]
fn Tag(
    sign_in: SignIn,
    is_active: bool,
    on_switch: EventHandler<String>,
    on_sign_out: EventHandler<String>,
) -> Element {
    let user = &sign_in.user;
    let email = &user.email_address;
    let name = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
    let name = if name.is_empty() { email.clone() } else { name };
    let initial: String = name.chars().take(1).collect();
    let (id, own) = (sign_in.id.clone(), sign_in.id.clone());
    rsx! {
        li { class: if is_active { "tag tag-active" } else { "tag" },
            button {
                r#type: "button",
                class: "tag-switch",
                aria_current: is_active.then_some("true"),
                onclick: move |_| on_switch.call(id.clone()),
                span { class: "initials", aria_hidden: "true", {initial} }
                span { class: "tag-text",
                    if !is_active {
                        span { class: "unseen", "Switch to " }
                    }
                    strong { "{name} " }
                    span { "{email} " }
                }
                span { class: "tag-state", aria_hidden: if is_active { "false" } else { "true" },
                    if is_active { "active" } else { "switch" }
                }
            }
            button {
                r#type: "button",
                class: "link",
                aria_label: "Sign out {email}",
                onclick: move |_| on_sign_out.call(own.clone()),
                "Sign out"
            }
        }
    }
}
