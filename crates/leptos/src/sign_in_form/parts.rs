//! What forms are made of: the classes are those of the style sheet of `@keyrack/react/ui`.

use super::Form;
use leptos::prelude::*;

#[component]
pub(super) fn Field(
    label: String,
    kind: &'static str,
    fills: &'static str,
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <label class="kr-field">
            <span>{label}</span>
            <input type=kind autocomplete=fills required=true bind:value=value />
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
            <p class="kr-outcome">
                <span role="alert" class="kr-error">
                    {move || form.error.get().map(|error| error.message)}
                </span>
            </p>
        </div>
    }
}
