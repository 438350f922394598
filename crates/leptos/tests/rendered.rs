//! Pages that a server renders with a session, and what takes them over in the browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "the scenarios use the rest of what is scripted")]

#[path = "examples/account_switcher.rs"]
mod account_switcher;
#[path = "examples/private_request_button.rs"]
mod private_request_button;
mod scripted;
#[path = "examples/session_summary.rs"]
mod session_summary;

use account_switcher::AccountSwitcher;
use futures::StreamExt;
use hydration_context::{SharedContext, SsrSharedContext};
use keyrack_leptos::protocol::Session;
use keyrack_leptos::{Client, ClientProvider, KeyrackProvider, SignInForm, SignedOut, Status, use_session};
use leptos::prelude::*;
use private_request_button::PrivateRequestButton;
use scripted::platform::Scripted;
use serde_json::{Value, json};
use session_summary::SessionSummary;
use std::sync::Arc;

const KEY: &str = "pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw";

/// Two accounts, whose names would end a script if nobody minded.
fn session() -> Session {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let sign_in = |name: &str| {
        let mut one = file["templates"]["sign_in"].clone();
        (one["id"], one["user_id"]) = (json!(format!("sin_{name}")), json!(format!("usr_{name}")));
        one["user"]["email_address"] = json!(format!("{name}@example.com"));
        one["user"]["last_name"] = json!("</script><script>alert(1)</script>");
        one
    };
    let session = json!({
        "id": "ses_1", "revision": 7, "end_reason": null, "active_signin": sign_in("ada"),
        "signins": [sign_in("ada"), sign_in("bob")], "signin_attempts": [], "signup_attempts": [],
    });
    serde_json::from_value(session).unwrap()
}

/// The three examples of the documentation.
#[component]
fn Examples() -> impl IntoView {
    view! {
        <SessionSummary />
        <AccountSwitcher />
        <PrivateRequestButton />
        <SignedOut>"nobody"</SignedOut>
    }
}

/// Without the marks by which Leptos finds its parts again.
fn text(html: &str) -> String {
    let mut parts = html.split("<!--").flat_map(|part| part.split("<!>"));
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once("-->").map_or(part, |(_, rest)| rest)).collect::<String>()
}

/// What a server writes: the page, and the scripts with what whoever takes it over is to know.
fn rendered(initial_session: Option<Session>) -> (String, String) {
    let _ = any_spawner::Executor::init_futures_executor();
    let shared = Arc::new(SsrSharedContext::new());
    let owner = Owner::new_root(Some(Arc::clone(&shared) as Arc<dyn SharedContext + Send + Sync>));
    owner.with(|| {
        let page = view! {
            <KeyrackProvider publishable_key=KEY initial_session>
                <Examples />
            </KeyrackProvider>
        };
        let html = page.to_html();
        let scripts = shared.pending_data().map(|data| futures::executor::block_on(data.collect::<String>()));
        (html, scripts.unwrap_or_default())
    })
}

/// What a browser reads of the scripts, as the browser's part of Leptos does.
fn carried(scripts: &str) -> Option<Session> {
    let literals = scripts.split_once("__RESOLVED_RESOURCES[")?.1.split_once("] = ")?.1;
    let literal: String = serde_json::Deserializer::from_str(literals).into_iter().next()?.ok()?;
    serde_json::from_str(&literal).unwrap()
}

#[test]
fn h16_a_page_rendered_with_a_session_shows_it_at_once() {
    let (html, _) = rendered(Some(session()));
    assert!(html.contains("<div>ada@example.com</div>"), "{html}");
    assert!(html.contains(">bob@example.com</button>"), "{html}");
    assert!(html.contains("Call private API"), "{html}");
    assert!(!html.contains("nobody"), "{html}");
}

#[test]
fn h16_a_page_rendered_without_one_is_loading() {
    let (html, _) = rendered(None);
    assert!(!html.contains("@example.com") && !html.contains("nobody"), "{html}");
    assert!(!html.contains("<button>Call"), "{html}");
}

