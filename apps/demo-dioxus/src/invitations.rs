//! Who is invited to the organization, and how to invite somebody.

use crate::browser;
use crate::form::Work;
use crate::manage::id_of;
use crate::parts::{Act, More, Named, Select, Sure, Wait, use_heir, use_run};
use crate::places::Place;
use crate::reading::{Actor, use_reading};
use dioxus::prelude::*;
use keyrack_dioxus::client::json;
use keyrack_dioxus::{UseSession, use_session};
use serde_json::Value;

const LIST: &str = "invitations-list";
const EMAIL: &str = "invite-email";

#[component]
pub fn Invitations(
    place: Place,
    /// What the invited may be.
    roles: Vec<Named>,
) -> Element {
    let path = format!("/organizations/{}/invitations", place.id);
    let reading = use_reading(path.clone(), 100, String::new);
    let Some(known) = reading.known_of_any() else {
        return rsx! {
            Wait { reading }
        };
    };
    rsx! {
        Invite { path: path.clone(), place: place.name, roles }
        if known.items.is_empty() {
            p { class: "kr-quiet", "Nobody is invited." }
        }
        ul { role: "list", class: "kr-list", id: LIST, tabindex: "-1", aria_label: "Invited",
            for invitation in known.items.iter().cloned() {
                Invitation { key: "{id_of(&invitation)}", invitation, path: path.clone() }
            }
        }
        More { reading }
    }
}

#[component]
fn Invite(path: String, place: String, roles: Vec<Named>) -> Element {
    let hook = use_session();
    let run = use_run();
    let mut email = use_signal(String::new);
    let mut role = use_signal(String::new);
    let is_wrong = move || run.error().is_some_and(|error| [400, 409].contains(&error.status));
    use_effect(move || {
        if is_wrong() {
            browser::focus(EMAIL);
        } else if run.done().is_some() {
            email.set(String::new());
        }
    });
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let role = Some(role()).filter(|role| !role.is_empty());
        let body = json::object([("email", email().into()), ("role_id", role.into())]);
        run.run(work(hook, &path, String::new(), body), format!("{email} was invited."));
    };
    let usual = (String::new(), "the usual role".to_owned());
    rsx! {
        form { class: "kr-form", aria_label: "Invite: {place}", onsubmit: submit,
            div { class: "kr-field",
                label { r#for: EMAIL, "Email address" }
                input {
                    id: EMAIL,
                    name: "email",
                    r#type: "email",
                    required: true,
                    autocomplete: "off",
                    aria_invalid: is_wrong().then_some("true"),
                    value: "{email}",
                    oninput: move |event| email.set(event.value()),
                }
            }
            Select {
                id: "invite-role",
                label: "Role",
                value: role(),
                options: std::iter::once(usual).chain(roles).collect::<Vec<_>>(),
                on_change: move |to| role.set(to),
            }
            div { class: "kr-foot",
                button { r#type: "submit", class: "kr-button kr-main", aria_busy: run.is_busy(), "Invite" }
                p { class: "kr-outcome",
                    span { role: "alert", class: "kr-error", {run.message()} }
                    span { role: "status", {run.done()} }
                }
            }
        }
    }
}

/// Does something to the invitations under a path, or to one of them.
fn work(hook: UseSession, path: &str, how: String, body: Value) -> Work {
    let (actor, path) = (Actor::of(hook), path.to_owned());
    Box::pin(async move { actor.act(&format!("{path}{how}"), body, &[&path]).await })
}

#[component]
fn Invitation(invitation: Value, path: String) -> Element {
    let hook = use_session();
    let run = use_run();
    let id = id_of(&invitation);
    use_heir(id, LIST);
    let email = invitation["email"].as_str().unwrap_or_default();
    let role = invitation["initial_organization_role"]["name"].as_str().unwrap_or("the usual role");
    let state = if invitation["expired"] == true {
        "expired"
    } else if invitation["inviter"].is_null() {
        "does not work until it is sent again"
    } else {
        role
    };
    let act = use_callback({
        let id = id.to_owned();
        move |(how, done): (&str, &str)| {
            run.run(work(hook, &path, format!("/{id}/{how}"), json::object([])), done.to_owned());
        }
    });
    rsx! {
        li { class: "kr-row", id: "{id}",
            span { class: "kr-two",
                span { "{email}" }
                " "
                span { class: "kr-quiet", "{state}" }
            }
            Act {
                label: "Send the invitation of {email} again",
                is_busy: run.is_busy(),
                on_press: move |()| act.call(("resend", "Sent again.")),
                sign: "↻",
            }
            Sure {
                label: "Withdraw the invitation of {email}",
                is_busy: run.is_busy(),
                on_press: move |()| act.call(("discard", "")),
            }
            span { role: "alert", class: "kr-error", {run.message()} }
            span { role: "status", class: "kr-quiet", {run.done()} }
        }
    }
}
