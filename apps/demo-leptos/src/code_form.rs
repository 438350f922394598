//! Proves the address with the code that was mailed to it.

use crate::form::{Field, Form, Run, Typed};
use crate::sentences::sentence;
use crate::ui::{said, say};
use crate::wire;
use keyrack_leptos::client::{Answer, Attempt};
use keyrack_leptos::protocol::{SignupAttempt, SignupAttemptStep};
use keyrack_leptos::{Error, UseSession, use_session};
use leptos::prelude::*;

/// Has the code of a sign-up's step sent.
pub async fn send(session: UseSession, attempt: &SignupAttempt) -> Result<(), Error> {
    let strategy = match attempt.current_step {
        SignupAttemptStep::VerifyEmail => "email_otp",
        SignupAttemptStep::VerifyPhone => "phone_otp",
        SignupAttemptStep::VerifyAuthenticator | SignupAttemptStep::Completed => return Ok(()),
    };
    let state = session.now();
    let Some(loaded) = state.loaded() else { return Ok(()) };
    loaded.prepare(&Attempt::SignUp(attempt.id.clone()), strategy, None).await.map(|_| ())
}

#[component]
pub fn CodeForm(attempt: SignupAttempt, on_done: Callback<()>) -> impl IntoView {
    let session = use_session();
    let run = Run::new();
    let id = attempt.id.clone();
    let submit = move |typed: Typed| {
        let code = typed.get("code").chars().filter(|c| !c.is_whitespace()).collect();
        let id = id.clone();
        run.run(async move {
            let state = session.now();
            let Some(loaded) = state.loaded() else { return Ok(()) };
            let now = loaded.attempt(&Attempt::SignUp(id.clone()), Answer::Code(code)).await?;
            match now.signup_attempts.iter().find(|one| one.id == id && !one.completed) {
                Some(left) => send(session, left).await,
                None => {
                    on_done.run(());
                    Ok(())
                }
            }
        });
    };
    view! {
        <h3>"Check your mail"</h3>
        <p class="quiet">
            "A code is on its way to " <strong>{attempt.email.clone()}</strong>
            ". Here nothing leaves the machine: the message lies in the "
            <a href=format!("{}/outbox", wire::own_address()) target="_blank" rel="noreferrer">
                "outbox (new tab)"
            </a> "."
        </p>
        <Form label="Verify email" submit="Verify" run on_submit=submit>
            <Field
                label="Code"
                name="code"
                inputmode="numeric"
                fills="one-time-code"
                class="code-input"
                required=true
                takes_focus=true
            />
        </Form>
        <Resend attempt />
    }
}

#[component]
fn Resend(attempt: SignupAttempt) -> impl IntoView {
    let session = use_session();
    let (outcome, run) = (RwSignal::new(String::new()), Run::new());
    let resend = move |_| {
        let attempt = attempt.clone();
        run.run(async move {
            let said = match send(session, &attempt).await {
                Ok(()) => "Use the newest message. A new one is made every 30 seconds at most.".to_owned(),
                Err(error) => sentence(&error),
            };
            let _ = outcome.try_set(said);
            Ok(())
        });
    };
    view! {
        <p class="resend">
            <button type="button" class="link" aria-busy=say(&run.busy()) on:click=resend>
                "Send a new code"
            </button>
            <span role="status">{say(&said(move || outcome.get()))}</span>
        </p>
    }
}
