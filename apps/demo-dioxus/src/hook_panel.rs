//! The hook's whole value as it is at this moment.

use dioxus::prelude::*;
use keyrack_dioxus::use_session;
use serde_json::{Value, json};

#[component]
pub fn HookPanel() -> Element {
    let session = use_session();
    let error = session.error();
    let shown: Value = json!({
        "loading": session.is_loading(),
        "status": session.status().as_str(),
        "session": session.session().as_deref(),
        "error": error.map(|error| json!({ "code": error.code, "status": error.status, "message": error.message })),
        "stale": session.is_stale(),
        "endReason": session.end_reason(),
        "isRefetching": session.is_refetching(),
    });
    let revision =
        session.session().map(|session| format!(", revision {}", session.revision)).unwrap_or_default();
    rsx! {
        section { class: "card panel", aria_labelledby: "panel-title",
            div { class: "panel-head",
                h2 { id: "panel-title",
                    code { "use_session()" }
                }
                p { "{session.status().as_str()}{revision}" }
            }
            pre {
                "data-testid": "hook-panel",
                role: "region",
                aria_label: "What use_session() returns",
                tabindex: "0",
                "{shown:#}"
            }
        }
    }
}
