//! Where the active account acts.

use crate::beside::Actor;
use crate::form::{Field, Form, Run, Typed};
use crate::frame::Frame;
use crate::notifications::Bell;
use crate::organization::Organization;
use crate::places::Places;
use crate::switcher::Switcher;
use crate::ui::{Said, said, when};
use keyrack_leptos::client::json;
use keyrack_leptos::{Protect, SignedOut, use_session};
use leptos::html;
use leptos::prelude::*;
use serde_json::Value;
use web_sys::HtmlElement;

#[component]
pub fn Team() -> impl IntoView {
    let session = use_session();
    let places = Places::follow(session);
    let actor = Memo::new(move |_| Actor::of(session));
    let organization = Memo::new(move |_| actor.get()?.in_organization());
    let is_personal = move || {
        session.active_signin().is_some_and(|active| active.active_organization_membership_id.is_none())
    };
    let id = move || Some(places.get()?.place_of(&organization.get()?.organization?)?.id);
    view! {
        <Frame>
            <div class="intro">
                <h1>"Who acts where"</h1>
                <p>
                    "An account acts for itself, or in an organization and perhaps a workspace of it. What it may do there stands in its tokens."
                </p>
            </div>
            <div class="team-bar">
                <Switcher places />
                {move || actor.get().map(|actor| view! { <Bell actor /> })}
            </div>
            <SignedOut>
                <p class="card">"Nobody is signed in. " <a href="./">"Sign in with an account"</a> " first."</p>
            </SignedOut>
            <Show when=when(is_personal)>
                <section class="card team" aria-label="Choose an organization">
                    <NewOrganization />
                </section>
            </Show>
            {move || organization.get().map(|actor| view! {
                <section class="card team" aria-labelledby="organization-title">
                    <h2 id="organization-title">"Organization"</h2>
                    <Organization actor places />
                    <Protect permission="organization:admin">
                        <NewWorkspace organization=said(move || id().unwrap_or_default()) />
                    </Protect>
                </section>
            })}
        </Frame>
    }
}

/// Makes an organization, which the account then acts in.
#[component]
fn NewOrganization() -> impl IntoView {
    let session = use_session();
    let run = Run::new();
    let submit = move |typed: Typed| {
        let made = session
            .client()
            .post::<Value>("/organizations", json::object([("name", typed.get("name").into())]));
        run.run(async move {
            made.await?;
            session.refetch().await
        });
    };
    view! {
        <Form label="Create organization" submit="Create organization" run on_submit=submit>
            <Field label="Name" name="name" fills="organization" required=true lengths=(1, 64) />
        </Form>
    }
}

/// Makes a workspace in the active organization, which the account then acts in.
#[component]
fn NewWorkspace(organization: Said) -> impl IntoView {
    let session = use_session();
    let run = Run::new();
    let details = NodeRef::<html::Details>::new();
    let submit = move |typed: Typed| {
        let organization = untrack(|| organization());
        let body =
            json::object([("name", typed.get("name").into()), ("organization_id", organization.into())]);
        let made = session.client().post::<Value>("/workspaces", body);
        run.run(async move {
            made.await?;
            session.refetch().await?;
            // Ready for another one, and out of the way.
            if let Some(details) = details.try_get_untracked().flatten() {
                close(&details);
            }
            Ok(())
        });
    };
    view! {
        <details node_ref=details>
            <summary>"New workspace"</summary>
            <Form label="New workspace" submit="Create workspace" run on_submit=submit>
                <Field label="Name" name="name" required=true lengths=(1, 64) />
            </Form>
        </details>
    }
}

fn close(details: &web_sys::HtmlDetailsElement) {
    use wasm_bindgen::JsCast;
    let find = |what: &str| details.query_selector(what).ok().flatten();
    if let Some(form) = find("form").and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        form.reset();
    }
    details.set_open(false);
    if let Some(summary) = find("summary").and_then(|summary| summary.dyn_into::<HtmlElement>().ok()) {
        let _ = summary.focus();
    }
}
