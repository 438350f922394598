use dioxus::prelude::*;
use keyrack_dioxus::use_session;

#[component]
pub fn SessionSummary() -> Element {
    let session = use_session();
    if session.is_loading() {
        return rsx! {};
    }
    rsx! {
        div {
            if let Some(active) = session.active_signin() {
                "{active.user.email_address}"
            }
        }
    }
}
