//! The accounts that this browser is signed in with, and the way to another one.

use crate::boot::AuthSettings;
use crate::entry::{Entry, Kind};
use crate::rack::Rack;
use crate::sentences::ending;
use crate::ui::{said, say, when, word};
use keyrack_leptos::{Status, use_session};
use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn Accounts(deployment: AuthSettings) -> impl IntoView {
    let session = use_session();
    let is_loading = Memo::new(move |_| session.is_loading());
    view! {
        <section class="card accounts" aria-labelledby="accounts-title" aria-busy=say(&word(move || is_loading.get()))>
            {move || if is_loading.get() {
                Either::Left(view! { <Waiting /> })
            } else {
                Either::Right(view! { <Loaded deployment=deployment.clone() /> })
            }}
        </section>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    let session = use_session();
    view! {
        <h2 id="accounts-title">"Accounts"</h2>
        <Show when=when(move || session.status() == Status::Failed)>
            <div role="alert">
                <p>"The session could not be read. Trying again…"</p>
                <button type="button" class="button" on:click=move |_| drop(session.refetch())>
                    "Try now"
                </button>
            </div>
        </Show>
    }
}

#[component]
fn Loaded(deployment: AuthSettings) -> impl IntoView {
    let session = use_session();
    let (is_adding, set_aside) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let title = NodeRef::<html::H2>::new();
    let is_empty = Memo::new(move |_| session.signins().is_empty());
    let attempt =
        Memo::new(move |_| session.session()?.signup_attempts.iter().rfind(|one| !one.completed).cloned());
    let waiting = Memo::new(move |_| attempt.get().filter(|one| set_aside.get().as_ref() != Some(&one.id)));
    let can_close = Memo::new(move |_| !is_empty.get() || waiting.with(Option::is_some));
    let is_open = Memo::new(move |_| is_empty.get() || is_adding.get() || waiting.with(Option::is_some));
    let reason = move || ending(session.end_reason());
    let focus = move || {
        if let Some(title) = title.get_untracked() {
            let _ = title.focus();
        }
    };
    let close = move |()| {
        is_adding.set(false);
        set_aside.set(attempt.with_untracked(|attempt| attempt.as_ref().map(|one| one.id.clone())));
        focus();
    };
    let done = move |()| {
        is_adding.set(false);
        focus();
    };
    // They are called when what called them may be gone already, so they belong to what stays.
    let (on_done, on_close) = (Callback::new(done), Callback::new(close));
    let on_gone = Callback::new(move |()| focus());
    view! {
        <h2 id="accounts-title" node_ref=title tabindex="-1">
            {say(&said(move || if is_empty.get() { "Nobody is signed in" } else { "Accounts" }.to_owned()))}
        </h2>
        <Announcement />
        {move || reason().filter(|_| is_empty.get()).map(|reason| view! { <p class="notice">{reason}</p> })}
        <Show when=when(move || !is_empty.get())>
            <Rack on_gone>
                <Show when=when(move || !is_open.get())>
                    <button type="button" class="button" on:click=move |_| is_adding.set(true)>
                        "Add account"
                    </button>
                </Show>
            </Rack>
        </Show>
        {move || is_open.get().then(|| view! {
            <Entry
                deployment=deployment.clone()
                attempt=waiting
                begins_with=if untrack(reason).is_some() { Kind::SignIn } else { Kind::SignUp }
                takes_focus=is_adding.get_untracked()
                on_done
                on_close
                can_close
            />
        })}
    }
}

/// Tells those who do not see the page that another account is active, whoever made it so.
#[component]
fn Announcement() -> impl IntoView {
    let session = use_session();
    let email = Memo::new(move |_| {
        session.active_signin().map(|active| active.user.email_address.clone()).unwrap_or_default()
    });
    let text = RwSignal::new(String::new());
    Effect::new(move |last: Option<String>| {
        let email = email.get();
        if last.is_some_and(|last| last != email) {
            let said = if email.is_empty() {
                "Nobody is signed in now.".to_owned()
            } else {
                format!("{email} is active now.")
            };
            text.set(said);
        }
        email
    });
    view! {
        <p class="unseen" role="status" aria-label="Active account">
            {say(&said(move || text.get()))}
        </p>
    }
}
