//! What the hook shows for what the server and the other tabs do: vectors/scenarios.json, tried with what the parts of
//! `use_session()` say to whoever reads them, and with what can be done by it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "the store by itself is tried in its own crate")]

mod scripted;

use keyrack_leptos::client::Call;
use keyrack_leptos::{Client, ClientProvider, State, UseSession, use_session};
use leptos::prelude::*;
use reactive_graph::effect::ImmediateEffect;
use scripted::Scenario;
use scripted::shown::{Seen, Shows};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// As few as there may be.
const AT_LEAST: usize = 60;

struct Hook {
    hook: UseSession,
    /// What a reader was told last: nothing is looked up behind its back.
    seen: Arc<Mutex<Seen>>,
    told: Arc<AtomicUsize>,
    asked: RwSignal<Vec<String>>,
    _reader: ImmediateEffect,
    _owner: Owner,
}

fn read(hook: UseSession, asked: RwSignal<Vec<String>>) -> Seen {
    Seen {
        status: hook.status().as_str(),
        error: hook.error(),
        stale: hook.is_stale(),
        refetching: hook.is_refetching(),
        end_reason: hook.end_reason(),
        session: hook.session(),
        allows: asked.get().into_iter().map(|one| (one.clone(), hook.has(&one))).collect(),
    }
}

fn open(client: Client) -> Box<dyn Shows> {
    let owner = Owner::new();
    let hook = owner.with(|| {
        let found = Arc::new(Mutex::new(None));
        let give = Arc::clone(&found);
        drop(view! { <ClientProvider client>{give.lock().unwrap().replace(use_session()).map(|_| ())}</ClientProvider> });
        let hook = found.lock().unwrap().take();
        hook.expect("the component below has a hook")
    });
    let asked = owner.with(|| RwSignal::new(Vec::new()));
    let seen = Arc::new(Mutex::new(untrack(|| read(hook, asked))));
    let told = Arc::new(AtomicUsize::new(0));
    let (say, count) = (Arc::clone(&seen), Arc::clone(&told));
    let reader = owner.with(|| {
        ImmediateEffect::new_isomorphic(move || {
            let read = read(hook, asked);
            *say.lock().unwrap() = read;
            count.fetch_add(1, Ordering::SeqCst);
        })
    });
    Box::new(Hook { hook, seen, told, asked, _reader: reader, _owner: owner })
}

impl Shows for Hook {
    fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }

    fn ask(&self, permission: &str) {
        self.asked.update(|asked| asked.push(permission.to_owned()));
    }

    fn now(&self) -> State {
        self.hook.now()
    }

    fn refetch(&self) -> Call<()> {
        self.hook.refetch()
    }

    fn get_token(&self, template: &str) -> Call<String> {
        self.hook.get_token(template)
    }
}

#[test]
fn every_scenario_ends_with_the_hook_as_it_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let scenarios = file["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= AT_LEAST, "{} scenarios", scenarios.len());
    let failed: Vec<String> = scenarios
        .iter()
        .filter_map(|one| {
            let outcome = Scenario::run(&file["templates"], one["steps"].as_array().unwrap(), open);
            outcome.err().map(|why| format!("{}\n    {why}", one["name"].as_str().unwrap()))
        })
        .collect();
    assert!(failed.is_empty(), "{} of {} fail:\n{}", failed.len(), scenarios.len(), failed.join("\n"));
}
