//! Parts of which one is shown.

use super::{Said, focus, said, say, when, word};
use crate::form::another_id;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// One of them.
pub struct Tab {
    pub name: &'static str,
    pub show: fn() -> AnyView,
    /// Whether it is for those only who may see all.
    pub is_kept: bool,
}

/// The arrow keys, Home and End choose; what is typed into one is gone with it.
#[component]
pub fn Tabs(label: Said, tabs: &'static [Tab], may_see_all: Memo<bool>) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let (id, chosen) = (another_id("tabs"), RwSignal::new(0_u32));
    let tab_at = move |at: u32| &tabs[usize::try_from(at).unwrap_or(0)];
    let is_there = move |tab: &Tab| !tab.is_kept || may_see_all.get();
    // What one was shown may be gone, with a role that allowed it.
    let shown = Memo::new(move |_| if is_there(tab_at(chosen.get())) { chosen.get() } else { 0 });
    let pressed = move |event: KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        let there: Vec<u32> =
            untrack(|| (0..).zip(tabs).filter(|(_, tab)| is_there(tab)).map(|(at, _)| at).collect());
        let at = there.iter().position(|at| *at == shown.get_untracked()).unwrap_or(0);
        let next = match event.key().as_str() {
            "ArrowLeft" => (at + there.len() - 1) % there.len(),
            "ArrowRight" => (at + 1) % there.len(),
            "Home" => 0,
            "End" => there.len() - 1,
            _ => return,
        };
        event.prevent_default();
        chosen.set(there[next]);
        let tab = list.children().item(u32::try_from(next).unwrap_or(0));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into().ok()) {
            focus(&tab);
        }
    };
    let (panel, labelled) = (format!("{id}-panel"), id.clone());
    let controls = panel.clone();
    let tab = move |(at, tab): (u32, &'static Tab)| {
        let (own, controls) = (format!("{id}-{at}"), controls.clone());
        view! {
            <Show when=when(move || is_there(tab))>
                <button
                    type="button"
                    role="tab"
                    id=own.clone()
                    aria-selected=say(&word(move || shown.get() == at))
                    aria-controls=controls.clone()
                    tabindex=say(&said(move || if shown.get() == at { "0" } else { "-1" }.to_owned()))
                    on:click=move |_| chosen.set(at)
                >
                    {tab.name}
                </button>
            </Show>
        }
    };
    view! {
        <div class="kr-tabs" role="tablist" aria-label=say(&label) node_ref=list on:keydown=pressed>
            {(0..).zip(tabs).map(tab).collect_view()}
        </div>
        <div
            class="kr-tab"
            role="tabpanel"
            id=panel
            aria-labelledby=say(&said(move || format!("{labelled}-{}", shown.get())))
        >
            {move || (tab_at(shown.get()).show)()}
        </div>
    }
}
