//! Who renders again when something changes, and what is rendered at first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "other tests use the rest of what they share")]

mod support;

use dioxus::prelude::*;
use keyrack_dioxus::protocol::Session;
use keyrack_dioxus::{Client, KeyrackProvider, Protect, SignedIn, SignedOut, use_session};
use serde_json::json;
use support::page::{App, AppProps, Content, Page, Renders, answer, rendered, session};
use support::settle;

#[component]
fn Active() -> Element {
    rendered("active");
    let email = use_session().active_signin().map(|active| active.user.email_address.clone());
    let email = email.unwrap_or_default();
    rsx! { "{email}" }
}

#[component]
fn Stale() -> Element {
    rendered("stale");
    rsx! { if use_session().is_stale() { " (may be old)" } }
}

#[component]
fn Whole() -> Element {
    rendered("whole");
    let accounts = use_session().state().loaded().map_or(0, |loaded| loaded.session().signins.len());
    rsx! { " of {accounts}" }
}

#[component]
fn Inside() -> Element {
    rendered("inside");
    rsx! { "inside" }
}

fn parts() -> Element {
    rsx! {
        Active {}
        Whole {}
        Stale {}
        SignedIn { Inside {} }
    }
}

#[test]
fn h05_whoever_reads_one_part_renders_again_only_when_that_part_has_changed() {
    let mut page = Page::open(None, parts);
    page.answer(Some(&session(1, &["ada"])));
    assert_eq!(page.shows(), "ada@example.com of 1inside");
    page.renders.since();

    page.scripted.pass(30_000);
    page.answer(None);
    assert_eq!(page.shows(), "ada@example.com of 1 (may be old)inside");
    assert_eq!(page.renders.since(), ["stale", "whole"], "the active account is the same");

    page.scripted.pass(1_000);
    page.answer(Some(&session(1, &["ada"])));
    assert_eq!(page.renders.since(), ["stale", "whole"]);

    page.scripted.pass(30_000);
    page.answer(Some(&session(1, &["ada"])));
    assert_eq!(page.renders.since(), [""; 0], "the same revision is no news");

    page.scripted.pass(30_000);
    page.answer(Some(&session(2, &["ada", "bob"])));
    assert_eq!(page.shows(), "ada@example.com of 2inside");
    assert_eq!(page.renders.since(), ["whole"], "another account is no news of this one");

    page.scripted.pass(30_000);
    page.answer(Some(&session(3, &["bob"])));
    assert_eq!(page.shows(), "bob@example.com of 1inside");
    assert_eq!(page.renders.since(), ["active", "whole"], "what is signed in stays mounted");
}

#[test]
fn h06_two_hundred_components_make_one_request() {
    let mut page = Page::open(None, || rsx! { for number in 0..200 { Active { key: "{number}" } } });
    assert_eq!(page.scripted.world().log.len(), 1);
    page.answer(Some(&session(1, &["ada"])));
    assert_eq!(page.renders.of("active"), 400, "each twice: loading, and loaded");
    page.scripted.pass(30_000);
    assert_eq!(page.scripted.world().log.len(), 2);
}

fn gates() -> Element {
    rsx! {
        SignedIn { "in" }
        SignedOut { "out" }
        Active {}
    }
}

#[test]
fn h16_a_session_that_is_passed_in_is_shown_from_the_first_rendering_on() {
    let initial = session(7, &["ada"]);
    let still = Client::still(Some(serde_json::from_value(initial.clone()).unwrap()));
    let mut on_server = VirtualDom::new_with_props(App, AppProps { client: still, content: Content(gates) });
    on_server.provide_root_context(Renders::default());
    on_server.rebuild_in_place();
    assert_eq!(dioxus_ssr::render(&on_server), "inada@example.com");

    let mut page = Page::open(Some(initial.clone()), gates);
    assert_eq!(page.shows(), "inada@example.com", "what the server wrote, before anything is answered");
    page.renders.since();
    page.answer(Some(&initial));
    assert_eq!(page.renders.since(), [""; 0], "it is as it was");
}

#[test]
fn h16_without_one_nothing_is_shown_until_it_is_known() {
    let mut page = Page::open(None, gates);
    assert_eq!(page.shows(), "");
    page.answer(Some(&json!(Session::empty(None))));
    assert_eq!(page.shows(), "out");
}

#[test]
fn h20_what_a_call_has_changed_is_shown_once_it_is_done() {
    let mut page = Page::open(Some(session(1, &["ada", "bob"])), || {
        let session = use_session();
        let mut after = use_signal(String::new);
        use_hook(move || {
            spawn(async move {
                let loaded = session.loaded().unwrap();
                loaded.switch_sign_in("sin_bob").await.unwrap();
                after.set(session.active_signin().unwrap().user.email_address.clone());
            })
        });
        rsx! { "{after}" }
    });
    page.answer(Some(&session(1, &["ada", "bob"])));
    settle(&mut page.dom);
    page.answer(Some(&session(2, &["bob", "ada"])));
    assert_eq!(page.shows(), "bob@example.com");
}

#[test]
fn h42_protect_shows_what_roles_allow_and_nothing_while_that_is_not_known() {
    let mut page = Page::open(None, || {
        rsx! {
            Protect { permission: "organization:admin", fallback: rsx! { "may not" }, "may" }
        }
    });
    let mut ada = session(1, &["ada"]);
    page.answer(Some(&ada));
    assert_eq!(page.shows(), "may not", "whoever acts for themselves has no role");

    ada["active_signin"]["active_organization_membership_id"] = json!("omem_1");
    ada["revision"] = json!(2);
    page.scripted.pass(30_000);
    page.answer(Some(&ada));
    assert_eq!(page.shows(), "");
    page.answer(Some(&json!([{ "id": "omem_1", "roles": [{ "permissions": ["organization:admin"] }] }])));
    assert_eq!(page.shows(), "may");
}

#[test]
fn a_store_of_another_thread_is_shown_on_this_one() {
    let mut page = Page::open(None, gates);
    let scripted = page.scripted.clone();
    std::thread::spawn(move || answer(&scripted, Some(&session(1, &["ada"])))).join().unwrap();
    settle(&mut page.dom);
    assert_eq!(page.shows(), "inada@example.com");
}

#[test]
fn a_page_that_is_gone_is_told_nothing() {
    let page = Page::open(None, gates);
    drop(page.dom);
    answer(&page.scripted, Some(&session(1, &["ada"])));
    assert_eq!(page.client.state().loaded().unwrap().revision(), 1);
}

#[test]
fn a_key_that_is_none_is_said_to_the_error_boundary() {
    let mut dom = VirtualDom::new(|| {
        rsx! {
            ErrorBoundary { handle_error: |errors: ErrorContext| rsx! { "{errors.error().unwrap()}" },
                KeyrackProvider { publishable_key: "sk_test_secret", "content" }
            }
        }
    });
    dom.rebuild_in_place();
    settle(&mut dom);
    let shown = dioxus_ssr::render(&dom);
    assert!(shown.contains("is not a publishable key"), "{shown}");
}
