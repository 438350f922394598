use keyrack_leptos::use_session;
use leptos::prelude::*;

#[component]
pub fn SessionSummary() -> impl IntoView {
    let session = use_session();
    move || {
        if session.is_loading() {
            return None;
        }
        let email = session.active_signin().map(|active| active.user.email_address.clone());
        Some(view! { <div>{email}</div> })
    }
}
