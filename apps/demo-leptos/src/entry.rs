//! Ways into an account: create one, prove its address, or sign in.

use crate::boot::AuthSettings;
use crate::code_form::{CodeForm, send};
use crate::form::{Field, Form, Run, Typed};
use crate::ui::{said, say, when, word};
use crate::wire;
use keyrack_leptos::client::{By, NewAccount};
use keyrack_leptos::protocol::SignupAttempt;
use keyrack_leptos::use_session;
use leptos::either::Either;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    SignUp,
    SignIn,
}

impl Kind {
    const ALL: [Self; 2] = [Self::SignUp, Self::SignIn];

    fn name(self) -> &'static str {
        if self == Self::SignUp { "sign-up" } else { "sign-in" }
    }

    fn label(self) -> &'static str {
        if self == Self::SignUp { "Create account" } else { "Sign in" }
    }

    fn other(self) -> Self {
        if self == Self::SignUp { Self::SignIn } else { Self::SignUp }
    }
}

#[component]
pub fn Entry(
    deployment: AuthSettings,
    /// The sign-up that waits for its code.
    attempt: Memo<Option<SignupAttempt>>,
    begins_with: Kind,
    /// Whether the person asked for this form, so that the next key press belongs into it.
    takes_focus: bool,
    on_done: Callback<()>,
    /// Leaves without a new account.
    on_close: Callback<()>,
    /// Whether there is something to return to.
    can_close: Memo<bool>,
) -> impl IntoView {
    let kind = RwSignal::new(begins_with);
    let id = Memo::new(move |_| {
        attempt.with(|attempt| attempt.as_ref().map(|one| one.id.clone()).unwrap_or_default())
    });
    let forms = move |deployment: AuthSettings| {
        view! {
            <Tabs kind />
            <div id="entry-panel" role="tabpanel" aria-labelledby=say(&said(move || format!("entry-{}", kind.get().name())))>
                {move || match kind.get() {
                    Kind::SignUp => Either::Left(view! { <SignUpForm deployment=deployment.clone() takes_focus /> }),
                    Kind::SignIn => Either::Right(view! { <SignInForm takes_focus on_done /> }),
                }}
            </div>
        }
    };
    view! {
        <div class="entry">
            {move || {
                id.track();
                match attempt.get_untracked() {
                    Some(attempt) => Either::Left(view! { <CodeForm attempt on_done /> }),
                    None => Either::Right(forms(deployment.clone())),
                }
            }}
            <Show when=when(move || can_close.get())>
                <button type="button" class="link" on:click=move |_| on_close.run(())>
                    {say(&said(move || if id.with(String::is_empty) { "Cancel" } else { "Not now" }.to_owned()))}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Tabs(kind: RwSignal<Kind>) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let pressed = move |event: KeyboardEvent| {
        if !["ArrowLeft", "ArrowRight"].contains(&event.key().as_str()) {
            return;
        }
        let other = kind.get_untracked().other();
        kind.set(other);
        let tab =
            list.get().and_then(|list| list.query_selector(&format!("[data-kind={}]", other.name())).ok()?);
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    let tab = move |candidate: Kind| {
        let is_chosen = move || kind.get() == candidate;
        view! {
            <button
                type="button"
                role="tab"
                id=format!("entry-{}", candidate.name())
                data-kind=candidate.name()
                aria-selected=say(&word(is_chosen))
                aria-controls="entry-panel"
                tabindex=say(&said(move || if is_chosen() { "0" } else { "-1" }.to_owned()))
                on:click=move |_| kind.set(candidate)
            >
                {candidate.label()}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Way in" node_ref=list on:keydown=pressed>
            {Kind::ALL.into_iter().map(tab).collect_view()}
        </div>
    }
}

/// Begins a sign-up; the form for its code follows by itself once the attempt is there.
#[component]
fn SignUpForm(deployment: AuthSettings, takes_focus: bool) -> impl IntoView {
    let session = use_session();
    let run = Run::new();
    let submit = move |typed: Typed| {
        let account = NewAccount {
            email: typed.get("email"),
            password: typed.get("password"),
            first_name: typed.given("first_name"),
            last_name: typed.given("last_name"),
            ..NewAccount::default()
        };
        run.run(async move {
            let state = session.now();
            let Some(loaded) = state.loaded() else { return Ok(()) };
            let begun = loaded.sign_up(&account).await?;
            match begun.signup_attempts.last() {
                Some(attempt) => send(session, attempt).await,
                None => Ok(()),
            }
        });
    };
    let AuthSettings { first_name, last_name, password } = deployment;
    let name = |wanted: crate::boot::Wanted, label: &'static str, name: &'static str, fills: &'static str| {
        wanted.enabled.then(|| view! { <Field label name fills required=wanted.required /> })
    };
    view! {
        <Form label="Create account" submit="Create account" run on_submit=submit>
            <Field label="Email" name="email" kind="email" fills="email" required=true takes_focus />
            <div class="pair">
                {name(first_name, "First name", "first_name", "given-name")}
                {name(last_name, "Last name", "last_name", "family-name")}
            </div>
            <Field
                label=format!("Password, {} characters or more", password.min_length)
                name="password"
                kind="password"
                fills="new-password"
                required=true
                lengths=(password.min_length, password.max_length)
            />
        </Form>
    }
}

/// Signs in with email and password.
#[component]
fn SignInForm(takes_focus: bool, on_done: Callback<()>) -> impl IntoView {
    let session = use_session();
    let run = Run::new();
    let submit = move |typed: Typed| {
        let by = By::email(typed.get("email"), typed.get("password"));
        run.run(async move {
            let state = session.now();
            let Some(loaded) = state.loaded() else { return Ok(()) };
            let now = loaded.sign_in_by(by).await?;
            if now.signin_attempts.last().is_some_and(|attempt| !attempt.completed) {
                wire::go(&format!("{}/sign-in?prompt=login", wire::own_address()));
            } else {
                on_done.run(());
            }
            Ok(())
        });
    };
    view! {
        <Form label="Sign in" submit="Sign in" run on_submit=submit>
            <Field label="Email" name="email" kind="email" fills="email" required=true takes_focus />
            <Field label="Password" name="password" kind="password" fills="current-password" required=true />
        </Form>
    }
}
