//! The account switcher.

use crate::form::Run;
use crate::ui::{said, say, when, word};
use keyrack_leptos::protocol::{CurrentUser, SignIn};
use keyrack_leptos::use_session;
use leptos::prelude::*;

#[component]
pub fn Rack(
    /// Called when the button that had the focus is gone.
    on_gone: Callback<()>,
    /// What can be done beside signing out.
    children: ChildrenFn,
) -> impl IntoView {
    let session = use_session();
    let run = Run::new();
    let leave = move |id: Option<String>| {
        let state = session.now();
        let Some(loaded) = state.loaded() else { return };
        let left = id.map_or_else(|| loaded.sign_out_all(), |id| loaded.sign_out(id));
        run.run(async move {
            left.await?;
            on_gone.run(());
            Ok(())
        });
    };
    let switch = move |id: String| {
        let state = session.now();
        let Some(loaded) = state.loaded() else { return };
        let switched = loaded.switch_sign_in(id);
        run.run(async move { switched.await.map(|_| ()) });
    };
    view! {
        <ul class="rack">
            <For each=move || session.signins() key=|signin| signin.id.clone() let(signin)>
                <Tag signin switch leave />
            </For>
        </ul>
        <div class="rack-actions">
            {children()}
            <button type="button" class="link" on:click=move |_| leave(None)>
                "Sign out of all accounts"
            </button>
        </div>
        <p class="error" role="alert">
            {say(&run.said())}
        </p>
    }
}

#[component]
fn Tag(
    signin: SignIn,
    #[prop(into)] switch: Callback<(String,)>,
    #[prop(into)] leave: Callback<(Option<String>,)>,
) -> impl IntoView {
    let session = use_session();
    let (id, other, own) = (signin.id.clone(), signin.id.clone(), signin.id.clone());
    let is_active = Memo::new(move |_| session.active_signin().is_some_and(|active| active.id == own));
    // The same sign-in under another name is the same row.
    let of = |what: fn(&CurrentUser) -> String| {
        let first = signin.clone();
        said(move || {
            let all = session.signins();
            what(&all.iter().find(|one| one.id == first.id).unwrap_or(&first).user)
        })
    };
    let (email, name) = (of(|user| user.email_address.clone()), of(name_of));
    let initial = of(|user| name_of(user).chars().take(1).collect());
    let leaves = of(|user| format!("Sign out {}", user.email_address));
    let state = said(move || if is_active.get() { "active" } else { "switch" }.to_owned());
    view! {
        <li class="tag" class:tag-active=is_active>
            <button
                type="button"
                class="tag-switch"
                aria-current=move || is_active.get().then_some("true")
                on:click=move |_| switch.run((id.clone(),))
            >
                <span class="initials" aria-hidden="true">
                    {say(&initial)}
                </span>
                <span class="tag-text">
                    <Show when=when(move || !is_active.get())>
                        <span class="unseen">"Switch to "</span>
                    </Show>
                    <strong>{say(&name)} " "</strong> <span>{say(&email)} " "</span>
                </span>
                <span class="tag-state" aria-hidden=say(&word(move || !is_active.get()))>
                    {say(&state)}
                </span>
            </button>
            <button
                type="button"
                class="link"
                aria-label=say(&leaves)
                on:click=move |_| leave.run((Some(other.clone()),))
            >
                "Sign out"
            </button>
        </li>
    }
}

/// The names, or what else there is.
fn name_of(user: &CurrentUser) -> String {
    let name = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
    if name.is_empty() { user.email_address.clone() } else { name }
}
