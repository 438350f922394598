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
use serde_json::Value;

/// As much of the deployment's settings as the page needs.
#[derive(Clone)]
pub struct Deployment {
    pub mode: String,
    pub auth_settings: AuthSettings,
}

#[derive(Clone)]
pub struct AuthSettings {
    pub first_name: Wanted,
    pub last_name: Wanted,
    pub password: Password,
}

/// Whether something is asked for.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub enabled: bool,
    pub required: bool,
}

#[derive(Clone, Copy)]
pub struct Password {
    pub min_length: u32,
    pub max_length: u32,
}

impl Deployment {
    /// None when that is something else. By hand, because nothing else here is read by what serde would add for it.
    fn read(data: &Value) -> Option<Self> {
        let settings = &data["auth_settings"];
        let wanted = |name: &str| {
            let wanted = &settings[name];
            Some(Wanted { enabled: wanted["enabled"].as_bool()?, required: wanted["required"].as_bool()? })
        };
        let length = |name: &str| u32::try_from(settings["password"][name].as_u64()?).ok();
        Some(Self {
            mode: data["mode"].as_str()?.to_owned(),
            auth_settings: AuthSettings {
                first_name: wanted("first_name")?,
                last_name: wanted("last_name")?,
                password: Password { min_length: length("min_length")?, max_length: length("max_length")? },
            },
        })
    }
}

/// The page, once it is known where it is.
#[component]
pub fn Boot() -> impl IntoView {
    let deployment = RwSignal::new(None::<Deployment>);
    let failures = RwSignal::new(0_i32);
    spawn_local(async move {
        loop {
            let read = wire::read(&format!("{}/deployment", wire::own_address())).await;
            if let Some(read) = read.and_then(|data| Deployment::read(&data)) {
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
