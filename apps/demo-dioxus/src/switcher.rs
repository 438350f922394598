//! Shows where the active account acts, and changes it.

use crate::places::{Place, Places};
use crate::popup::{Open, Popup};
use crate::sentences::sentence;
use dioxus::prelude::*;
use keyrack_dioxus::client::{Call, SignedIn};
use keyrack_dioxus::protocol::{Session, SignIn};
use keyrack_dioxus::use_session;
use std::rc::Rc;
use std::sync::Arc;

const TITLE: &str = "Change account or organization";
const OPENER: &str = "switcher-opener";

/// What is not read yet is never called by another name.
fn place_of(active: &SignIn, places: Option<&Places>) -> String {
    let Some(organization) = &active.active_organization_membership_id else { return "Personal".to_owned() };
    let name = |list: fn(&Places) -> &Vec<Place>, membership: &String| {
        let found = places.and_then(|places| Places::by(list(places), Some(membership)));
        found.map_or_else(|| "Loading…".to_owned(), |place| place.name.clone())
    };
    let organization = name(|places| &places.organizations, organization);
    match &active.active_workspace_membership_id {
        None => organization,
        Some(workspace) => format!("{organization} / {}", name(|places| &places.workspaces, workspace)),
    }
}

#[component]
pub fn Switcher(places: Option<Rc<Places>>) -> Element {
    let hook = use_session();
    let open = use_context::<Open>();
    let Some(active) = hook.active_signin() else { return rsx! {} };
    let user = &active.user;
    let name = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
    let name = if name.is_empty() { user.email_address.clone() } else { name };
    let place = place_of(&active, places.as_deref());
    let button = rsx! {
        span { class: "kr-two",
            strong { "{place}" }
            " "
            span { class: "kr-quiet", "{user.email_address}" }
        }
    };
    rsx! {
        Popup { id: OPENER, label: "{TITLE}: {place}, {name}", title: TITLE, button,
            Panel { active, places, on_done: move |()| open.close(OPENER) }
        }
    }
}

/// Organizations, and the workspaces of the one that is acted in.
fn open_to(organization: Option<&String>, places: Option<&Places>) -> (Vec<Place>, Vec<Place>) {
    let Some(places) = places else { return (Vec::new(), Vec::new()) };
    let here = Places::by(&places.organizations, organization).map(|here| &here.id);
    let inside = places.workspaces.iter().filter(|place| Some(&place.organization) == here);
    (places.organizations.clone(), inside.cloned().collect())
}

/// Where one can go.
type Go = Box<dyn FnOnce(&SignedIn) -> Call<Arc<Session>>>;

#[component]
fn Panel(active: Arc<SignIn>, places: Option<Rc<Places>>, on_done: EventHandler<()>) -> Element {
    let hook = use_session();
    let mut error = use_signal(|| None::<String>);
    let go = use_callback(move |go: Go| {
        let state = hook.state();
        let Some(call) = state.signed_in().map(go) else { return };
        spawn(async move {
            match call.await {
                Ok(_) => on_done.call(()),
                Err(refused) => error.set(Some(sentence(&refused))),
            }
        });
    });
    let organization = active.active_organization_membership_id.as_ref();
    let (organizations, workspaces) = open_to(organization, places.as_deref());
    rsx! {
        p { class: "kr-title", aria_hidden: "true", "Organizations" }
        ul { class: "kr-list", aria_label: "Organizations",
            Choice {
                name: "Personal",
                is_active: organization.is_none(),
                on_choose: move |()| go.call(Box::new(|session| session.switch_organization(None))),
            }
            for place in organizations {
                Choice {
                    key: "{place.id}",
                    name: place.name,
                    is_active: organization == Some(&place.membership),
                    on_choose: move |()| {
                        let id = place.id.clone();
                        go.call(Box::new(move |session| session.switch_organization(Some(&id))));
                    },
                }
            }
        }
        if !workspaces.is_empty() {
            p { class: "kr-title", aria_hidden: "true", "Workspaces" }
            ul { class: "kr-list", aria_label: "Workspaces",
                for place in workspaces {
                    Choice {
                        key: "{place.id}",
                        name: place.name,
                        is_active: active.active_workspace_membership_id.as_ref() == Some(&place.membership),
                        on_choose: move |()| {
                            let id = place.id.clone();
                            go.call(Box::new(move |session| session.switch_workspace(&id)));
                        },
                    }
                }
            }
        }
        p { role: "alert", class: "kr-error", {error()} }
    }
}

#[component]
fn Choice(#[props(into)] name: String, is_active: bool, on_choose: EventHandler<()>) -> Element {
    rsx! {
        li {
            button {
                r#type: "button",
                class: "kr-choice",
                aria_current: is_active.then_some("true"),
                onclick: move |_| on_choose.call(()),
                span { {name} }
            }
        }
    }
}
