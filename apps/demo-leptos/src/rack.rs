//! The account switcher.

use crate::form::Run;
use keyrack_leptos::protocol::SignIn;
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
            {move || run.said()}
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
    let (id, other) = (signin.id.clone(), signin.id.clone());
    let (own, of) = (signin.id.clone(), signin.id.clone());
    let is_active = Memo::new(move |_| session.active_signin().is_some_and(|active| active.id == own));
    // The same sign-in under another name is the same row.
    let user = Memo::new(move |_| {
        session
            .signins()
            .into_iter()
            .find(|one| one.id == of)
            .map_or_else(|| signin.user.clone(), |one| one.user)
    });
    let email = move || user.with(|user| user.email_address.clone());
    let name = move || {
        let name = user.with(|user| format!("{} {}", user.first_name, user.last_name).trim().to_owned());
        if name.is_empty() { email() } else { name }
    };
    view! {
        <li class="tag" class:tag-active=is_active>
            <button
                type="button"
                class="tag-switch"
                aria-current=move || is_active.get().then_some("true")
                on:click=move |_| switch.run((id.clone(),))
            >
                <span class="initials" aria-hidden="true">
                    {move || name().chars().take(1).collect::<String>()}
                </span>
                <span class="tag-text">
                    {move || (!is_active.get()).then(|| view! { <span class="unseen">"Switch to "</span> })}
                    <strong>{name} " "</strong> <span>{email} " "</span>
                </span>
                <span class="tag-state" aria-hidden=move || (!is_active.get()).to_string()>
                    {move || if is_active.get() { "active" } else { "switch" }}
                </span>
            </button>
            <button
                type="button"
                class="link"
                aria-label=move || format!("Sign out {}", email())
                on:click=move |_| leave.run((Some(other.clone()),))
            >
                "Sign out"
            </button>
        </li>
    }
}
