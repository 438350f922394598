//! An application knows its publishable key from its configuration. This page is served by Keyrack itself, at whatever address
//! that has, so it asks for the mode and builds the key from its own address.

use crate::browser;
use crate::examples::Examples;
use crate::frame::Frame;
use crate::home::Home;
use crate::team::Team;
use dioxus::prelude::*;
use keyrack_dioxus::KeyrackProvider;
use keyrack_dioxus::client::json;
use serde_json::Value;
use std::rc::Rc;

/// As much of the deployment's settings as the page needs.
#[derive(PartialEq)]
pub struct Deployment {
    mode: String,
    pub auth_settings: AuthSettings,
}

#[derive(PartialEq)]
pub struct AuthSettings {
    pub first_name: Wanted,
    pub last_name: Wanted,
    pub password: Password,
}

/// Whether something is asked for.
#[derive(PartialEq)]
pub struct Wanted {
    pub enabled: bool,
    pub required: bool,
}

#[derive(PartialEq)]
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

/// Shows the page once it is known what is deployed.
#[component]
pub fn Boot() -> Element {
    let mut failures = use_signal(|| 0);
    let deployment = use_resource(move || async move {
        loop {
            if let Some(deployment) = read_deployment().await {
                return Rc::new(deployment);
            }
            failures += 1;
            browser::pause(failures().min(10) * 1_000).await;
        }
    });
    let Some(deployment) = deployment() else {
        let text = if failures() > 0 {
            "Keyrack does not answer. Is the server running? Trying again…"
        } else {
            ""
        };
        return rsx! {
            Frame {
                p { class: "waiting", role: "status", {text} }
            }
        };
    };
    let prefix = if deployment.mode == "production" { "pk_live_" } else { "pk_test_" };
    let publishable_key = format!("{prefix}{}", browser::base64(&own_address()));
    rsx! {
        KeyrackProvider { publishable_key, Page { deployment } }
    }
}

#[component]
fn Page(deployment: Rc<Deployment>) -> Element {
    use_context_provider(|| deployment);
    rsx! {
        match browser::page().as_str() {
            "team" => rsx! { Team {} },
            "examples" => rsx! { Examples {} },
            _ => rsx! { Home {} },
        }
    }
}

/// Where the server is for this browser: the page is below its address. A proxy may have added a path.
fn own_address() -> String {
    let address = browser::address();
    address.split_once("/demo/").map_or(address.as_str(), |(base, _)| base).to_owned()
}

async fn read_deployment() -> Option<Deployment> {
    let answer = browser::fetch("../../deployment", None).await.filter(|answer| answer.is_ok)?;
    Deployment::read(&json::parse(answer.body.as_bytes())?["data"])
}
