//! How much the active account has not read, and its inbox behind that.

use crate::browser;
use crate::form::Work;
use crate::manage::id_of;
use crate::parts::{Act, More, Run, Wait, use_heir, use_run};
use crate::popup::Popup;
use crate::reading::{Actor, scope_of, use_reading};
use dioxus::prelude::*;
use keyrack_dioxus::client::json;
use keyrack_dioxus::{UseSession, use_session};
use serde_json::Value;

const PATH: &str = "/notifications";
const LIST: &str = "inbox-list";

/// What belongs to the account itself, and to where it acts.
const CHANNELS: &str = "channels=current";

/// The highest number that a bell shows.
const MOST: u64 = 99;

#[component]
pub fn NotificationBell() -> Element {
    let hook = use_session();
    let unread = use_reading(format!("{PATH}/scope-unread"), 1, || CHANNELS.to_owned());
    let count = unread.known().map_or(0, |known| known.total);
    let Some(active) = hook.active_signin() else { return rsx! {} };
    let label =
        if count == 0 { "Notifications".to_owned() } else { format!("Notifications, {count} unread") };
    let button = rsx! {
        svg {
            view_box: "0 0 24 24",
            width: "20",
            height: "20",
            "aria-hidden": "true",
            fill: "none",
            stroke: "currentColor",
            stroke_width: "1.8",
            path {
                d: "M6 10a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7m4 10a2 2 0 0 0 4 0",
                stroke_linecap: "round",
                stroke_linejoin: "round",
            }
        }
        span { class: "kr-count", aria_hidden: "true", hidden: count == 0,
            if count > MOST { "{MOST}+" } else { "{count}" }
        }
    };
    rsx! {
        Popup { id: "bell-opener", label, class: "kr-bell", title: "Notifications", button,
            // Another account, or another place, has another inbox.
            for scope in [scope_of(&active)] {
                Inbox { key: "{scope}" }
            }
        }
    }
}

/// Does something to notifications.
fn work(hook: UseSession, path: String, body: Value) -> Work {
    let actor = Actor::here(hook);
    Box::pin(async move { actor.act(&format!("{PATH}/{path}"), body, &[PATH]).await })
}

/// What is done takes its button away: the list has the focus then.
fn use_run_in_list() -> Run {
    let run = use_run();
    use_effect(move || {
        if run.done().is_some() {
            browser::focus(LIST);
        }
    });
    run
}

#[component]
fn Inbox() -> Element {
    let hook = use_session();
    let run = use_run_in_list();
    let reading = use_reading(PATH.to_owned(), 20, || format!("{CHANNELS}&is_archived=false"));
    let Some(known) = reading.known() else {
        return rsx! {
            Wait { reading }
        };
    };
    let read_all = move |_| {
        let body = json::object([("channels", vec!["current"].into())]);
        run.run(work(hook, "mark-all-read".to_owned(), body), String::new());
    };
    rsx! {
        if known.items.is_empty() {
            p { class: "kr-wait", "Nothing new." }
        }
        ul { role: "list", class: "kr-list", id: LIST, tabindex: "-1", aria_label: "Notifications",
            for note in known.items.iter().cloned() {
                Note { key: "{id_of(&note)}", note }
            }
        }
        More { reading, error: run.error() }
        if known.items.iter().any(|note| note["is_read"] == false) {
            button { r#type: "button", class: "kr-button", aria_busy: run.is_busy(), onclick: read_all,
                "Mark all as read"
            }
        }
    }
}

#[component]
fn Note(note: Value) -> Element {
    let hook = use_session();
    let run = use_run_in_list();
    let text = |name: &str| note[name].as_str().unwrap_or_default().to_owned();
    let [id, title, at] = ["id", "title", "created_at"].map(text);
    let is_unread = note["is_read"] == false;
    use_heir(&id, LIST);
    let (own, row) = (id.clone(), id.clone());
    let put_away = move |()| {
        let body = json::object([("archived", true.into())]);
        run.run(work(hook, format!("{own}/archive"), body), String::new());
    };
    let read = move |()| {
        run.run(work(hook, format!("{id}/read"), json::object([])), String::new());
    };
    rsx! {
        li { class: "kr-note", id: "{row}", "data-unread": is_unread.then_some(""), aria_busy: run.is_busy(),
            strong { "{title}" }
            if is_unread {
                span { class: "kr-unseen", " (unread)" }
            }
            p { {text("body")} }
            time { class: "kr-quiet", datetime: "{at}", {browser::local_time(&at)} }
            if is_unread {
                Act { label: "Mark as read: {title}", class: "kr-link", on_press: read, sign: "✓" }
            }
            Act { label: "Put away: {title}", class: "kr-link", on_press: put_away, sign: "×" }
            span { role: "alert", class: "kr-error", {run.message()} }
        }
    }
}
