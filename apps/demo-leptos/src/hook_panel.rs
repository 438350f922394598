//! The hook's whole value as it is at this moment.

use crate::ui::{said, say};
use keyrack_leptos::client::json;
use keyrack_leptos::protocol::EndReason;
use keyrack_leptos::{UseSession, use_session};
use leptos::prelude::*;
use serde_json::Value;

#[component]
pub fn HookPanel() -> impl IntoView {
    let session = use_session();
    let seen = said(move || {
        let revision = session.session().map(|session| format!(", revision {}", session.revision));
        format!("{} {}", session.status().as_str(), revision.unwrap_or_default())
    });
    view! {
        <section class="card panel" aria-labelledby="panel-title">
            <div class="panel-head">
                <h2 id="panel-title">
                    <code>"use_session()"</code>
                </h2>
                <p>{say(&seen)}</p>
            </div>
            <pre data-testid="hook-panel" role="region" aria-label="What use_session() returns" tabindex="0">
                {say(&said(move || json::pretty(&value(session))))}
            </pre>
        </section>
    }
}

fn value(session: UseSession) -> Value {
    let error = session.error().map(|error| {
        json::object([
            ("code", error.code.into()),
            ("status", error.status.into()),
            ("message", error.message.into()),
        ])
    });
    json::object([
        ("loading", session.is_loading().into()),
        ("status", session.status().as_str().into()),
        ("session", session.session().map_or(Value::Null, |session| json::of(&session))),
        ("error", error.into()),
        ("stale", session.is_stale().into()),
        ("endReason", session.end_reason().map(EndReason::as_str).into()),
        ("isRefetching", session.is_refetching().into()),
    ])
}
