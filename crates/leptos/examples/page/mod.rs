//! A page that a server renders and a browser takes over: both run this.

use keyrack_leptos::protocol::Session;
use keyrack_leptos::{KeyrackProvider, SignInForm, SignedIn, SignedOut, UseSession, use_session};
use leptos::prelude::*;

/// Somebody has just come in.
fn welcome() {
    document().set_title("Welcome");
}

/// The page for one deployment; `session` is what the server has read for this request, and none in the browser, which finds
/// it in the page.
#[component]
pub fn Application(publishable_key: String, session: Option<Session>) -> impl IntoView {
    view! {
        <main>
            <KeyrackProvider publishable_key initial_session=session>
                <SignedIn>
                    <Account />
                </SignedIn>
                <SignedOut>
                    <SignInForm hosted_url="/sign-in" on_done=welcome />
                </SignedOut>
            </KeyrackProvider>
        </main>
    }
}

#[component]
fn Account() -> impl IntoView {
    let session = use_session();
    let switch = move |id: &str| {
        if let Some(loaded) = session.now().loaded() {
            drop(loaded.switch_sign_in(id));
        }
    };
    view! {
        <h1>{move || session.active_signin().map(|active| active.user.email_address.clone())}</h1>
        <button on:click=move |_| make_passkey(session)>"Make a passkey"</button>
        <For each=move || session.signins() key=|signin| signin.id.clone() let(signin)>
            <button on:click=move |_| switch(&signin.id)>{signin.user.email_address.clone()}</button>
        </For>
    }
}

/// Has this device keep a passkey of the account. A server never gets here.
#[cfg(target_family = "wasm")]
fn make_passkey(session: UseSession) {
    use keyrack_leptos::client::webauthn;
    use serde_json::{Value, json};

    leptos::task::spawn_local(async move {
        let client = session.client();
        let made = async {
            let begun: Value = client.post("/me/passkeys/register/begin", json!({})).await?;
            let credential = webauthn::make(&begun["options"]).await?;
            client.post::<Value>("/me/passkeys/register/finish", credential).await
        };
        let title = made.await.map_or_else(|error| error.code, |_| "Made".to_owned());
        document().set_title(&title);
    });
}

#[cfg(not(target_family = "wasm"))]
fn make_passkey(_: UseSession) {}
