use dioxus::prelude::*;
use gloo_net::http::Request;
use keyrack_dioxus::use_session;

#[component]
pub fn PrivateRequestButton() -> Element {
    let session = use_session();
    let call_private_api = move |_| async move {
        let token = session.get_token("default").await?;
        Request::get("/api/private").header("Authorization", &format!("Bearer {token}")).send().await?;
        Ok(())
    };
    if session.is_loading() {
        return rsx! {};
    }
    rsx! {
        button { onclick: call_private_api, "Call private API" }
    }
}
