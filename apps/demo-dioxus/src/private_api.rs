//! Calls a backend that knows nothing but where the public keys are.

use crate::browser;
use crate::sentences::sentence;
use dioxus::prelude::*;
use keyrack_dioxus::client::json;
use keyrack_dioxus::{UseSession, use_session};

#[derive(Clone, PartialEq)]
struct Answer {
    /// The sign-in that it was given to.
    to: Option<String>,
    title: String,
    body: String,
}

#[component]
pub fn PrivateApi() -> Element {
    let session = use_session();
    let mut given = use_signal(|| None::<Answer>);
    let mut is_busy = use_signal(|| false);
    let active = move || session.active_signin().map(|active| active.id.clone());
    let call = move |_| async move {
        let to = active();
        is_busy.set(true);
        let (title, body) = call_private_api(session).await;
        given.set(Some(Answer { to, title, body }));
        is_busy.set(false);
    };
    // What was answered to one account is not shown under another.
    let answer = given().filter(|answer| answer.to == active());
    rsx! {
        section { class: "card backend", aria_labelledby: "private-title",
            div {
                h2 { id: "private-title", "Your backend" }
                p { class: "quiet",
                    code { "/api/private" }
                    " gets a short token and verifies it offline."
                }
                button {
                    r#type: "button",
                    class: "button",
                    onclick: call,
                    disabled: session.is_loading(),
                    aria_busy: is_busy(),
                    "Call private API"
                }
            }
            div { class: "answer", role: "status", aria_label: "Answer of the private API",
                if let Some(answer) = answer {
                    p { {answer.title} }
                    pre { role: "region", aria_label: "Body of the answer", tabindex: "0", {answer.body} }
                }
            }
        }
    }
}

async fn call_private_api(session: UseSession) -> (String, String) {
    let token = match session.get_token("default").await {
        Ok(token) => token,
        Err(error) => return (format!("No answer: {}", error.code), sentence(&error)),
    };
    match browser::fetch("../../api/private", Some(&token)).await {
        Some(answer) => (answer.status, pretty(answer.body)),
        None => ("No answer: network".to_owned(), "The server could not be reached. Try again.".to_owned()),
    }
}

fn pretty(text: String) -> String {
    json::parse(text.as_bytes()).map_or(text, |value| json::pretty(&value))
}
