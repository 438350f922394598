//! What a sign-in may ask for after its beginning.

use super::parts::{Elsewhere, Field, Form, Values};
use crate::prelude::*;
use crate::use_session;
use keyrack_client::protocol::{CurrentSessionStep as Waits, SigninAttempt};
use keyrack_client::{Answer, Attempt, Profile};

/// The step that an attempt waits for, and a way to leave it: it may be somebody else's, on a browser that several use.
#[component]
pub fn Step(
    attempt: SigninAttempt,
    elsewhere: Option<String>,
    on_done: Option<EventHandler<()>>,
    on_leave: EventHandler<()>,
) -> Element {
    rsx! {
        match attempt.current_step {
            Waits::VerifyPassword => rsx! { Password { attempt, on_done } },
            Waits::VerifyEmail | Waits::VerifyEmailOtp | Waits::VerifyEmailLink | Waits::VerifyPhone | Waits::VerifyPhoneOtp => rsx! { Code { attempt, on_done } },
            Waits::VerifySecondFactor if takes_code(&attempt) => rsx! { SecondFactor { attempt, on_done } },
            Waits::CompleteProfile => rsx! { Missing { attempt, on_done } },
            Waits::VerifySecondFactor | Waits::AddSecondFactor | Waits::Completed => rsx! { Elsewhere { elsewhere } },
        }
        p { class: "kr-quiet",
            button { class: "kr-link", r#type: "button", onclick: move |_| on_leave.call(()), "Start over" }
        }
    }
}

/// Answers what an attempt waits for.
fn answers(
    attempt: &SigninAttempt,
    answer: fn(Values) -> Answer,
) -> impl Fn(Values) -> super::parts::Sent + 'static {
    let session = use_session();
    let attempt = Attempt::SignIn(attempt.id.clone());
    move |values| session.loaded().map(|loaded| loaded.attempt(&attempt, answer(values)))
}

fn code_of(values: Values) -> Answer {
    Answer::Code(values.of("code").split_whitespace().collect())
}

#[component]
fn Password(attempt: SigninAttempt, on_done: Option<EventHandler<()>>) -> Element {
    let submit = answers(&attempt, |values| Answer::Password(values.of("password").to_owned()));
    rsx! {
        h2 { class: "kr-heading", "Enter your password" }
        if !attempt.email.is_empty() {
            p { class: "kr-quiet", "{attempt.email}" }
        }
        Form { name: "Enter your password", submit: "Sign in", on_submit: submit, on_done,
            Field { label: "Password", name: "password", kind: "password", autocomplete: "current-password" }
        }
    }
}

/// A code, or a link, that is sent to an address or a number.
#[component]
fn Code(attempt: SigninAttempt, on_done: Option<EventHandler<()>>) -> Element {
    let session = use_session();
    let mut said = use_hook(|| Signal::new(String::new()));
    let submit = answers(&attempt, code_of);
    let (strategy, title, text) = match attempt.current_step {
        Waits::VerifyPhone | Waits::VerifyPhoneOtp => {
            ("phone_otp", "Check your phone", "A code of six digits is on its way to your phone.".to_owned())
        }
        Waits::VerifyEmailLink => (
            "magic_link",
            "Check your mail",
            "A link is on its way to you. Opened on another device, it shows a code to type in here."
                .to_owned(),
        ),
        _ => (
            "email_otp",
            "Check your mail",
            format!("A code of six digits is on its way to {}", attempt.email),
        ),
    };
    // What is due is sent once; the server keeps whoever asks too often waiting.
    let id = attempt.id.clone();
    let send = use_callback(move |()| {
        let Some(loaded) = session.loaded() else { return };
        let prepared = loaded.prepare(&Attempt::SignIn(id.clone()), strategy, None);
        dioxus_core::spawn(async move {
            said.set(match prepared.await {
                Ok(_) => String::new(),
                Err(error) => error.message,
            });
        });
    });
    use_hook(|| send.call(()));
    rsx! {
        h2 { class: "kr-heading", {title} }
        p { class: "kr-quiet", {text} }
        Form { name: title, submit: "Confirm", on_submit: submit, on_done,
            Field { label: "Code", name: "code", autocomplete: "one-time-code" }
        }
        p { class: "kr-quiet",
            button { class: "kr-link", r#type: "button", onclick: move |_| send.call(()), "Send it again" }
            span { role: "status", "{said}" }
        }
    }
}

/// Whether the account has a second factor whose proof is typed.
fn takes_code(attempt: &SigninAttempt) -> bool {
    attempt
        .available_2fa_methods
        .iter()
        .any(|method| ["authenticator", "backup_code"].contains(&method.as_str()))
}

#[component]
fn SecondFactor(attempt: SigninAttempt, on_done: Option<EventHandler<()>>) -> Element {
    let submit = answers(&attempt, code_of);
    rsx! {
        h2 { class: "kr-heading", "One more proof" }
        p { class: "kr-quiet", "Type the six digits that your authenticator app shows, or one of your backup codes." }
        Form { name: "One more proof", submit: "Confirm", on_submit: submit, on_done,
            Field { label: "Code", name: "code", autocomplete: "one-time-code" }
        }
    }
}

/// What may be missing of a profile: its name, label, and what browsers fill in.
const FIELDS: [(&str, &str, &str); 4] = [
    ("first_name", "First name", "given-name"),
    ("last_name", "Last name", "family-name"),
    ("username", "Username", "username"),
    ("phone_number", "Phone number", "tel"),
];

/// What the deployment wants to know of everybody, and does not know yet.
#[component]
fn Missing(attempt: SigninAttempt, on_done: Option<EventHandler<()>>) -> Element {
    let session = use_session();
    let known = &attempt.profile_completion_data;
    let known = [&known.first_name, &known.last_name, &known.username, &known.phone_number];
    let wanted = FIELDS
        .into_iter()
        .zip(known)
        .filter(|((name, ..), _)| attempt.missing_fields.iter().any(|missing| missing == name));
    let id = attempt.id.clone();
    let submit = move |values: Values| {
        let profile = Profile {
            first_name: values.some("first_name"),
            last_name: values.some("last_name"),
            username: values.some("username"),
            phone_number: values.some("phone_number"),
            phone_country_code: None,
        };
        session.loaded().map(|loaded| loaded.complete_profile(&id, &profile))
    };
    rsx! {
        h2 { class: "kr-heading", "Almost there" }
        p { class: "kr-quiet", "A few things are still missing." }
        Form { name: "Almost there", submit: "Go on", on_submit: submit, on_done,
            for ((name, label, autocomplete), known) in wanted {
                Field { key: "{name}", label, name, autocomplete, value: known.clone().unwrap_or_default() }
            }
        }
    }
}
