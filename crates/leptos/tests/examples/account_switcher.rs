use keyrack_leptos::use_session;
use leptos::prelude::*;

#[component]
pub fn AccountSwitcher() -> impl IntoView {
    let session = use_session();
    let switch = move |id: &str| {
        if let Some(loaded) = session.now().loaded() {
            // It is under way, awaited or not.
            drop(loaded.switch_sign_in(id));
        }
    };
    view! {
        <For each=move || session.signins() key=|signin| signin.id.clone() let(signin)>
            <button on:click=move |_| switch(&signin.id)>{signin.user.email_address.clone()}</button>
        </For>
    }
}
