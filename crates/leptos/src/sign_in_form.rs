//! A form that signs in.

mod code;
mod parts;
mod words;

use crate::use_session;
use code::{Code, Elsewhere};
use keyrack_client::protocol::{CurrentSessionStep as Step, Session, SigninAttempt};
use keyrack_client::{Attempt, By, Client, Error};
use leptos::either::EitherOf3;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use parts::{Field, Foot};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;

pub use words::SignInWords;

/// As much of a deployment's settings as says by what people sign in.
#[derive(Clone, Copy, Deserialize, PartialEq)]
struct Ways {
    email_password: bool,
    email_otp: bool,
}

#[derive(Deserialize)]
struct Settings {
    auth_settings: Factors,
}

#[derive(Deserialize)]
struct Factors {
    auth_factors_enabled: Ways,
}

/// What the form is at, and what every part of it needs.
#[derive(Clone, Copy)]
struct Form {
    words: StoredValue<SignInWords>,
    attempt: RwSignal<Option<String>>,
    error: RwSignal<Option<Error>>,
    is_busy: RwSignal<bool>,
    on_done: Option<Callback<()>>,
}

/// Signs in with a password or a mailed code, as the deployment has it, and asks for the codes that an account wants beside
/// that, authenticators included. What needs more (a passkey, a mailed link, a profile that is not complete) goes on at
/// `hosted_url`. Its look is that of `@keyrack/react/ui`: the classes of its style sheet.
///
/// ```
/// use keyrack_leptos::{SignInForm, SignedOut};
/// use leptos::prelude::*;
///
/// #[component]
/// fn Door() -> impl IntoView {
///     view! {
///         <SignedOut>
///             <SignInForm hosted_url="https://accounts.example.com/sign-in" />
///         </SignedOut>
///     }
/// }
/// ```
#[component]
pub fn SignInForm(
    /// Where the hosted page for signing in is.
    #[prop(into)]
    hosted_url: String,
    /// Called when somebody was signed in by this form.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
    /// What it says.
    #[prop(optional)]
    words: SignInWords,
) -> impl IntoView {
    let hook = use_session();
    let form = Form {
        words: StoredValue::new(words),
        attempt: RwSignal::new(None),
        error: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        on_done,
    };
    let attempt = Memo::new(move |_| {
        let id = form.attempt.get()?;
        hook.session()?.signin_attempts.iter().find(|one| one.id == id && !one.completed).cloned()
    });
    let step = Memo::new(move |_| {
        attempt.with(|attempt| attempt.as_ref().map(|one| (one.id.clone(), takes_code(one))))
    });
    view! {
        <div class="kr">
            {move || match step.get() {
                None => EitherOf3::A(view! { <Start form /> }),
                Some((id, true)) => EitherOf3::B(view! { <Code form id /> }),
                Some((_, false)) => EitherOf3::C(view! { <Elsewhere form url=hosted_url.clone() /> }),
            }}
        </div>
    }
}

/// Begins a sign-in, and does first what a deployment asks of robots where it does.
async fn begin(client: &Client, by: By) -> Result<Arc<Session>, Error> {
    client.loaded().await?;
    let state = client.state();
    let Some(loaded) = state.loaded() else { return Err(Error::network()) };
    match loaded.sign_in_by(by.clone()).await {
        Err(error) if error.code == "challenge_required" => {
            client.prove_work().await?;
            loaded.sign_in_by(by).await
        }
        outcome => outcome,
    }
}

/// Whether a step is answered by a code that is typed.
fn takes_code(attempt: &SigninAttempt) -> bool {
    let has = |method: &str| attempt.available_2fa_methods.iter().any(|one| one == method);
    match attempt.current_step {
        Step::VerifySecondFactor => has("authenticator") || has("backup_code"),
        step => sent_by(step).is_some(),
    }
}

/// What has the code of a step sent.
fn sent_by(step: Step) -> Option<&'static str> {
    match step {
        Step::VerifyEmail | Step::VerifyEmailOtp => Some("email_otp"),
        Step::VerifyPhone | Step::VerifyPhoneOtp => Some("phone_otp"),
        _ => None,
    }
}

impl Form {
    fn word(self, of: fn(&SignInWords) -> &Cow<'static, str>) -> String {
        self.words.with_value(|words| of(words).to_string())
    }

    /// Does something unless something is under way, and shows what went wrong.
    fn run(self, work: impl Future<Output = Result<(), Error>> + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let outcome = work.await;
            // The form may be gone by now.
            let _ = self.is_busy.try_set(false);
            let _ = self.error.try_set(outcome.err());
        });
    }

    /// What follows a call: the step that is left, or the end.
    async fn go_on(self, client: Client, session: Arc<Session>, id: Option<String>) -> Result<(), Error> {
        let found = match &id {
            Some(id) => session.signin_attempts.iter().find(|one| one.id == *id),
            None => session.signin_attempts.last(),
        };
        let Some(left) = found.filter(|one| !one.completed) else {
            let _ = self.attempt.try_set(None);
            if let Some(done) = self.on_done {
                // Whoever shows the form may have gone with it.
                let _ = done.try_run(());
            }
            return Ok(());
        };
        let _ = self.attempt.try_set(Some(left.id.clone()));
        if let (Some(strategy), Some(loaded)) = (sent_by(left.current_step), client.state().loaded()) {
            loaded.prepare(&Attempt::SignIn(left.id.clone()), strategy, None).await?;
        }
        Ok(())
    }
}

#[component]
fn Start(form: Form) -> impl IntoView {
    let hook = use_session();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let ways = RwSignal::new(Ways { email_password: true, email_otp: false });
    let by_code = RwSignal::new(false);
    Effect::new(move |_| {
        let settings = hook.client().read::<Settings>("/deployment");
        spawn_local(async move {
            if let Ok(Settings { auth_settings: Factors { auth_factors_enabled } }) = settings.await {
                let _ = ways.try_set(auth_factors_enabled);
                let _ =
                    by_code.try_set(!auth_factors_enabled.email_password && auth_factors_enabled.email_otp);
            }
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let client = hook.client();
        let (email, password) = (email.get_untracked(), password.get_untracked());
        let by = if by_code.get_untracked() { By::EmailCode(email) } else { By::email(email, password) };
        form.run(async move {
            let session = begin(&client, by).await?;
            form.go_on(client, session, None).await
        });
    };
    let other = move || ways.with(|ways| ways.email_password && ways.email_otp);
    view! {
        <form class="kr-form" aria-label=form.word(|words| &words.title) on:submit=submit>
            <Field label=form.word(|words| &words.email) kind="email" fills="username" value=email />
            <Show when=move || !by_code.get()>
                <Field
                    label=form.word(|words| &words.password)
                    kind="password"
                    fills="current-password"
                    value=password
                />
            </Show>
            <Foot
                form
                submit=Signal::derive(move || {
                    form.word(if by_code.get() { |words| &words.send_code } else { |words| &words.submit })
                })
            />
        </form>
        <Show when=other>
            <button type="button" class="kr-link" on:click=move |_| by_code.update(|is| *is = !*is)>
                {move || form.word(if by_code.get() { |words| &words.use_password } else { |words| &words.use_code })}
            </button>
        </Show>
    }
}
