//! The active organization for its members: who is in it and, for those whose roles allow it, who is invited.

use crate::browser;
use crate::invitations::Invitations;
use crate::members::Members;
use crate::parts::Named;
use crate::places::Place;
use crate::reading::use_reading;
use dioxus::prelude::*;
use keyrack_dioxus::use_session;
use serde_json::Value;

const PANEL: &str = "team-panel";

/// What is shown of it.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Members,
    Invitations,
}

impl Part {
    fn id(self) -> &'static str {
        if self == Self::Members { "team-members" } else { "team-invitations" }
    }

    fn name(self) -> &'static str {
        if self == Self::Members { "Members" } else { "Invitations" }
    }
}

/// One organization of one account: another one has another component.
#[component]
pub fn Manage(place: Place) -> Element {
    let hook = use_session();
    let allowed = ["organization:admin", "organization:manage"].map(|permission| hook.has(permission));
    // While it is not known of another workspace of the organization, it is as it was.
    let mut known = use_hook(|| CopyValue::new(None));
    let may_manage = allowed.contains(&Some(true));
    if may_manage || !allowed.contains(&None) {
        known.set(Some(may_manage));
    }
    rsx! {
        section { class: "kr", aria_label: "{place.name}", aria_busy: known().is_none(),
            if let Some(may_manage) = known() {
                Parts { place: place.clone(), may_manage }
            } else {
                p { class: "kr-wait", role: "status",
                    span { class: "kr-unseen", "Loading…" }
                }
            }
        }
    }
}

#[component]
fn Parts(place: Place, may_manage: bool) -> Element {
    let chosen = use_signal(|| Part::Members);
    let roles = use_reading(format!("/organizations/{}/roles", place.id), 100, String::new);
    let roles: Vec<Named> = roles.known_of_any().map_or_else(Vec::new, |known| {
        known.items.iter().filter_map(|role| named(&role["id"], &role["name"])).collect()
    });
    let parts = if may_manage { [Part::Members, Part::Invitations].as_slice() } else { &[Part::Members] };
    // What one was shown may be gone, with a role that allowed it.
    let shown = if parts.contains(&chosen()) { chosen() } else { Part::Members };
    rsx! {
        Tabs { label: place.name.clone(), parts, shown, chosen }
        for part in [shown] {
            div {
                key: "{part.id()}",
                class: "kr-tab",
                role: "tabpanel",
                id: PANEL,
                aria_labelledby: part.id(),
                match part {
                    Part::Members => rsx! { Members { place: place.clone(), roles: roles.clone(), may_manage } },
                    Part::Invitations => rsx! { Invitations { place: place.clone(), roles: roles.clone() } },
                }
            }
        }
    }
}

/// An id and a name of the answer.
pub fn named(id: &Value, name: &Value) -> Option<Named> {
    Some((id.as_str()?.to_owned(), name.as_str()?.to_owned()))
}

/// The id in an answer.
pub fn id_of(value: &Value) -> &str {
    value["id"].as_str().unwrap_or_default()
}

#[component]
fn Tabs(label: String, parts: &'static [Part], shown: Part, chosen: Signal<Part>) -> Element {
    let on_key = move |event: KeyboardEvent| {
        let at = parts.iter().position(|part| *part == shown).unwrap_or(0);
        let to = match event.key() {
            Key::ArrowLeft => at + parts.len() - 1,
            Key::ArrowRight => at + 1,
            Key::Home => 0,
            Key::End => parts.len() - 1,
            _ => return,
        };
        event.prevent_default();
        if let Some(next) = parts.get(to % parts.len()) {
            chosen.set(*next);
            browser::focus(next.id());
        }
    };
    rsx! {
        div { class: "kr-tabs", role: "tablist", aria_label: label, onkeydown: on_key,
            for part in parts.iter().copied() {
                button {
                    key: "{part.id()}",
                    r#type: "button",
                    role: "tab",
                    id: part.id(),
                    aria_selected: if part == shown { "true" } else { "false" },
                    aria_controls: PANEL,
                    tabindex: if part == shown { "0" } else { "-1" },
                    onclick: move |_| chosen.set(part),
                    {part.name()}
                }
            }
        }
    }
}
