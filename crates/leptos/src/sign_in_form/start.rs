//! The first step: who it is, and by which way.

use super::Form;
use super::parts::{Field, Foot, passkey};
use keyrack_client::{Way, Ways};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(super) fn Start(form: Form) -> impl IntoView {
    let (typed, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (ways, way) = (RwSignal::new(Ways::default()), RwSignal::new(Way::Password));
    Effect::new(move |_| {
        let read = form.hook.client().ways();
        spawn_local(async move {
            if let Ok(read) = read.await {
                let _ = way.try_set(read.all.first().copied().unwrap_or(Way::Password));
                let _ = ways.try_set(read);
            }
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let by = ways.with_untracked(|ways| {
            ways.by(way.get_untracked(), &typed.get_untracked(), password.get_untracked())
        });
        if let Some(by) = by {
            form.run(async move |loaded| loaded.enter(by).await.map(Some));
        }
    };
    let is = move |one: Way| way.get() == one;
    let label = Signal::derive(move || {
        form.word(match (way.get(), ways.with(|ways| (ways.by_email, ways.by_username))) {
            (Way::PhoneCode, _) => |words| &words.phone,
            (Way::Password, (false, true)) => |words| &words.username,
            (Way::Password, (true, true)) => |words| &words.email_or_username,
            _ => |words| &words.email,
        })
    });
    let submit_word = Signal::derive(move || {
        form.word(match way.get() {
            Way::Password => |words| &words.submit,
            Way::EmailLink => |words| &words.send_link,
            _ => |words| &words.send_code,
        })
    });
    let others = move || {
        let others = ways.with(|ways| ways.all.clone()).into_iter().filter(|one| !is(*one));
        others.map(|one| view! { <Other form one way /> }).collect_view()
    };
    view! {
        <Show when=move || !is(Way::Passkey)>
            <form class="kr-form" aria-label=form.word(|words| &words.title) on:submit=submit>
                <Field label kind="text" fills="username" value=typed />
                <Show when=move || is(Way::Password)>
                    <Field
                        label=form.word(|words| &words.password)
                        kind="password"
                        fills="current-password"
                        value=password
                    />
                </Show>
                <Foot form submit=submit_word />
            </form>
        </Show>
        <div class="kr-ways">{others}</div>
    }
}

/// Another way.
#[component]
fn Other(form: Form, one: Way, way: RwSignal<Way>) -> impl IntoView {
    let word = form.word(match one {
        Way::EmailCode => |words| &words.use_code,
        Way::EmailLink => |words| &words.use_link,
        Way::PhoneCode => |words| &words.use_phone,
        Way::Passkey => |words| &words.use_passkey,
        _ => |words| &words.use_password,
    });
    let choose = move |_| if one == Way::Passkey { passkey(form, None) } else { way.set(one) };
    view! {
        <button type="button" class="kr-button" on:click=choose>
            {word}
        </button>
    }
}
