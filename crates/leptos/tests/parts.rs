//! Who runs again when what changes, and what is shown to whom.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "the scenarios use the rest of what is scripted")]

mod scripted;

use keyrack_leptos::client::platform::{Input, Reply};
use keyrack_leptos::{Client, ClientProvider, Protect, SignedIn, SignedOut, UseSession, use_session};
use leptos::prelude::*;
use reactive_graph::effect::ImmediateEffect;
use scripted::platform::Scripted;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A server's session: who is signed in, the first of them active, and in which organization.
fn session(revision: i64, accounts: &[&str], organization: Option<&str>) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let sign_in = |name: &&str| {
        let mut one = file["templates"]["sign_in"].clone();
        (one["id"], one["user_id"]) = (json!(format!("sin_{name}")), json!(format!("usr_{name}")));
        one["user"]["id"] = json!(format!("usr_{name}"));
        one["user"]["email_address"] = json!(format!("{name}@example.com"));
        one["active_organization_membership_id"] = json!(organization);
        one
    };
    json!({
        "id": "ses_1", "revision": revision, "end_reason": null, "active_signin": accounts.first().map(sign_in),
        "signins": accounts.iter().map(sign_in).collect::<Vec<_>>(), "signin_attempts": [], "signup_attempts": [],
    })
}

/// Without the marks by which Leptos finds its parts again.
fn text(html: &str) -> String {
    let mut parts = html.split("<!--").flat_map(|part| part.split("<!>"));
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once("-->").map_or(part, |(_, rest)| rest)).collect::<String>()
}

struct Page {
    scripted: Scripted,
    hook: UseSession,
    owner: Owner,
}

impl Page {
    fn open() -> Self {
        // Whoever has effects has them here too.
        let _ = any_spawner::Executor::init_futures_executor();
        let scripted = Scripted::default();
        let owner = Owner::new();
        let client = Client::on(Box::new(scripted.clone()), None);
        let hook = owner.with(|| {
            let found = Arc::new(Mutex::new(None));
            let give = Arc::clone(&found);
            drop(view! { <ClientProvider client>{give.lock().unwrap().replace(use_session()).map(|_| ())}</ClientProvider> });
            let hook = found.lock().unwrap().take();
            hook.unwrap()
        });
        Self { scripted, hook, owner }
    }

    fn with(accounts: &[&str]) -> Self {
        let page = Self::open();
        page.answer(&session(1, accounts, None));
        page
    }

    /// Answers the oldest request that waits.
    fn answer(&self, data: &Value) {
        self.reply(200, data, &Value::Null);
    }

    fn reply(&self, status: u16, data: &Value, errors: &Value) {
        let body =
            json!({ "status": status, "message": "", "data": data, "session": null, "errors": errors });
        let number = self.scripted.world().waiting[0].number;
        let body = body.to_string().into_bytes();
        self.scripted.answer(number, Some(&Reply { status, body, ..Reply::default() }));
    }

    /// The network fails at the next refresh.
    fn lose(&self) {
        self.scripted.post(Input::Returned);
        let number = self.scripted.world().waiting[0].number;
        self.scripted.answer(number, None);
    }

    /// How often something was read.
    fn count<T: 'static>(&self, read: fn(UseSession) -> T) -> Arc<AtomicUsize> {
        let (hook, count) = (self.hook, Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&count);
        self.owner.with(|| {
            let effect = ImmediateEffect::new_isomorphic(move || {
                read(hook);
                counted.fetch_add(1, Ordering::SeqCst);
            });
            // As long as the page.
            on_cleanup(move || drop(effect));
        });
        count
    }

    fn html<V: IntoView>(&self, of: impl FnOnce() -> V) -> String {
        let child = self.owner.with(Owner::new);
        child.with(|| {
            provide_context(self.hook);
            text(&of().into_view().to_html())
        })
    }
}

