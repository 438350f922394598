//! Steps after the first.

use super::parts::{Field, Foot, passkey};
use super::{Form, Takes};
use keyrack_client::{Answer, Attempt};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

#[component]
pub(super) fn Step(form: Form, id: String, takes: Takes, url: String) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let attempt = StoredValue::new(Attempt::SignIn(id.clone()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = typed.get_untracked();
        let answer = if takes.password {
            Answer::Password(text)
        } else {
            Answer::Code(text.split_whitespace().collect())
        };
        let attempt = attempt.get_value();
        form.run(async move |loaded| loaded.attempt(&attempt, answer).await.map(Some));
    };
    let send = move || {
        let (Some(strategy), attempt) = (takes.sent_by, attempt.get_value()) else { return };
        form.run(async move |loaded| loaded.prepare(&attempt, strategy, None).await.map(|_| None));
    };
    // What is due is sent once; the server keeps whoever asks too often waiting.
    Effect::new(move |_| send());
    let over = move |_| {
        form.error.set(None);
        form.set_aside.set(id.clone());
    };
    let said = match takes.sent_by {
        Some("magic_link") => Some(form.word(|words| &words.link_sent)),
        Some(_) => Some(form.word(|words| &words.code_sent)),
        None if takes.code => Some(form.word(|words| &words.second)),
        None => None,
    };
    let (label, kind, fills) = if takes.password {
        (form.word(|words| &words.password), "password", "current-password")
    } else {
        (form.word(|words| &words.code), "text", "one-time-code")
    };
    let button = move |of: String, press: Box<dyn Fn()>| {
        view! {
            <button type="button" class="kr-link" on:click=move |_| press()>
                {of}
            </button>
        }
    };
    view! {
        {said.map(|said| view! { <p class="kr-quiet">{said}</p> })}
        {(takes.password || takes.code)
            .then(|| {
                view! {
                    <form class="kr-form" aria-label=form.word(|words| &words.title) on:submit=submit>
                        <Field label kind fills value=typed />
                        <Foot form submit=form.word(|words| &words.confirm) />
                    </form>
                }
            })}
        {takes.passkey.then(|| {
            button(form.word(|words| &words.use_passkey), Box::new(move || passkey(form, Some(attempt.get_value()))))
        })}
        {takes.sent_by.map(|_| button(form.word(|words| &words.resend), Box::new(send)))}
        {(takes == Takes::default())
            .then(|| view! { <p>{form.word(|words| &words.more)} " " <a href=url>{form.word(|words| &words.go_on)}</a></p> })}
        <button type="button" class="kr-link" on:click=over>
            {form.word(|words| &words.start_over)}
        </button>
    }
}