#[test]
fn h16_whoever_takes_a_page_over_begins_with_what_was_rendered() {
    let (html, scripts) = rendered(Some(session()));
    assert!(!scripts.contains("</script>"), "a name ends the script: {scripts}");
    let carried = carried(&scripts).expect("the session is in the page");
    assert_eq!(carried, session());

    let scripted = Scripted::default();
    let client = Client::on(Box::new(scripted.clone()), Some(carried));
    let again = Owner::new().with(|| {
        let page = view! {
            <ClientProvider client>
                {(untrack(|| use_session().status()) == Status::SignedIn).then_some(())} <Examples />
            </ClientProvider>
        };
        page.to_html()
    });
    assert_eq!(text(&again), text(&html));
    assert_eq!(scripted.world().log.len(), 1, "it is read once all the same");
}

#[test]
fn a_key_that_is_none_is_shown_by_an_error_boundary() {
    let html = Owner::new().with(|| {
        let page = view! {
            <ErrorBoundary fallback=|errors| {
                move || errors.get().into_iter().map(|(_, error)| error.to_string()).collect::<String>()
            }>
                <KeyrackProvider publishable_key="sk_live_1">"page"</KeyrackProvider>
            </ErrorBoundary>
        };
        page.to_html()
    });
    assert!(html.contains("is not a publishable key"), "{html}");
    assert!(!html.contains("page<"), "{html}");
}

#[test]
fn the_form_has_a_name_and_labels_that_password_managers_know() {
    let _ = any_spawner::Executor::init_futures_executor();
    let html = Owner::new().with(|| {
        let page = view! {
            <KeyrackProvider publishable_key=KEY>
                <SignInForm hosted_url="/sign-in" />
            </KeyrackProvider>
        };
        page.to_html()
    });
    for part in [
        "aria-label=\"Sign in\"",
        "autocomplete=\"username\"",
        "autocomplete=\"current-password\"",
        "role=\"alert\"",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

/// The form for a session with an attempt that waits for this.
fn form_at(step: &str, methods: &[&str]) -> String {
    let _ = any_spawner::Executor::init_futures_executor();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut attempt = file["templates"]["attempt"].clone();
    attempt["id"] = json!("sia_1");
    (attempt["current_step"], attempt["available_2fa_methods"]) = (json!(step), json!(methods));
    let mut session = json!(Session::empty(None));
    session["signin_attempts"] = json!([attempt]);
    let client = Client::still(Some(serde_json::from_value(session).unwrap()));
    Owner::new().with(|| {
        let page = view! {
            <ClientProvider client>
                <SignInForm hosted_url="/sign-in" />
            </ClientProvider>
        };
        page.to_html()
    })
}

#[test]
fn each_step_of_the_form_asks_for_what_it_waits_for() {
    for (step, methods, expected, fields) in [
        ("verify_password", [].as_slice(), "autocomplete=\"current-password\"", 1),
        ("verify_email_otp", &[], "A code is on its way", 1),
        ("verify_email_link", &[], "A link is on its way", 1),
        ("verify_phone_otp", &[], "Send it again", 1),
        ("verify_second_factor", &["authenticator"], "authenticator app", 1),
        ("verify_second_factor", &["backup_code", "passkey"], "Use a passkey", 1),
        ("verify_second_factor", &["passkey"], "Use a passkey", 0),
        ("verify_second_factor", &["phone_otp"], "href=\"/sign-in\"", 0),
        ("add_second_factor", &[], "href=\"/sign-in\"", 0),
        ("complete_profile", &[], "href=\"/sign-in\"", 0),
    ] {
        let html = form_at(step, methods);
        assert!(html.contains(expected) && html.contains("Start over"), "{step}: {html}");
        assert_eq!(html.matches("<input").count(), fields, "{step}: {html}");
        assert_eq!(html.contains("Use a passkey"), methods.contains(&"passkey"), "{step}: {html}");
    }
}
