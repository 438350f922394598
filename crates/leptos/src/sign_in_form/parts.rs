//! What forms are made of: the classes are those of the style sheet of `@keyrack/react/ui`.

use super::Form;
use keyrack_client::Attempt;
use leptos::prelude::*;

#[component]
pub(super) fn Field(
    #[prop(into)] label: Signal<String>,
    kind: &'static str,
    fills: &'static str,
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <label class="kr-field">
            <span>{label}</span>
            <input type=kind autocomplete=fills autocapitalize="none" required=true bind:value=value />
        </label>
    }
}

#[component]
pub(super) fn Foot(form: Form, #[prop(into)] submit: Signal<String>) -> impl IntoView {
    view! {
        <div class="kr-foot">
            <button type="submit" class="kr-button kr-main" aria-busy=move || form.is_busy.get().to_string()>
                {submit}
            </button>
        </div>
    }
}

/// What went wrong, aloud too.
#[component]
pub(super) fn Problem(form: Form) -> impl IntoView {
    view! {
        <p class="kr-outcome">
            <span role="alert" class="kr-error">
                {move || form.error.get().map(|error| error.message)}
            </span>
        </p>
    }
}

/// Has the browser ask for a passkey: as a way in, or as the second factor of an attempt. Elsewhere nothing has any.
pub(super) fn passkey(form: Form, attempt: Option<Attempt>) {
    #[cfg(target_family = "wasm")]
    form.run(async move |loaded| {
        match attempt {
            None => loaded.sign_in_with_passkey().await,
            Some(attempt) => loaded.attempt_with_passkey(&attempt).await,
        }
        .map(Some)
    });
    #[cfg(not(target_family = "wasm"))]
    drop((form, attempt));
}
