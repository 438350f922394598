//! Proves the address with the code that was mailed to it.

use crate::form::{Field, Form, Values, Work};
use crate::sentences::sentence;
use dioxus::prelude::*;
use keyrack_dioxus::client::{Answer, Attempt};
use keyrack_dioxus::protocol::SignupAttempt;
use keyrack_dioxus::use_session;

#[component]
pub fn CodeForm(attempt: SignupAttempt) -> Element {
    let session = use_session();
    let id = Attempt::SignUp(attempt.id.clone());
    let submit = move |values: Values| -> Work {
        let id = id.clone();
        Box::pin(async move {
            let Some(loaded) = session.loaded() else { return Ok(()) };
            let code = values.of("code").split_whitespace().collect();
            loaded.attempt(&id, Answer::Code(code)).await.map(drop)
        })
    };
    rsx! {
        h3 { "Check your mail" }
        p { class: "quiet",
            "A code is on its way to "
            strong { "{attempt.email}" }
            ". Here nothing leaves the machine: the message lies in the "
            a { href: "../../outbox", target: "_blank", rel: "noreferrer", "outbox (new tab)" }
            "."
        }
        Form { label: "Verify email", submit: "Verify", on_submit: submit,
            Field {
                label: "Code",
                name: "code",
                inputmode: "numeric",
                autocomplete: "one-time-code",
                class: "code-input",
                takes_focus: true,
            }
        }
        Resend { attempt: attempt.id }
    }
}

#[component]
fn Resend(attempt: String) -> Element {
    let session = use_session();
    let mut is_busy = use_signal(|| false);
    let mut outcome = use_signal(String::new);
    let send = move |_| {
        let attempt = Attempt::SignUp(attempt.clone());
        async move {
            let Some(loaded) = session.loaded() else { return };
            is_busy.set(true);
            outcome.set(match loaded.prepare(&attempt, "email_otp", None).await {
                Ok(_) => "Use the newest message. A new one is made every 30 seconds at most.".to_owned(),
                Err(error) => sentence(&error),
            });
            is_busy.set(false);
        }
    };
    rsx! {
        p { class: "resend",
            button { r#type: "button", class: "link", aria_busy: is_busy(), onclick: send, "Send a new code" }
            span { role: "status", "{outcome}" }
        }
    }
}
