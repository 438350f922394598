//! How much the active account has not read, and its inbox behind a bell.

use crate::beside::{Actor, Asking, Reading};
use crate::form::Run;
use crate::pages::{Entry, Known, Pages, text};
use crate::ui::{Act, List, More, Opening, Popup, Wait, catch_focus, said, say, when};
use keyrack_leptos::client::json;
use keyrack_leptos::{Error, use_session};
use leptos::html;
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;

const TITLE: &str = "Notifications";
const PATH: &str = "/notifications";

/// How many are shown at first, and how many more each time.
const PAGE: u32 = 20;

/// The highest number that a bell shows.
const MOST: u64 = 99;

/// Made for one account where it acts, and gone with that.
#[component]
pub fn Bell(actor: Actor) -> impl IntoView {
    let asking = Asking::of(use_session(), &actor);
    let query = "/scope-unread?channels=current";
    let unread = Reading::whole(&asking, PATH.to_owned(), query, Known::count);
    let count = move || unread.data.with(|unread| unread.as_ref().map_or(0, |unread| unread.total));
    let label = said(move || match count() {
        0 => TITLE.to_owned(),
        count => format!("{TITLE}, {count} unread"),
    });
    let seen = said(move || match count() {
        count if count > MOST => format!("{MOST}+"),
        count => count.to_string(),
    });
    let button = view! {
        <svg
            viewBox="0 0 24 24"
            width="20"
            height="20"
            aria-hidden="true"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
        >
            <path
                d="M6 10a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7m4 10a2 2 0 0 0 4 0"
                stroke-linecap="round"
                stroke-linejoin="round"
            />
        </svg>
        <span class="kr-count" aria-hidden="true" hidden=move || count() == 0>
            {say(&seen)}
        </span>
    };
    provide_context(asking);
    view! {
        <Popup opening=Opening::new() label title=TITLE class="kr-bell" button=button.into_any()>
            <Inbox />
        </Popup>
    }
}

fn here() -> Asking {
    #[allow(clippy::expect_used, reason = "what asks for it is shown nowhere else")]
    use_context().expect("this is a part of the bell")
}

#[component]
fn Inbox() -> impl IntoView {
    let asking = here();
    let path = format!("{PATH}?channels=current&is_archived=false");
    let (pages, run) = (Pages::follow(asking.clone(), path, PAGE), Run::new());
    let has_unread = move || pages.any(is_unread);
    let list = NodeRef::<html::Ul>::new();
    Effect::new(move || {
        // The button that had the focus is gone.
        if !has_unread()
            && let Some(list) = list.get_untracked()
        {
            catch_focus(&list);
        }
    });
    let read_all = Callback::new(move |()| {
        let asking = asking.clone();
        run.run(async move {
            let body = json::object([("channels", vec!["current"].into())]);
            done(&asking, "mark-all-read", body).await
        });
    });
    view! {
        <Show when=when(move || pages.is_known()) fallback=move || view! { <Wait pages /> }>
            <Show when=when(move || pages.is_empty())>
                <p class="kr-wait">"Nothing new."</p>
            </Show>
            <List label=TITLE pages row list />
            <More pages also=run.refusal() />
            <Show when=when(has_unread)>
                <button
                    type="button"
                    class="kr-button"
                    aria-busy=say(&run.busy())
                    on:click=move |_| read_all.run(())
                >
                    "Mark all as read"
                </button>
            </Show>
        </Show>
    }
}

fn is_unread(entry: &Value) -> bool {
    entry["is_read"] == false
}

/// One request about notifications, after which they are read again.
async fn done(asking: &Asking, what: &str, body: Value) -> Result<(), Error> {
    let outcome = asking.post(&format!("{PATH}/{what}"), body).await.map(|_| ());
    asking.outdate(&outcome, &[PATH]);
    outcome
}

fn row(entry: Entry) -> AnyView {
    let (asking, run) = (here(), Run::new());
    let of = |what: fn(&Value) -> String| {
        let entry = entry.clone();
        said(move || entry.with(what))
    };
    let (title, body, at) =
        (of(|it| text(it, "title")), of(|it| text(it, "body")), of(|it| text(it, "created_at")));
    let (read, archive) = (
        of(|it| format!("Mark as read: {}", text(it, "title"))),
        of(|it| format!("Put away: {}", text(it, "title"))),
    );
    let local = of(|it| {
        let at = js_sys::Date::new(&text(it, "created_at").into());
        // As people write it where they are.
        js_sys::Object::to_locale_string(&at).into()
    });
    let id = Arc::clone(&entry.id);
    let is_unread = move || entry.with(is_unread);
    let change = move |how: &str, body: Value| {
        let (asking, what) = (asking.clone(), format!("{id}/{how}"));
        run.run(async move { done(&asking, &what, body).await });
    };
    let is_marked = is_unread.clone();
    let mark = {
        let change = change.clone();
        Callback::new(move |()| change("read", json::object([])))
    };
    view! {
        <li class="kr-note" data-unread=move || is_marked().then_some("") aria-busy=say(&run.busy())>
            <strong>{say(&title)}</strong>
            <Show when=when(is_unread.clone())>
                <span class="kr-unseen">" (unread)"</span>
            </Show>
            <p>{say(&body)}</p>
            <time class="kr-quiet" datetime=say(&at)>
                {say(&local)}
            </time>
            <Show when=when(is_unread.clone())>
                <Act label=read.clone() is_plain=true on_press=mark sign="✓" />
            </Show>
            <Act
                label=archive
                is_plain=true
                on_press=move |()| change("archive", json::object([("archived", true.into())]))
                sign="×"
            />
            <span role="alert" class="kr-error">
                {say(&run.refusal())}
            </span>
        </li>
    }
    .into_any()
}
