//! Shows where the active account acts, and changes it.

use crate::form::Run;
use crate::places::{Place, Places};
use crate::ui::{Opening, Popup, said, say, when};
use keyrack_leptos::client::Call;
use keyrack_leptos::protocol::Session;
use keyrack_leptos::{SignedInSession, use_session};
use leptos::prelude::*;
use std::sync::Arc;

const TITLE: &str = "Change account or organization";

/// What can be chosen, and whether it is where the account acts.
type Choices = Vec<(Place, bool)>;

#[component]
pub fn Switcher(places: Memo<Option<Places>>) -> impl IntoView {
    let session = use_session();
    let (opening, run) = (Opening::new(), Run::new());
    let user = move || session.active_signin().map(|active| active.user.clone());
    let name = move || user().map(|user| format!("{} {}", user.first_name, user.last_name).trim().to_owned());
    let place = Memo::new(move |_| place(&places.get(), session.active_signin().as_deref()));
    let go = move |change: fn(&SignedInSession, &str) -> Call<Arc<Session>>, id: String| {
        let state = session.now();
        let Some(signed_in) = state.signed_in() else { return };
        let changed = change(signed_in, &id);
        run.run(async move {
            changed.await?;
            opening.close();
            Ok(())
        });
    };
    let to_organization = Callback::new(move |(id,): (String,)| {
        go(|signed_in, id| signed_in.switch_organization(Some(id).filter(|id| !id.is_empty())), id);
    });
    let to_workspace =
        Callback::new(move |(id,): (String,)| go(|signed_in, id| signed_in.switch_workspace(id), id));
    let email = said(move || user().map(|user| user.email_address).unwrap_or_default());
    let button = move || {
        view! {
            <span class="kr-two">
                <strong>{say(&said(move || place.get()))}</strong>
                " "
                <span class="kr-quiet">{say(&email)}</span>
            </span>
        }
    };
    view! {
        <Show when=when(move || session.active_signin().is_some())>
            <Popup
                opening
                label=said(move || format!("{TITLE}: {}, {}", place.get(), name().unwrap_or_default()))
                title=TITLE
                button=button().into_any()
            >
                <Panel places run to_organization to_workspace />
            </Popup>
        </Show>
    }
}

#[component]
fn Panel(
    places: Memo<Option<Places>>,
    run: Run,
    to_organization: Callback<(String,)>,
    to_workspace: Callback<(String,)>,
) -> impl IntoView {
    let session = use_session();
    let organizations = move || organizations(&places.get(), session.active_signin().as_deref());
    let workspaces = move || workspaces(&places.get(), session.active_signin().as_deref());
    view! {
        <Group title="Organizations" choices=Box::new(organizations) on_choose=to_organization />
        <Show when=when(move || !workspaces().is_empty())>
            <Group title="Workspaces" choices=Box::new(workspaces) on_choose=to_workspace />
        </Show>
        <p role="alert" class="kr-error">
            {say(&run.said())}
        </p>
    }
}

#[component]
fn Group(
    title: &'static str,
    choices: Box<dyn Fn() -> Choices + Send>,
    on_choose: Callback<(String,)>,
) -> impl IntoView {
    let choice = move |(place, is_active): (Place, bool)| {
        view! {
            <li>
                <button
                    type="button"
                    class="kr-choice"
                    aria-current=is_active.then_some("true")
                    on:click=move |_| on_choose.run((place.id.clone(),))
                >
                    <span class="kr-two">{place.name.clone()}</span>
                </button>
            </li>
        }
    };
    view! {
        <p class="kr-title" aria-hidden="true">
            {title}
        </p>
        <ul class="kr-list" aria-label=title>
            {move || choices().into_iter().map(choice).collect_view()}
        </ul>
    }
}

type Active<'a> = Option<&'a keyrack_leptos::protocol::SignIn>;

/// Where an account acts. What is not read yet is never called by another name.
fn place(places: &Option<Places>, active: Active<'_>) -> String {
    let Some(active) = active else { return String::new() };
    let Some(organization) = &active.active_organization_membership_id else { return "Personal".to_owned() };
    let unknown = || "Loading…".to_owned();
    let Some(places) = places else { return unknown() };
    let found = places.organizations.iter().find(|one| one.id == *organization);
    let mut name = found.map_or_else(unknown, |one| one.organization.name.clone());
    if let Some(workspace) = &active.active_workspace_membership_id {
        let found = places.workspaces.iter().find(|one| one.id == *workspace);
        name += &format!(" / {}", found.map_or_else(unknown, |one| one.workspace.name.clone()));
    }
    name
}

fn organizations(places: &Option<Places>, active: Active<'_>) -> Choices {
    let here = active.and_then(|active| active.active_organization_membership_id.as_ref());
    let personal = Place { id: String::new(), name: "Personal".to_owned() };
    let others = places.iter().flat_map(|places| &places.organizations);
    let others = others.map(|one| (one.organization.clone(), Some(&one.id) == here));
    [(personal, here.is_none())].into_iter().chain(others).collect()
}

/// Those of the organization that the account acts in.
fn workspaces(places: &Option<Places>, active: Active<'_>) -> Choices {
    let (Some(places), Some(active)) = (places, active) else { return Vec::new() };
    let here = active.active_organization_membership_id.as_ref();
    let Some(organization) = places.organizations.iter().find(|one| Some(&one.id) == here) else {
        return Vec::new();
    };
    let own = places.workspaces.iter().filter(|one| one.organization_id == organization.organization.id);
    let active = active.active_workspace_membership_id.as_ref();
    own.map(|one| (one.workspace.clone(), Some(&one.id) == active)).collect()
}
