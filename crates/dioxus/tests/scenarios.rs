//! vectors/scenarios.json, tried with the hook: what a component renders, and what it calls.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "other tests use the rest of what they share")]

mod support;

use dioxus::prelude::*;
use keyrack_dioxus::client::{Call, Client, State};
use keyrack_dioxus::{ClientProvider, UseSession, use_session};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use support::scripted::Scenario;
use support::scripted::shown::{Opener, Seen, Shows};
use support::settle;

/// What was rendered last: by whoever reads the parts, by whoever reads the whole, and how often any of them has.
#[derive(Clone, Default)]
struct Rendered {
    parts: Rc<RefCell<Option<(UseSession, Asked, Seen)>>>,
    whole: Rc<RefCell<Option<Seen>>>,
    count: Rc<RefCell<usize>>,
}

/// The permissions that are shown.
type Asked = Signal<Vec<String>>;

#[component]
fn App(client: Client) -> Element {
    rsx! {
        ClientProvider {
            client,
            Reader {}
            Whole {}
        }
    }
}

/// Reads every part by itself, and renders for nothing else.
#[component]
fn Reader() -> Element {
    let session = use_session();
    let asked: Asked = use_signal(Vec::new);
    let rendered: Rendered = use_context();
    *rendered.count.borrow_mut() += 1;
    let parts = Seen {
        status: session.status().as_str(),
        error: session.error().map(|error| (*error).clone()),
        stale: session.is_stale(),
        refetching: session.is_refetching(),
        end_reason: session.end_reason(),
        session: session.session(),
        allows: asked().into_iter().map(|one| (one.clone(), session.has(&one))).collect(),
    };
    assert_eq!(
        session.active_signin().as_deref(),
        parts.session.as_ref().and_then(|session| session.active_signin.as_ref())
    );
    *rendered.parts.borrow_mut() = Some((session, asked, parts));
    rsx! {}
}

/// Reads all of it.
#[component]
fn Whole() -> Element {
    let session = use_session();
    let rendered: Rendered = use_context();
    *rendered.count.borrow_mut() += 1;
    *rendered.whole.borrow_mut() = Some(Seen::of(&session.state()));
    rsx! {}
}

fn said(seen: &Seen) -> String {
    let Seen { status, error, stale, refetching, end_reason, session, .. } = seen;
    format!("{status} {error:?} {stale} {refetching} {end_reason:?} {session:?}")
}

struct Hook {
    dom: RefCell<VirtualDom>,
    rendered: Rendered,
}

impl Hook {
    fn open(client: Client) -> Box<dyn Shows> {
        let rendered = Rendered::default();
        let mut dom =
            VirtualDom::new_with_props(App, AppProps { client }).with_root_context(rendered.clone());
        dom.rebuild_in_place();
        Box::new(Self { dom: RefCell::new(dom), rendered })
    }

    fn with<T>(&self, read: impl FnOnce(UseSession) -> T) -> T {
        let session = self.rendered.parts.borrow().as_ref().unwrap().0;
        self.dom.borrow().in_runtime(|| read(session))
    }
}

impl Shows for Hook {
    fn seen(&self) -> Seen {
        settle(&mut self.dom.borrow_mut());
        let (parts, whole) = (self.rendered.parts.borrow(), self.rendered.whole.borrow());
        let parts = &parts.as_ref().unwrap().2;
        assert_eq!(said(parts), said(whole.as_ref().unwrap()), "the parts say the same as the whole");
        parts.clone()
    }

    fn told(&self) -> usize {
        settle(&mut self.dom.borrow_mut());
        *self.rendered.count.borrow()
    }

    fn ask(&self, permission: &str) {
        let mut asked = self.rendered.parts.borrow().as_ref().unwrap().1;
        self.dom.borrow().in_runtime(|| asked.write().push(permission.to_owned()));
        settle(&mut self.dom.borrow_mut());
    }

    fn now(&self) -> State {
        self.with(|session| session.state())
    }

    fn refetch(&self) -> Call<()> {
        self.with(|session| session.refetch())
    }

    fn get_token(&self, template: &str) -> Call<String> {
        self.with(|session| session.get_token(template))
    }
}

const OPENER: Opener = Hook::open;

#[test]
fn every_scenario_ends_as_it_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let scenarios = file["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= 60, "{} scenarios", scenarios.len());
    let failed: Vec<String> = scenarios
        .iter()
        .filter_map(|one| {
            let outcome = Scenario::run(&file["templates"], one["steps"].as_array().unwrap(), OPENER);
            outcome.err().map(|why| format!("{}\n    {why}", one["name"].as_str().unwrap()))
        })
        .collect();
    assert!(failed.is_empty(), "{} of {} fail:\n{}", failed.len(), scenarios.len(), failed.join("\n"));
}
