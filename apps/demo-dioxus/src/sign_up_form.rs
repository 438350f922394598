//! Begins a sign-up; the form for its code follows by itself once the attempt is there.

use crate::boot::Deployment;
use crate::form::{Field, Form, Values, Work};
use dioxus::prelude::*;
use keyrack_dioxus::client::{Attempt, NewAccount};
use keyrack_dioxus::use_session;
use std::rc::Rc;

#[component]
pub fn SignUpForm(takes_focus: bool) -> Element {
    let session = use_session();
    let deployment = use_context::<Rc<Deployment>>();
    let settings = &deployment.auth_settings;
    let submit = move |values: Values| -> Work {
        Box::pin(async move {
            let Some(loaded) = session.loaded() else { return Ok(()) };
            let account = NewAccount {
                email: values.of("email"),
                password: values.of("password"),
                first_name: values.some("first_name"),
                last_name: values.some("last_name"),
                ..NewAccount::default()
            };
            let shown = loaded.sign_up(&account).await?;
            if let Some(attempt) = shown.signup_attempts.last() {
                // The form for the code, which is there by now, sends it again.
                let _ = loaded.prepare(&Attempt::SignUp(attempt.id.clone()), "email_otp", None).await;
            }
            Ok(())
        })
    };
    rsx! {
        Form { label: "Create account", submit: "Create account", on_submit: submit,
            Field { label: "Email", name: "email", kind: "email", autocomplete: "email", takes_focus }
            div { class: "pair",
                if settings.first_name.enabled {
                    Field {
                        label: "First name",
                        name: "first_name",
                        autocomplete: "given-name",
                        required: settings.first_name.required,
                    }
                }
                if settings.last_name.enabled {
                    Field {
                        label: "Last name",
                        name: "last_name",
                        autocomplete: "family-name",
                        required: settings.last_name.required,
                    }
                }
            }
            Field {
                label: "Password, {settings.password.min_length} characters or more",
                name: "password",
                kind: "password",
                autocomplete: "new-password",
                min: settings.password.min_length,
                max: settings.password.max_length,
            }
        }
    }
}
