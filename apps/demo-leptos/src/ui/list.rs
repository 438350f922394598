//! Lists of which entries come and go.

use super::{Said, catch_focus, has_focus, just, said, say, when, word};
use crate::pages::{Entry, Pages};
use leptos::html;
use leptos::prelude::*;

/// A list that takes the focus when what had it is gone with its entry: nobody is thrown back to the top of the page.
#[component]
pub fn List(
    label: &'static str,
    pages: Pages,
    row: fn(Entry) -> AnyView,
    #[prop(default = NodeRef::new())] list: NodeRef<html::Ul>,
) -> impl IntoView {
    let each = move || {
        // This is asked right before entries go, in the same go.
        if let Some(list) = list.get_untracked().filter(|list| has_focus(list)) {
            catch_focus(&list);
        }
        pages.ids()
    };
    // The role is said for browsers that take a list without bullets for none.
    view! {
        <ul
            role="list"
            class="kr-list"
            node_ref=list
            tabindex="-1"
            aria-label=label
            aria-busy=say(&word(move || pages.is_searching()))
        >
            <For each key=|id| id.clone() let(id)>
                {row(Entry::of(pages, &id))}
            </For>
        </ul>
    }
}

/// What stands below a list that comes in pages.
#[component]
pub fn More(
    pages: Pages,
    /// What else was refused, said in the same place.
    #[prop(default = just(""))]
    also: Said,
) -> impl IntoView {
    let was_used = RwSignal::new(false);
    let end = NodeRef::<html::P>::new();
    Effect::new(move || {
        // The button that had it is gone.
        if let Some(end) = end.get() {
            catch_focus(&end);
        }
    });
    let refusal = said(move || {
        let unread = pages.reading.error.with(|error| error.as_ref().map(|error| error.message.clone()));
        Some(also()).filter(|also| !also.is_empty()).or(unread).unwrap_or_default()
    });
    let read = move |_| {
        was_used.set(true);
        pages.more();
    };
    view! {
        <Show when=when(move || pages.has_more())>
            <button type="button" class="kr-button" aria-busy=say(&word(move || pages.is_growing())) on:click=read>
                "Show more"
            </button>
        </Show>
        <Show when=when(move || was_used.get() && !pages.has_more())>
            <p class="kr-quiet" tabindex="-1" node_ref=end>
                "That is all."
            </p>
        </Show>
        <p role="alert" class="kr-error">
            {say(&refusal)}
        </p>
    }
}

/// In place of what is not there yet, as high as a few lines of it: says why, and how to try again.
#[component]
pub fn Wait(#[prop(optional)] pages: Option<Pages>) -> impl IntoView {
    let error = move || pages.and_then(|pages| pages.reading.error.get());
    let says = said(move || match error() {
        None => String::new(),
        Some(error) if error.status == 403 => {
            "Your roles do not allow this. Ask an administrator.".to_owned()
        }
        Some(error) => format!("It could not be read. {}", error.message),
    });
    let (is_waiting, is_lost) =
        (move || error().is_none(), move || error().is_some_and(|error| error.status != 403));
    view! {
        <div class="kr-wait">
            <p role="alert">{say(&says)}</p>
            <p class="kr-unseen" role="status">
                {say(&said(move || if is_waiting() { "Loading…" } else { "" }.to_owned()))}
            </p>
            <Show when=when(is_lost)>
                <button
                    type="button"
                    class="kr-button"
                    on:click=move |_| {
                        if let Some(pages) = pages {
                            pages.reading.refetch();
                        }
                    }
                >
                    "Try again"
                </button>
            </Show>
        </div>
    }
}
