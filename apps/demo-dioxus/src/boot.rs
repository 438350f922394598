//! An application knows its publishable key from its configuration. This page is served by Keyrack itself, at whatever address
//! that has, so it asks for the mode and builds the key from its own address.

use crate::browser;
use crate::examples::Examples;
use crate::frame::Frame;
use crate::home::Home;
use crate::team::Team;
use dioxus::prelude::*;
use keyrack_dioxus::KeyrackProvider;
use keyrack_dioxus::protocol::Deployment;
use std::rc::Rc;

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
    let mut envelope: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
    serde_json::from_value(envelope["data"].take()).ok()
}
