//! What a sign-in may ask for after its beginning.

use super::parts::{Elsewhere, Field, Form, Values};
use super::send::{passkey, sender, sent};
use crate::prelude::*;
use keyrack_client::protocol::{CurrentSessionStep as Waits, SigninAttempt};
use keyrack_client::{Answer, Attempt, Profile};

/// The step that an attempt waits for, and a way to leave it: it may be somebody else's, on a browser that several use.
#[component]
pub fn Step(attempt: SigninAttempt, elsewhere: Option<String>, on_leave: EventHandler<()>) -> Element {
    let has = |one: &str| attempt.available_2fa_methods.iter().any(|method| method == one);
    let has_passkey = cfg!(target_family = "wasm") && has("passkey");
    let takes_code = has("authenticator") || has("backup_code");
    rsx! {
        match attempt.current_step {
            Waits::VerifyPassword => rsx! { Password { attempt } },
            Waits::VerifyEmail | Waits::VerifyEmailOtp | Waits::VerifyEmailLink | Waits::VerifyPhone | Waits::VerifyPhoneOtp => rsx! { Code { attempt } },
            Waits::VerifySecondFactor if takes_code || has_passkey => rsx! { SecondFactor { id: attempt.id, takes_code, has_passkey } },
            Waits::CompleteProfile => rsx! { Missing { attempt } },
            Waits::VerifySecondFactor | Waits::AddSecondFactor | Waits::Completed => rsx! { Elsewhere { elsewhere } },
        }
        p { class: "kr-quiet",
            button { class: "kr-link", r#type: "button", onclick: move |_| on_leave.call(()), "Start over" }
        }
    }
}

/// Answers what an attempt waits for.
fn answers(id: &str, answer: fn(Values) -> Answer) -> impl Fn(Values) + 'static {
    let (sender, attempt) = (sender(), Attempt::SignIn(id.to_owned()));
    move |values| {
        sender.send(|loaded| {
            let call = loaded.attempt(&attempt, answer(values));
            sent(async move { call.await.map(Some) })
        });
    }
}

fn code_of(values: Values) -> Answer {
    Answer::Code(values.of("code").split_whitespace().collect())
}

#[component]
fn Password(attempt: SigninAttempt) -> Element {
    let submit = answers(&attempt.id, |values| Answer::Password(values.of("password").to_owned()));
    rsx! {
        h2 { class: "kr-heading", "Enter your password" }
        if !attempt.email.is_empty() {
            p { class: "kr-quiet", "{attempt.email}" }
        }
        Form { name: "Enter your password", submit: "Sign in", on_submit: submit,
            Field { label: "Password", name: "password", kind: "password", autocomplete: "current-password" }
        }
    }
}

/// A code, or a link, that is sent to an address or a number.
#[component]
fn Code(attempt: SigninAttempt) -> Element {
    let sender = sender();
    let submit = answers(&attempt.id, code_of);
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
        sender.send(|loaded| {
            let prepared = loaded.prepare(&Attempt::SignIn(id.clone()), strategy, None);
            sent(async move { prepared.await.map(|_| None) })
        });
    });
    use_hook(|| send.call(()));
    rsx! {
        h2 { class: "kr-heading", {title} }
        p { class: "kr-quiet", {text} }
        Form { name: title, submit: "Confirm", on_submit: submit,
            Field { label: "Code", name: "code", autocomplete: "one-time-code" }
        }
        p { class: "kr-quiet",
            button { class: "kr-link", r#type: "button", onclick: move |_| send.call(()), "Send it again" }
        }
    }
}

#[component]
fn SecondFactor(id: String, takes_code: bool, has_passkey: bool) -> Element {
    let sender = sender();
    let submit = answers(&id, code_of);
    rsx! {
        h2 { class: "kr-heading", "One more proof" }
        if takes_code {
            p { class: "kr-quiet", "Type the six digits that your authenticator app shows, or one of your backup codes." }
            Form { name: "One more proof", submit: "Confirm", on_submit: submit,
                Field { label: "Code", name: "code", autocomplete: "one-time-code" }
            }
        }
        if has_passkey {
            button {
                class: "kr-button",
                r#type: "button",
                onclick: move |_| sender.send(|loaded| passkey(loaded, Some(Attempt::SignIn(id.clone())))),
                "Use a passkey"
            }
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
fn Missing(attempt: SigninAttempt) -> Element {
    let sender = sender();
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
        sender.send(|loaded| {
            let call = loaded.complete_profile(&id, &profile);
            sent(async move { call.await.map(Some) })
        });
    };
    rsx! {
        h2 { class: "kr-heading", "Almost there" }
        p { class: "kr-quiet", "A few things are still missing." }
        Form { name: "Almost there", submit: "Go on", on_submit: submit,
            for ((name, label, autocomplete), known) in wanted {
                Field { key: "{name}", label, name, autocomplete, value: known.clone().unwrap_or_default() }
            }
        }
    }
}