fn taken(count: &AtomicUsize) -> usize {
    count.swap(0, Ordering::SeqCst)
}

#[test]
fn h05_whoever_reads_one_part_runs_again_for_no_other() {
    let page = Page::with(&["ada", "bob"]);
    let active = page.count(|hook| hook.active_signin());
    let accounts = page.count(|hook| hook.signins());
    let session_of = page.count(|hook| hook.session());
    let status = page.count(|hook| hook.status());
    let stale = page.count(|hook| hook.is_stale());
    let all = page.count(|hook| hook.state());
    let loading = page.count(|hook| hook.is_loading());
    let reason = page.count(|hook| hook.end_reason());
    let readers = [&active, &accounts, &session_of, &status, &stale, &all];
    assert_eq!(readers.map(|one| taken(one)), [1; 6]);

    page.lose();
    assert!(untrack(|| page.hook.is_stale()));
    assert_eq!(readers.map(|one| taken(one)), [0, 0, 0, 0, 1, 1], "only what is stale has changed");

    // The same revision again: the connection is back, and nothing else has changed.
    page.scripted.post(Input::Returned);
    page.answer(&session(1, &["ada", "bob"], None));
    assert_eq!(readers.map(|one| taken(one)), [0, 0, 0, 0, 1, 1]);

    page.scripted.post(Input::Returned);
    page.answer(&session(2, &["ada"], None));
    assert_eq!(readers.map(|one| taken(one)), [0, 1, 1, 0, 0, 1], "another account has left");

    page.scripted.post(Input::Returned);
    page.answer(&session(3, &["bob"], None));
    assert_eq!(readers.map(|one| taken(one)), [1, 1, 1, 0, 0, 1], "another account is active");

    page.scripted.post(Input::Returned);
    page.answer(&session(4, &[], None));
    assert_eq!(readers.map(|one| taken(one)), [1, 1, 1, 1, 0, 1], "nobody is signed in any more");
    assert_eq!([&loading, &reason].map(|one| taken(one)), [1; 2], "it was loaded, and nothing has ended");
}

#[test]
fn h12_who_is_signed_in_and_who_is_not_is_shown_only_once_that_is_known() {
    let shown =
        |page: &Page| page.html(|| view! { <SignedIn>"somebody"</SignedIn> <SignedOut>"nobody"</SignedOut> });
    let page = Page::open();
    assert_eq!(shown(&page), "");
    page.answer(&session(1, &["ada"], None));
    assert_eq!(shown(&page), "somebody");
    page.lose();
    assert_eq!(shown(&page), "somebody");
    page.scripted.post(Input::Returned);
    page.answer(&session(2, &[], None));
    assert_eq!(shown(&page), "nobody");
}

#[test]
fn h42_what_the_roles_allow_is_shown_once_it_is_known_and_never_of_another_place() {
    let protect = || {
        view! { <Protect permission="organization:admin" fallback=|| "ask an administrator">"danger"</Protect> }
    };
    let page = Page::with(&["ada"]);
    assert_eq!(page.html(protect), "ask an administrator", "whoever acts nowhere has no role");
    page.scripted.post(Input::Returned);
    page.answer(&session(2, &["ada"], Some("mem_1")));
    assert_eq!(page.html(protect), "", "not known yet");
    let memberships = |roles: Value| json!([{ "id": "mem_1", "user_id": "usr_ada", "organization_id": "org_1", "roles": roles }]);
    page.answer(&memberships(json!([{ "permissions": ["organization:admin"] }])));
    assert_eq!(page.html(protect), "danger");
    page.scripted.post(Input::Returned);
    page.answer(&session(3, &["ada"], Some("mem_2")));
    assert_eq!(page.html(protect), "", "what one place allows is not said of another");
}

#[test]
#[should_panic(expected = "put a KeyrackProvider above")]
fn without_a_provider_the_mistake_is_named() {
    Owner::new().with(|| _ = use_session());
}
