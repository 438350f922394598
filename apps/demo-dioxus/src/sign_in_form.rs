//! Signs in with email and password.

use crate::browser;
use crate::form::{Field, Form, Values, Work};
use dioxus::prelude::*;
use keyrack_dioxus::client::By;
use keyrack_dioxus::use_session;

#[component]
pub fn SignInForm(takes_focus: bool) -> Element {
    let session = use_session();
    let submit = move |values: Values| -> Work {
        Box::pin(async move {
            let Some(loaded) = session.loaded() else { return Ok(()) };
            let shown = loaded.sign_in_by(By::email(values.of("email"), values.of("password"))).await?;
            if shown.signin_attempts.last().is_some_and(|attempt| !attempt.completed) {
                browser::go("../../sign-in?prompt=login");
            }
            Ok(())
        })
    };
    rsx! {
        Form { label: "Sign in", submit: "Sign in", on_submit: submit,
            Field { label: "Email", name: "email", kind: "email", autocomplete: "email", takes_focus }
            Field { label: "Password", name: "password", kind: "password", autocomplete: "current-password" }
        }
    }
}
