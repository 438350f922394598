//! Calls a backend that knows nothing but where the public keys are.

use crate::sentences::sentence;
use crate::ui::{say, word};
use crate::wire;
use keyrack_leptos::client::json;
use keyrack_leptos::{UseSession, use_session};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(Clone)]
struct Shown {
    title: String,
    body: String,
}

#[component]
pub fn PrivateApi() -> impl IntoView {
    let session = use_session();
    let active = move || session.active_signin().map(|active| active.id.clone());
    let given = RwSignal::new(None::<(Option<String>, Shown)>);
    let is_busy = RwSignal::new(false);
    // What was answered to one account is not shown under another.
    let answer = move || given.get().filter(|(to, _)| *to == active()).map(|(_, answer)| answer);
    let call = move |_| {
        let to = untrack(active);
        is_busy.set(true);
        spawn_local(async move {
            let answer = call_private_api(session).await;
            given.set(Some((to, answer)));
            is_busy.set(false);
        });
    };
    view! {
        <section class="card backend" aria-labelledby="private-title">
            <div>
                <h2 id="private-title">"Your backend"</h2>
                <p class="quiet">
                    <code>"/api/private"</code>
                    " gets a short token and verifies it offline."
                </p>
                <button
                    type="button"
                    class="button"
                    on:click=call
                    disabled=move || session.is_loading()
                    aria-busy=say(&word(move || is_busy.get()))
                >
                    "Call private API"
                </button>
            </div>
            <div class="answer" role="status" aria-label="Answer of the private API">
                {move || answer().map(|Shown { title, body }| view! {
                    <p>{title}</p>
                    <pre role="region" aria-label="Body of the answer" tabindex="0">
                        {body}
                    </pre>
                })}
            </div>
        </section>
    }
}

async fn call_private_api(session: UseSession) -> Shown {
    let token = match session.get_token("default").await {
        Ok(token) => token,
        Err(error) => return Shown { title: format!("No answer: {}", error.code), body: sentence(&error) },
    };
    match wire::get(&format!("{}/api/private", wire::own_address()), Some(&token)).await {
        Some(answer) => Shown { title: answer.status, body: pretty(answer.text) },
        None => {
            let error = keyrack_leptos::Error::network();
            Shown { title: format!("No answer: {}", error.code), body: sentence(&error) }
        }
    }
}

fn pretty(text: String) -> String {
    json::parse(text.as_bytes()).map_or(text, |value| json::pretty(&value))
}
