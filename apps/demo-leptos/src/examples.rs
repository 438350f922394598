//! The three examples of the documentation, each under its title, and the form of the crate beside them.

#[path = "../../../crates/leptos/tests/examples/account_switcher.rs"]
mod account_switcher;
#[path = "../../../crates/leptos/tests/examples/private_request_button.rs"]
mod private_request_button;
#[path = "../../../crates/leptos/tests/examples/session_summary.rs"]
mod session_summary;

use crate::frame::Frame;
use crate::wire;
use account_switcher::AccountSwitcher;
use keyrack_leptos::{SignInForm, SignedOut};
use leptos::prelude::*;
use private_request_button::PrivateRequestButton;
use session_summary::SessionSummary;

#[component]
pub fn Examples() -> impl IntoView {
    let hosted = format!("{}/sign-in", wire::own_address());
    view! {
        <Frame>
            <h1>"Examples"</h1>
            <section aria-label="Read active session state">
                <SessionSummary />
            </section>
            <section aria-label="Switch accounts">
                <AccountSwitcher />
            </section>
            <section aria-label="Read a bearer token">
                <PrivateRequestButton />
            </section>
            <section aria-label="The form">
                <SignedOut>
                    <SignInForm hosted_url=hosted.clone() />
                </SignedOut>
            </section>
        </Frame>
    }
}
