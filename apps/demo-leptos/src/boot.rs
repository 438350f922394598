//! An application knows its publishable key from its configuration. This page is served by Keyrack itself, at whatever
//! address that has, so it asks for the mode and builds the key from its own address.

use crate::examples::Examples;
use crate::frame::Frame;
use crate::home::Home;
use crate::team::Team;
use crate::wire;
use keyrack_leptos::KeyrackProvider;
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

/// As much of the deployment's settings as the page needs.
#[derive(Clone, Deserialize)]
pub struct Deployment {
    pub mode: String,
    pub auth_settings: AuthSettings,
}

#[derive(Clone, Deserialize)]
pub struct AuthSettings {
    pub first_name: Wanted,
    pub last_name: Wanted,
    pub password: Password,
}

/// Whether something is asked for.
#[derive(Clone, Copy, Deserialize)]
pub struct Wanted {
    pub enabled: bool,
    pub required: bool,
}

#[derive(Clone, Copy, Deserialize)]
pub struct Password {
    pub min_length: u32,
    pub max_length: u32,
}

/// The page, once it is known where it is.
#[component]
pub fn Boot() -> impl IntoView {
    let deployment = RwSignal::new(None::<Deployment>);
    let failures = RwSignal::new(0_i32);
    spawn_local(async move {
        loop {
            if let Some(read) = wire::read(&format!("{}/deployment", wire::own_address())).await {
                deployment.set(Some(read));
                return;
            }
            failures.update(|count| *count += 1);
            wire::pause(failures.get_untracked().min(10) * 1000).await;
        }
    });
    let waiting = move || {
        if failures.get() > 0 {
            "Keyrack does not answer. Is the server running? Trying again…"
        } else {
            ""
        }
    };
    move || match deployment.get() {
        None => Either::Left(view! {
            <Frame>
                <p class="waiting" role="status">
                    {waiting}
                </p>
            </Frame>
        }),
        Some(deployment) => {
            let prefix = if deployment.mode == "production" { "pk_live_" } else { "pk_test_" };
            let key = format!("{prefix}{}", wire::base64(&wire::own_address()));
            Either::Right(view! {
                <KeyrackProvider publishable_key=key>
                    {match wire::place().as_str() {
                        "team" => EitherOf3::A(view! { <Team /> }),
                        "examples" => EitherOf3::B(view! { <Examples /> }),
                        _ => EitherOf3::C(view! { <Home deployment=deployment.auth_settings /> }),
                    }}
                </KeyrackProvider>
            })
        }
    }
}
