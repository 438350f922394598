//! A form that signs in.

mod parts;
mod start;
mod step;
mod words;

use crate::{UseSession, use_session};
use keyrack_client::protocol::{CurrentSessionStep as Waits, Session, SigninAttempt};
use keyrack_client::{Error, Loaded};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parts::Problem;
use start::Start;
use std::borrow::Cow;
use std::sync::Arc;
use step::Step;

pub use words::SignInWords;

/// What every part of the form needs.
#[derive(Clone, Copy)]
struct Form {
    hook: UseSession,
    words: StoredValue<SignInWords>,
    /// The attempt that was left: it may be somebody else's, on a browser that several use.
    set_aside: RwSignal<String>,
    error: RwSignal<Option<Error>>,
    is_busy: RwSignal<bool>,
    on_done: StoredValue<Option<OnDone>>,
}

/// What is called when somebody was signed in: any function. A `Callback` belongs to whoever makes it, which inside of
/// [`SignedOut`](crate::SignedOut) is gone as soon as somebody is signed in; this does not.
#[derive(Clone)]
pub struct OnDone(Arc<dyn Fn() + Send + Sync>);

impl<F: Fn() + Send + Sync + 'static> From<F> for OnDone {
    fn from(call: F) -> Self {
        Self(Arc::new(call))
    }
}

impl std::fmt::Debug for OnDone {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("OnDone").finish_non_exhaustive()
    }
}

/// What a step takes as its answer.
#[derive(Clone, Copy, Default, PartialEq)]
struct Takes {
    password: bool,
    code: bool,
    passkey: bool,
    /// What has its code or link sent.
    sent_by: Option<&'static str>,
}

impl Takes {
    fn of(attempt: &SigninAttempt) -> Self {
        let has = |method: &str| attempt.available_2fa_methods.iter().any(|one| one == method);
        let sent = |strategy| Self { code: true, sent_by: Some(strategy), ..Self::default() };
        match attempt.current_step {
            Waits::VerifyPassword => Self { password: true, ..Self::default() },
            Waits::VerifyEmail | Waits::VerifyEmailOtp => sent("email_otp"),
            Waits::VerifyEmailLink => sent("magic_link"),
            Waits::VerifyPhone | Waits::VerifyPhoneOtp => sent("phone_otp"),
            Waits::VerifySecondFactor => {
                let code = has("authenticator") || has("backup_code");
                Self { code, passkey: has("passkey"), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

/// Signs in by what the deployment offers (a password, a code or link that is sent, a passkey), and asks for the second factor
/// that an account has: a code of its authenticator, a backup code, a passkey. An attempt that waits in the session, begun in
/// another tab or before a reload, is gone on with. What needs more (a profile that is not complete, a second factor that is to be
/// set up, or a text message as one) goes on at `hosted_url`. Its look is that of `@keyrack/react/ui`: the classes of its style
/// sheet.
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
    /// Called when somebody was signed in by this form; the session shows it by then.
    #[prop(optional, into)]
    on_done: Option<OnDone>,
    /// What it says.
    #[prop(optional)]
    words: SignInWords,
) -> impl IntoView {
    let hook = use_session();
    let form = Form {
        hook,
        words: StoredValue::new(words),
        set_aside: RwSignal::new(String::new()),
        error: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        on_done: StoredValue::new(on_done),
    };
    let waiting = Memo::new(move |_| {
        let session = hook.session()?;
        let attempt = waiting(&session).filter(|one| form.set_aside.with(|aside| *aside != one.id))?;
        Some((attempt.id.clone(), Takes::of(attempt)))
    });
    view! {
        <div class="kr">
            {move || match waiting.get() {
                None => view! { <Start form /> }.into_any(),
                Some((id, takes)) => view! { <Step form id takes url=hosted_url.clone() /> }.into_any(),
            }}
            <Problem form />
        </div>
    }
}

/// The attempt that waits for something.
fn waiting(session: &Session) -> Option<&SigninAttempt> {
    session.signin_attempts.iter().rfind(|attempt| !attempt.completed)
}

impl Form {
    fn word(self, of: fn(&SignInWords) -> &Cow<'static, str>) -> String {
        self.words.with_value(|words| of(words).to_string())
    }

    /// Does something with the store unless something is under way, and shows what went wrong. What signs in, answers with
    /// the session.
    fn run(self, work: impl AsyncFnOnce(Loaded) -> Result<Option<Arc<Session>>, Error> + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.error.set(None);
        let (client, on_done) = (self.hook.client(), self.on_done.get_value());
        spawn_local(async move {
            let outcome = match client.loaded().await {
                Ok(state) => match state.loaded() {
                    Some(loaded) => work(loaded.clone()).await,
                    None => Ok(None),
                },
                Err(error) => Err(error),
            };
            // The form may be gone by now, and whoever shows it.
            let _ = self.is_busy.try_set(false);
            match outcome {
                Err(error) => drop(self.error.try_set(Some(error))),
                Ok(Some(session)) if waiting(&session).is_none() => {
                    on_done.iter().for_each(|OnDone(call)| call());
                }
                Ok(_) => {}
            }
        });
    }
}
