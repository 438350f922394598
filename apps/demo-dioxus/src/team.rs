//! Where the active account acts, and how that is changed.

use crate::form::{Field, Form, Values, Work};
use crate::frame::Frame;
use crate::manage::Manage;
use crate::notifications::NotificationBell;
use crate::places::{Place, Places, use_places};
use crate::popup::Open;
use crate::switcher::Switcher;
use dioxus::prelude::*;
use keyrack_dioxus::client::{Client, json};
use keyrack_dioxus::{Error, Protect, SignedIn, SignedOut, use_session};
use serde_json::Value;

#[component]
pub fn Team() -> Element {
    rsx! {
        Frame {
            div { class: "intro",
                h1 { "Who acts where" }
                p {
                    "An account acts for itself, or in an organization and perhaps a workspace of it. What it may do there stands in \
                     its tokens."
                }
            }
            SignedOut {
                p { class: "card",
                    "Nobody is signed in. "
                    a { href: "./", "Sign in with an account" }
                    " first."
                }
            }
            SignedIn { Acting {} }
        }
    }
}

#[component]
fn Acting() -> Element {
    let hook = use_session();
    let open = Open::provide();
    let places = use_places();
    let Some(active) = hook.active_signin() else { return rsx! {} };
    let membership = active.active_organization_membership_id.clone();
    let here = places().and_then(|places| Places::by(&places.organizations, membership.as_ref()).cloned());
    rsx! {
        div { class: "team-bar",
            Switcher { places: places() }
            NotificationBell {}
        }
        section {
            class: "card team",
            aria_labelledby: "organization-title",
            onpointerdown: move |_| open.leave(),
            onfocusin: move |_| open.leave(),
            h2 { id: "organization-title", "Organization" }
            // Another account, or another organization, begins anew: nothing of the former is seen under it.
            for whose in [membership.as_ref().unwrap_or(&active.id)] {
                Organization { key: "{whose}", is_none: membership.is_none(), place: here.clone() }
            }
        }
    }
}

#[component]
fn Organization(
    /// Whether the account acts in none.
    is_none: bool,
    /// The one that it acts in, once that was read.
    place: Option<Place>,
) -> Element {
    match place {
        _ if is_none => rsx! {
            NewOrganization {}
        },
        None => rsx! {},
        Some(place) => rsx! {
            Manage { place: place.clone() }
            Protect { permission: "organization:admin", NewWorkspace { organization: place } }
        },
    }
}

/// Makes a place; the account acts in it then, which the session shows once it is read.
async fn make(client: Client, path: &'static str, body: Value) -> Result<(), Error> {
    client.post::<Value>(path, body).await?;
    client.refetch().await
}

#[component]
fn NewOrganization() -> Element {
    let hook = use_session();
    let submit = move |values: Values| -> Work {
        Box::pin(make(hook.client(), "/organizations", json::object([("name", values.of("name").into())])))
    };
    rsx! {
        Form { label: "Create organization", submit: "Create organization", on_submit: submit,
            Field { label: "Name", name: "name", autocomplete: "off" }
        }
    }
}

#[component]
fn NewWorkspace(organization: Place) -> Element {
    let hook = use_session();
    let mut is_open = use_signal(|| false);
    // Another number is another form: an empty one.
    let mut made = use_signal(|| 0);
    let submit = move |values: Values| -> Work {
        let body = json::object([
            ("organization_id", organization.id.as_str().into()),
            ("name", values.of("name").into()),
        ]);
        Box::pin(async move {
            make(hook.client(), "/workspaces", body).await?;
            is_open.set(false);
            made += 1;
            Ok(())
        })
    };
    let submit = use_callback(submit);
    rsx! {
        details { open: is_open(),
            summary {
                onclick: move |event| {
                    event.prevent_default();
                    is_open.toggle();
                },
                "New workspace"
            }
            for number in [made()] {
                Form { key: "{number}", label: "New workspace", submit: "Create workspace", on_submit: submit,
                    Field { label: "Name", name: "name", autocomplete: "off" }
                }
            }
        }
    }
}
