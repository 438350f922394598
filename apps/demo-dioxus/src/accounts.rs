//! The accounts that this browser is signed in with, and the way to another one.

use crate::browser;
use crate::entry::{Entry, Kind};
use crate::rack::Rack;
use crate::sentences::ending;
use dioxus::prelude::*;
use keyrack_dioxus::protocol::Session;
use keyrack_dioxus::{Status, use_session};
use std::sync::Arc;

const TITLE: &str = "accounts-title";

#[component]
pub fn Accounts() -> Element {
    let hook = use_session();
    let session = hook.session();
    let is_loading = session.is_none();
    rsx! {
        section {
            class: "card accounts",
            aria_labelledby: TITLE,
            aria_busy: is_loading,
            if let Some(session) = session {
                Loaded { session }
            } else {
                h2 { id: TITLE, "Accounts" }
                if hook.status() == Status::Failed {
                    div { role: "alert",
                        p { "The session could not be read. Trying again…" }
                        button { r#type: "button", class: "button", onclick: move |_| drop(hook.refetch()), "Try now" }
                    }
                }
            }
        }
    }
}

#[component]
fn Loaded(session: ReadSignal<Arc<Session>>) -> Element {
    let mut is_adding = use_signal(|| false);
    let mut set_aside = use_signal(|| None::<String>);
    let mut known = use_hook(|| CopyValue::new(ids(&session.peek())));
    use_effect(move || {
        let now = ids(&session.read());
        let is_added = *is_adding.peek() && now.iter().any(|id| !known.read().contains(id));
        if is_added {
            is_adding.set(false);
        }
        // The form, or the button, that had the focus has done its work.
        if is_added || now != *known.read() && browser::has_lost_focus() {
            browser::focus(TITLE);
        }
        known.set(now);
    });
    let shown = session();
    let waiting = shown.signup_attempts.iter().rfind(|attempt| !attempt.completed);
    let waiting = waiting.filter(|attempt| Some(&attempt.id) != set_aside().as_ref()).cloned();
    let is_empty = shown.signins.is_empty();
    let is_open = is_empty || is_adding() || waiting.is_some();
    let ended = ending(shown.end_reason);
    let waits = waiting.as_ref().map(|attempt| attempt.id.clone());
    let close = move |()| {
        is_adding.set(false);
        set_aside.set(waits.clone());
        browser::focus(TITLE);
    };
    rsx! {
        h2 { id: TITLE, tabindex: "-1",
            if is_empty { "Nobody is signed in" } else { "Accounts" }
        }
        Announcement { email: active(&shown) }
        if let Some(ended) = ended.filter(|_| is_empty) {
            p { class: "notice", {ended} }
        }
        if !is_empty {
            Rack { session: shown,
                if !is_open {
                    button { r#type: "button", class: "button", onclick: move |_| is_adding.set(true), "Add account" }
                }
            }
        }
        if is_open {
            Entry {
                can_close: !(is_empty && waiting.is_none()),
                attempt: waiting,
                begins_with: if ended.is_some() { Kind::SignIn } else { Kind::SignUp },
                takes_focus: is_adding(),
                on_close: close,
            }
        }
    }
}

fn ids(session: &Session) -> Vec<String> {
    session.signins.iter().map(|sign_in| sign_in.id.clone()).collect()
}

fn active(session: &Session) -> String {
    session.active_signin.as_ref().map(|active| active.user.email_address.clone()).unwrap_or_default()
}

/// Tells those who do not see the page that another account is active, whoever made it so.
#[component]
fn Announcement(email: ReadSignal<String>) -> Element {
    let mut text = use_signal(String::new);
    let mut last = use_hook(|| CopyValue::new(email.peek().clone()));
    use_effect(move || {
        let now = email();
        if *last.read() == now {
            return;
        }
        text.set(if now.is_empty() {
            "Nobody is signed in now.".to_owned()
        } else {
            format!("{now} is active now.")
        });
        last.set(now);
    });
    rsx! {
        p { class: "unseen", role: "status", aria_label: "Active account", "{text}" }
    }
}
