//! Forms that say what went wrong, aloud too, and put the focus where it can be mended.

use crate::sentences::{field_of, sentence};
use crate::ui::{Said, said, say, word};
use keyrack_leptos::Error;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement};

/// Ids of elements are told apart by a number.
pub fn another_id(name: &str) -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("{name}-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// Whether something is under way, and what went wrong last.
#[derive(Clone, Copy)]
pub struct Run {
    pub is_busy: RwSignal<bool>,
    pub error: RwSignal<Option<Error>>,
}

impl Run {
    pub fn new() -> Self {
        Self { is_busy: RwSignal::new(false), error: RwSignal::new(None) }
    }

    /// Does something unless something is under way.
    pub fn run(self, work: impl Future<Output = Result<(), Error>> + 'static) {
        if !self.is_busy.get_untracked() {
            self.begin(Box::pin(work));
        }
    }

    /// Behind a pointer: what awaits work is loaded once, and not for each kind of it.
    fn begin(self, work: Pin<Box<dyn Future<Output = Result<(), Error>>>>) {
        self.is_busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let outcome = work.await;
            // The form may be gone by now.
            let _ = self.is_busy.try_set(false);
            let _ = self.error.try_set(outcome.err());
        });
    }

    /// Whether something is under way, as an attribute says it.
    pub fn busy(self) -> Said {
        word(move || self.is_busy.get())
    }

    /// What the server said when it refused it, in its own words.
    pub fn refusal(self) -> Said {
        said(move || {
            self.error.with(|error| error.as_ref().map(|error| error.message.clone())).unwrap_or_default()
        })
    }

    /// What is said of it.
    pub fn said(self) -> Said {
        said(move || self.error.with(|error| error.as_ref().map(sentence)).unwrap_or_default())
    }
}

/// What was typed, by the names of the fields.
pub struct Typed(FormData);

impl Typed {
    pub fn of(form: &HtmlFormElement) -> Option<Self> {
        FormData::new_with_form(form).ok().map(Self)
    }

    pub fn get(&self, name: &str) -> String {
        self.0.get(name).as_string().unwrap_or_default()
    }

    /// The same, none when nothing was typed.
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|text| !text.is_empty())
    }
}

#[component]
pub fn Form(
    label: &'static str,
    submit: &'static str,
    run: Run,
    #[prop(into)] on_submit: Callback<(Typed,)>,
    children: Children,
) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let alert = another_id("alert");
    let alert_id = alert.clone();
    // Whatever was marked is marked no longer.
    Effect::new(move |marked: Option<Option<HtmlElement>>| {
        if let Some(before) = marked.flatten() {
            let _ = before.remove_attribute("aria-invalid");
            let _ = before.remove_attribute("aria-describedby");
        }
        let name = run.error.with(|error| error.as_ref().and_then(field_of))?;
        let field: HtmlElement =
            form.get()?.query_selector(&format!("[name={name}]")).ok()??.dyn_into().ok()?;
        let _ = field.set_attribute("aria-invalid", "true");
        let _ = field.set_attribute("aria-describedby", &alert_id);
        let _ = field.focus();
        Some(field)
    });
    let submitted = move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.current_target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        if let Some(typed) = form.and_then(|form| Typed::of(&form))
            && !run.is_busy.get_untracked()
        {
            on_submit.run((typed,));
        }
    };
    view! {
        <form node_ref=form class="form" aria-label=label on:submit=submitted>
            {children()}
            <p class="error" role="alert" id=alert>
                {say(&run.said())}
            </p>
            <button type="submit" class="button button-main" aria-busy=say(&run.busy())>
                {submit}
            </button>
        </form>
    }
}

/// A labelled input.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    name: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] fills: Option<&'static str>,
    #[prop(optional)] required: bool,
    /// Whether the focus goes here when the field appears.
    #[prop(optional)]
    takes_focus: bool,
    #[prop(optional)] class: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] lengths: Option<(u32, u32)>,
) -> impl IntoView {
    let id = another_id(name);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(field) = field.get().filter(|_| takes_focus) {
            let _ = field.focus();
        }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label} {(!required).then(|| view! { <span class="quiet">" optional"</span> })}</label>
            <input
                node_ref=field
                id=id
                class=class
                name=name
                type=kind
                autocomplete=fills
                inputmode=inputmode
                required=required
                minlength=lengths.map(|(least, _)| least.to_string())
                maxlength=lengths.map(|(_, most)| most.to_string())
            />
        </div>
    }
}
