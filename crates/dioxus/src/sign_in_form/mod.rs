//! Signs an account in. The class names are those of the components for React, so that `@keyrack/react/ui.css` fits.

mod parts;
mod steps;

use crate::prelude::*;
use crate::use_session;
use keyrack_client::protocol::{Deployment, Session, SigninAttempt};
use keyrack_client::{By, Loaded};
use parts::{Elsewhere, Field, Form, Values};
use steps::Step;

/// Signs an account in with its password, through every step that follows: codes, a second factor, what is missing of the
/// profile. An attempt that waits in the session, begun in another tab or before a reload, is gone on with.
///
/// Passkeys, links, and setting up a second factor need more than a form: for them `elsewhere` is offered, such as the hosted
/// page `/sign-in?prompt=login`.
///
/// ```
/// use dioxus::prelude::*;
/// use keyrack_dioxus::{SignInForm, SignedIn, SignedOut};
///
/// #[component]
/// fn Door() -> Element {
///     rsx! {
///         SignedOut { SignInForm { elsewhere: "/sign-in?prompt=login" } }
///         SignedIn { "Welcome back." }
///     }
/// }
/// ```
#[component]
pub fn SignInForm(
    /// Called once the account is signed in; `use_session()` shows it by then. Inside of [`SignedOut`](crate::SignedOut) the
    /// form is gone at that moment: what follows there belongs into [`SignedIn`](crate::SignedIn).
    on_done: Option<EventHandler<()>>,
    /// Where whoever gets no further here goes on.
    #[props(into)]
    elsewhere: Option<String>,
) -> Element {
    let session = use_session();
    let mut set_aside = use_hook(|| Signal::new(String::new()));
    let Some(loaded) = session.loaded() else {
        return rsx! {
            section { class: "kr", aria_busy: true }
        };
    };
    let attempt = waiting(&loaded, &set_aside.read());
    rsx! {
        section { class: "kr",
            match attempt {
                Some(attempt) => rsx! {
                    // Each step begins with empty fields.
                    for attempt in [attempt] {
                        Step {
                            key: "{attempt.id} {attempt.current_step:?}",
                            attempt: attempt.clone(),
                            elsewhere: elsewhere.clone(),
                            on_done,
                            on_leave: move |()| set_aside.set(attempt.id.clone()),
                        }
                    }
                },
                None => rsx! {
                    Start { elsewhere, on_done }
                },
            }
        }
    }
}

/// The attempt that waits for something, unless it is the one that was set aside.
fn waiting(loaded: &Loaded, set_aside: &str) -> Option<SigninAttempt> {
    let mut attempts = loaded.session().signin_attempts.iter();
    attempts.rfind(|attempt| !attempt.completed).filter(|attempt| attempt.id != set_aside).cloned()
}

/// Whether what was begun or gone on with has ended in a sign-in.
fn is_in(session: &Session) -> bool {
    session.signin_attempts.last().is_none_or(|attempt| attempt.completed)
}

/// By what people say who they are, as the deployment has it.
#[derive(Clone, Copy, PartialEq)]
enum Identifier {
    Email,
    Username,
    Either,
}

impl Identifier {
    fn of(deployment: &Deployment) -> Option<Self> {
        let enabled = &deployment.auth_settings.auth_factors_enabled;
        match (enabled.email_password, enabled.username_password) {
            (true, true) => Some(Self::Either),
            (true, false) => Some(Self::Email),
            (false, true) => Some(Self::Username),
            (false, false) => None,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Email => "Email address",
            Self::Username => "Username",
            Self::Either => "Email address or username",
        }
    }

    /// Usernames have no @ in them, and addresses do.
    fn by(self, typed: &str, password: String) -> By {
        let typed = typed.trim().to_owned();
        if self == Self::Username || (self == Self::Either && !typed.contains('@')) {
            By::Username { username: typed, password }
        } else {
            By::Email { email: typed, password }
        }
    }
}

/// The first step: who it is. Until the deployment's settings are read it is taken for one that has both.
#[component]
fn Start(elsewhere: Option<String>, on_done: Option<EventHandler<()>>) -> Element {
    let session = use_session();
    let identifier = use_hook(|| {
        let mut identifier = Signal::new(Some(Identifier::Either));
        dioxus_core::spawn(async move {
            if let Ok(deployment) = session.client().deployment().await {
                identifier.set(Identifier::of(&deployment));
            }
        });
        identifier
    });
    let Some(named) = identifier() else {
        return rsx! {
            h2 { class: "kr-heading", "Sign in" }
            Elsewhere { elsewhere }
        };
    };
    let submit = move |values: Values| {
        let by = named.by(values.of("identifier"), values.of("password").to_owned());
        session.loaded().map(|loaded| loaded.sign_in_by(by))
    };
    rsx! {
        h2 { class: "kr-heading", "Sign in" }
        Form { name: "Sign in", submit: "Sign in", on_submit: submit, on_done,
            Field { label: named.label(), name: "identifier", autocomplete: "username" }
            Field { label: "Password", name: "password", kind: "password", autocomplete: "current-password" }
        }
    }
}
