//! Signs an account in. The class names are those of the components for React, so that `@keyrack/react/ui.css` fits.

mod parts;
mod send;
mod steps;

use crate::prelude::*;
use crate::use_session;
use keyrack_client::protocol::{Session, SigninAttempt};
use keyrack_client::{Way, Ways};
use parts::{Elsewhere, Field, Form, Problem, Values};
use send::{Sender, passkey, sender, sent};
use steps::Step;

/// Signs an account in by what the deployment offers (a password, a code or link that is sent, a passkey), through the steps that
/// follow: codes, a second factor, what is missing of the profile. An attempt that waits in the session, begun in another tab or
/// before a reload, is gone on with.
///
/// Setting a second factor up, or a text message as one, needs more than this form: for that `elsewhere` is offered, such as the
/// hosted page `/sign-in?prompt=login`. A desktop has no passkeys here.
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
    /// Called once the account is signed in; `use_session()` shows it by then, and what renders because of that has not yet.
    on_done: Option<EventHandler<()>>,
    /// Where whoever gets no further here goes on.
    #[props(into)]
    elsewhere: Option<String>,
) -> Element {
    let session = use_session();
    let mut set_aside = use_hook(|| Signal::new(String::new()));
    let sender = use_hook(|| Sender::provided(session, on_done));
    let Some(shown) = session.session() else {
        return rsx! {
            section { class: "kr", aria_busy: true }
        };
    };
    let attempt = waiting(&shown).filter(|attempt| attempt.id != *set_aside.read()).cloned();
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
                            on_leave: move |()| {
                                sender.forget();
                                set_aside.set(attempt.id.clone());
                            },
                        }
                    }
                },
                None => rsx! {
                    Start { elsewhere }
                },
            }
            Problem {}
        }
    }
}

/// The attempt that waits for something.
fn waiting(session: &Session) -> Option<&SigninAttempt> {
    session.signin_attempts.iter().rfind(|attempt| !attempt.completed)
}

/// The first step: who it is, and by which way. Until the deployment's settings are read it is a password beside either name.
#[component]
fn Start(elsewhere: Option<String>) -> Element {
    let sender = sender();
    let session = use_session();
    let (ways, mut way) = use_hook(|| {
        let (mut ways, mut way) = (Signal::new(Ways::default()), Signal::new(Way::Password));
        dioxus_core::spawn(async move {
            if let Ok(read) = session.client().ways().await {
                way.set(read.all.first().copied().unwrap_or(Way::Password));
                ways.set(read);
            }
        });
        (ways, way)
    });
    let now = way();
    let ways = ways.read();
    let label = match (now, ways.by_email, ways.by_username) {
        (Way::PhoneCode, ..) => "Phone number",
        (Way::Password, true, true) => "Email address or username",
        (Way::Password, false, true) => "Username",
        _ => "Email address",
    };
    let send = match now {
        Way::Password => "Sign in",
        Way::EmailLink => "Send a link",
        _ => "Send a code",
    };
    let known = ways.clone();
    let submit = move |values: Values| {
        if let Some(by) = known.by(now, values.of("identifier"), values.of("password").to_owned()) {
            sender.send(|loaded| sent(async move { loaded.enter(by).await.map(Some) }));
        }
    };
    rsx! {
        h2 { class: "kr-heading", "Sign in" }
        if ways.all.is_empty() {
            Elsewhere { elsewhere }
        } else if now != Way::Passkey {
            Form { name: "Sign in", submit: send, on_submit: submit,
                Field { label, name: "identifier", autocomplete: "username" }
                if now == Way::Password {
                    Field { label: "Password", name: "password", kind: "password", autocomplete: "current-password" }
                }
            }
        }
        div { class: "kr-ways",
            for other in ways.all.iter().copied().filter(|other| *other != now || now == Way::Passkey) {
                button {
                    key: "{other:?}",
                    class: "kr-button",
                    r#type: "button",
                    onclick: move |_| match other {
                        Way::Passkey => sender.send(|loaded| passkey(loaded, None)),
                        other => way.set(other),
                    },
                    match other {
                        Way::EmailCode => "Get a code by mail",
                        Way::EmailLink => "Get a link by mail",
                        Way::PhoneCode => "Get a code by text message",
                        Way::Passkey => "Use a passkey",
                        _ => "Use a password",
                    }
                }
            }
        }
    }
}
