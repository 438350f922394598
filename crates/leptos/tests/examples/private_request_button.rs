use gloo_net::http::Request;
use keyrack_leptos::{UseSession, use_session};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::error::Error;

async fn call_private_api(session: UseSession) -> Result<(), Box<dyn Error>> {
    let token = session.get_token("default").await?;
    Request::get("/api/private").header("Authorization", &format!("Bearer {token}")).send().await?;
    Ok(())
}

#[component]
pub fn PrivateRequestButton() -> impl IntoView {
    let session = use_session();
    let call = move |_| {
        spawn_local(async move {
            if let Err(error) = call_private_api(session).await {
                leptos::logging::error!("{error}");
            }
        });
    };
    view! {
        <Show when=move || !session.is_loading()>
            <button on:click=call>"Call private API"</button>
        </Show>
    }
}
