//! The hook's whole value as it is at this moment.

use dioxus::prelude::*;
use keyrack_dioxus::client::json;
use keyrack_dioxus::protocol::EndReason;
use keyrack_dioxus::use_session;
use serde_json::Value;

#[component]
pub fn HookPanel() -> Element {
    let session = use_session();
    let error = session.error();
    let error = error.map_or(Value::Null, |error| {
        json::object([
            ("code", error.code.clone().into()),
            ("status", error.status.into()),
            ("message", error.message.clone().into()),
        ])
    });
    let shown = json::pretty(&json::object([
        ("loading", session.is_loading().into()),
        ("status", session.status().as_str().into()),
        ("session", session.session().map_or(Value::Null, |session| json::of(&session))),
        ("error", error),
        ("stale", session.is_stale().into()),
        ("endReason", session.end_reason().map(EndReason::as_str).into()),
        ("isRefetching", session.is_refetching().into()),
    ]));
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
                {shown}
            }
        }
    }
}
