//! Who is invited to an organization, and how to invite somebody.

use crate::form::{Run, Typed, another_id};
use crate::organization::Standing;
use crate::pages::{Entry, Pages, text};
use crate::ui::{Act, Choice, List, More, Select, Sure, Wait, just, said, say, when, word};
use keyrack_leptos::Error;
use keyrack_leptos::client::json;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// How many are read at once.
const PAGE: u32 = 100;

const USUAL_ROLE: &str = "the usual role";

pub fn invitations() -> AnyView {
    let standing = Standing::here();
    let pages = Pages::follow(standing.asking.clone(), standing.path("invitations"), PAGE);
    view! {
        <Show when=when(move || pages.is_known()) fallback=move || view! { <Wait pages /> }>
            <Invite />
            <Show when=when(move || pages.is_empty())>
                <p class="kr-quiet">"Nobody is invited."</p>
            </Show>
            <List label="Invited" pages row />
            <More pages />
        </Show>
    }
    .into_any()
}

/// Mails somebody an invitation.
#[component]
fn Invite() -> impl IntoView {
    let standing = Standing::here();
    let (role, done, run) = (RwSignal::new(String::new()), RwSignal::new(String::new()), Run::new());
    let (form, field) = (NodeRef::<html::Form>::new(), NodeRef::<html::Input>::new());
    let place = standing.name.clone();
    let choices = {
        let standing = standing.clone();
        move || {
            let usual = Choice { id: String::new(), name: USUAL_ROLE.to_owned() };
            [usual].into_iter().chain(standing.roles()).collect()
        }
    };
    let submitted = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(typed) = form.get_untracked().and_then(|form| Typed::of(&form)) else { return };
        if run.is_busy.get_untracked() {
            return;
        }
        let (standing, email, role) = (standing.clone(), typed.get("email"), role.get_untracked());
        done.set(String::new());
        run.run(async move {
            invite(&standing, &email, role).await?;
            // It may be gone by now.
            let _ = done.try_set(format!("{email} was invited."));
            if let Some(field) = field.try_get_untracked().flatten() {
                field.set_value("");
            }
            Ok(())
        });
    };
    view! {
        <form
            class="kr-form"
            node_ref=form
            aria-label=say(&said(move || format!("Invite: {}", place())))
            on:submit=submitted
        >
            <Address run field />
            <Select
                label=just("Role")
                value=said(move || role.get())
                choices=Arc::new(choices)
                on_change=Callback::new(move |(to,): (String,)| role.set(to))
            />
            <div class="kr-foot">
                <button type="submit" class="kr-button kr-main" aria-busy=say(&run.busy())>
                    "Invite"
                </button>
                <p class="kr-outcome">
                    <span role="alert" class="kr-error">
                        {say(&run.refusal())}
                    </span>
                    <span role="status">{say(&said(move || done.get()))}</span>
                </p>
            </div>
        </form>
    }
}

/// To whom. What was refused gets the focus, to be mended.
#[component]
fn Address(run: Run, field: NodeRef<html::Input>) -> impl IntoView {
    let id = another_id("email");
    let is_wrong = move || {
        run.error.with(|error| error.as_ref().is_some_and(|error| [400, 409].contains(&error.status)))
    };
    Effect::new(move || {
        if let Some(field) = field.get().filter(|_| is_wrong()) {
            let _ = field.focus();
        }
    });
    view! {
        <div class="kr-field">
            <label for=id.clone()>"Email address"</label>
            <input
                id=id
                node_ref=field
                name="email"
                type="email"
                required=true
                autocomplete="off"
                aria-invalid=say(&word(is_wrong))
            />
        </div>
    }
}

async fn invite(standing: &Standing, email: &str, role: String) -> Result<(), Error> {
    let role = Some(role).filter(|role| !role.is_empty());
    let body = json::object([("email", email.into()), ("role_id", role.into())]);
    let outcome = standing.asking.post(&standing.path("invitations"), body).await.map(|_| ());
    standing.outdate(&outcome, "invitations");
    outcome
}

fn row(entry: Entry) -> AnyView {
    let (standing, run, done) = (Standing::here(), Run::new(), RwSignal::new(String::new()));
    let of = |what: fn(&Value) -> String| {
        let entry = entry.clone();
        said(move || entry.with(what))
    };
    let (email, state) = (of(email_of), of(state));
    let again = of(|entry| format!("Send the invitation of {} again", email_of(entry)));
    let discard = of(|entry| format!("Withdraw the invitation of {}", email_of(entry)));
    let change = move |how: &str, says: &'static str| {
        let (standing, path) =
            (standing.clone(), format!("{}/{}/{how}", standing.path("invitations"), entry.id));
        done.set(String::new());
        run.run(async move {
            let outcome = standing.asking.post(&path, json::object([])).await.map(|_| ());
            standing.outdate(&outcome, "invitations");
            outcome?;
            let _ = done.try_set(says.to_owned());
            Ok(())
        });
    };
    let resend = change.clone();
    view! {
        <li class="kr-row">
            <span class="kr-two">
                <span>{say(&email)}</span>
                " "
                <span class="kr-quiet">{say(&state)}</span>
            </span>
            <Act label=again busy=run.busy() on_press=move |()| resend("resend", "Sent again.") sign="↻" />
            <Sure label=discard busy=run.busy() on_press=move |()| change("discard", "") />
            <span role="alert" class="kr-error">
                {say(&run.refusal())}
            </span>
            <span role="status" class="kr-quiet">
                {say(&said(move || done.get()))}
            </span>
        </li>
    }
    .into_any()
}

fn email_of(entry: &Value) -> String {
    text(entry, "email")
}

/// What there is to say of an invitation: as what it is, or why it does not work.
fn state(entry: &Value) -> String {
    let role = text(&entry["initial_organization_role"], "name");
    if entry["expired"] == true {
        "expired".to_owned()
    } else if entry["inviter"].is_null() {
        "does not work until it is sent again".to_owned()
    } else if role.is_empty() {
        USUAL_ROLE.to_owned()
    } else {
        role
    }
}
