//! Steps after the first: a code, or what goes on elsewhere.

use super::parts::{Field, Foot};
use super::{Form, sent_by};
use crate::use_session;
use keyrack_client::{Answer, Attempt};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

#[component]
pub(super) fn Code(form: Form, id: String) -> impl IntoView {
    let hook = use_session();
    let code = RwSignal::new(String::new());
    let id = StoredValue::new(id);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let client = hook.client();
        let (id, code) = (id.get_value(), code.get_untracked());
        let code = code.chars().filter(|c| !c.is_whitespace()).collect();
        form.run(async move {
            let attempt = Attempt::SignIn(id.clone());
            let state = client.state();
            let Some(loaded) = state.loaded() else { return Ok(()) };
            let session = loaded.attempt(&attempt, Answer::Code(code)).await?;
            form.go_on(client, session, Some(id)).await
        });
    };
    let strategy = move || {
        let id = id.get_value();
        hook.session()?
            .signin_attempts
            .iter()
            .find(|one| one.id == id)
            .and_then(|one| sent_by(one.current_step))
    };
    let resend = move |_| {
        let Some(strategy) = untrack(strategy) else { return };
        let (client, id) = (hook.client(), id.get_value());
        form.run(async move {
            let state = client.state();
            let Some(loaded) = state.loaded() else { return Ok(()) };
            loaded.prepare(&Attempt::SignIn(id), strategy, None).await.map(|_| ())
        });
    };
    view! {
        <form class="kr-form" aria-label=form.word(|words| &words.title) on:submit=submit>
            <Field label=form.word(|words| &words.code) kind="text" fills="one-time-code" value=code />
            <Foot form submit=form.word(|words| &words.confirm) />
        </form>
        <Show when=move || strategy().is_some()>
            <button type="button" class="kr-link" on:click=resend>
                {form.word(|words| &words.resend)}
            </button>
        </Show>
        <StartOver form />
    }
}

#[component]
pub(super) fn Elsewhere(form: Form, url: String) -> impl IntoView {
    view! {
        <p>{form.word(|words| &words.more)} " " <a href=url>{form.word(|words| &words.go_on)}</a></p>
        <StartOver form />
    }
}

#[component]
fn StartOver(form: Form) -> impl IntoView {
    let over = move |_| {
        form.error.set(None);
        form.attempt.set(None);
    };
    view! {
        <button type="button" class="kr-link" on:click=over>
            {form.word(|words| &words.start_over)}
        </button>
    }
}
