//! The page: the accounts of this browser on one side, what the hook sees of them on the other.

use crate::accounts::Accounts;
use crate::boot::AuthSettings;
use crate::frame::Frame;
use crate::hook_panel::HookPanel;
use crate::private_api::PrivateApi;
use crate::ui::{said, say};
use keyrack_leptos::use_session;
use leptos::prelude::*;

const STALE: &str = "The server does not answer. What you see may be old.";

#[component]
pub fn Home(deployment: AuthSettings) -> impl IntoView {
    let session = use_session();
    view! {
        <Frame>
            <div class="intro">
                <h1>"One session, several accounts"</h1>
                <p>
                    "Sign in with as many accounts as you like and switch between them. Everything here comes from one hook, "
                    <code>"use_session()"</code>"."
                </p>
            </div>
            <div class="columns">
                <Accounts deployment />
                <HookPanel />
                <PrivateApi />
            </div>
            <p class="stale" class:stale-shown=move || session.is_stale() role="status">
                {say(&said(move || if session.is_stale() { STALE } else { "" }.to_owned()))}
            </p>
        </Frame>
    }
}
