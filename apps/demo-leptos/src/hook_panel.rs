//! The hook's whole value as it is at this moment.

use keyrack_leptos::{UseSession, use_session};
use leptos::prelude::*;
use serde_json::{Value, json};

#[component]
pub fn HookPanel() -> impl IntoView {
    let session = use_session();
    let revision = move || session.session().map(|session| format!(", revision {}", session.revision));
    view! {
        <section class="card panel" aria-labelledby="panel-title">
            <div class="panel-head">
                <h2 id="panel-title">
                    <code>"use_session()"</code>
                </h2>
                <p>{move || session.status().as_str()} {revision}</p>
            </div>
            <pre data-testid="hook-panel" role="region" aria-label="What use_session() returns" tabindex="0">
                {move || serde_json::to_string_pretty(&value(session)).unwrap_or_default()}
            </pre>
        </section>
    }
}

fn value(session: UseSession) -> Value {
    let error = session
        .error()
        .map(|error| json!({ "code": error.code, "status": error.status, "message": error.message }));
    json!({
        "loading": session.is_loading(),
        "status": session.status().as_str(),
        "session": session.session().as_deref(),
        "error": error,
        "stale": session.is_stale(),
        "endReason": session.end_reason(),
        "isRefetching": session.is_refetching(),
    })
}
