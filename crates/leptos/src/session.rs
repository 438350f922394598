//! What components read: each part of what is shown by itself, so that whoever reads one runs again only when that one has
//! changed.

use keyrack_client::protocol::{EndReason, Session, SignIn};
use keyrack_client::{Allowed, Call, Client, Error, Loaded, State, Status, Subscription};
use leptos::prelude::*;
use std::sync::Arc;

/// The session of the [`KeyrackProvider`](crate::KeyrackProvider) above.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn use_session() -> UseSession {
    #[allow(
        clippy::expect_used,
        reason = "a mistake of whoever writes the application, which no retry mends"
    )]
    use_context().expect("put a KeyrackProvider above")
}

/// What [`use_session`] gives. It can be copied into every closure. Each method shows one part, and has whoever reads it run
/// again when that part has changed; [`state`](Self::state) shows everything.
#[derive(Clone, Copy)]
pub struct UseSession {
    store: StoredValue<(Client, Subscription)>,
    all: Memo<Shown>,
    status: Memo<Status>,
    session: Memo<Whole>,
    active: Memo<Option<Arc<SignIn>>>,
    signins: Memo<Vec<SignIn>>,
    error: Memo<Option<Error>>,
    is_loading: Memo<bool>,
    is_stale: Memo<bool>,
    end_reason: Memo<Option<EndReason>>,
    is_refetching: Memo<bool>,
    allowed: Memo<Arc<Allowed>>,
}

/// What is shown, without what could be done.
#[derive(Clone, PartialEq)]
struct Shown {
    status: Status,
    session: Whole,
    error: Option<Error>,
    is_refetching: bool,
    allowed: Arc<Allowed>,
}

/// The same for as long as it is one object: what is shown changes its object when anything in it changes.
#[derive(Clone)]
struct Whole(Option<Arc<Session>>);

impl PartialEq for Whole {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Shown {
    fn is_loading(&self) -> bool {
        matches!(self.status, Status::Loading | Status::Failed)
    }

    fn of(state: &State) -> Self {
        let loaded = state.loaded();
        Self {
            status: state.status(),
            session: Whole(loaded.map(|loaded| Arc::clone(loaded.session()))),
            error: state.error().cloned(),
            is_refetching: loaded.is_some_and(Loaded::is_refetching),
            allowed: loaded.map(|loaded| Arc::clone(loaded.allowed())).unwrap_or_default(),
        }
    }
}

impl UseSession {
    /// Follows a store for as long as the owner lives.
    pub(crate) fn follow(client: Client) -> Self {
        let news = RwSignal::new(Shown::of(&client.state()));
        let subscription = client.subscribe(move |state| {
            // Whoever followed may be gone already.
            let _ = news.try_set(Shown::of(state));
        });
        // What came before there was a subscription.
        news.set(Shown::of(&client.state()));
        let all = Memo::new(move |_| news.get());
        let session = part(all, |shown| shown.session.clone());
        Self {
            store: StoredValue::new((client, subscription)),
            all,
            status: part(all, |shown| shown.status),
            session,
            active: Memo::new(move |_| {
                session.with(|whole| whole.0.as_ref()?.active_signin.clone().map(Arc::new))
            }),
            signins: Memo::new(move |_| {
                session
                    .with(|whole| whole.0.as_ref().map(|session| session.signins.clone()).unwrap_or_default())
            }),
            error: part(all, |shown| shown.error.clone()),
            is_loading: part(all, Shown::is_loading),
            is_stale: part(all, |shown| !shown.is_loading() && shown.error.is_some()),
            end_reason: part(all, |shown| shown.session.0.as_ref().and_then(|session| session.end_reason)),
            is_refetching: part(all, |shown| shown.is_refetching),
            allowed: part(all, |shown| Arc::clone(&shown.allowed)),
        }
    }

    /// Everything that is shown: an enum, whose variants have the methods that can be used in them.
    ///
    /// ```
    /// # use keyrack_leptos::{State, use_session};
    /// # use leptos::prelude::*;
    /// #[component]
    /// fn Greeting() -> impl IntoView {
    ///     let session = use_session();
    ///     move || match session.state() {
    ///         State::Loading => "One moment…".to_owned(),
    ///         State::Failed(error) => error.message.clone(),
    ///         State::SignedOut(_) => "Who are you?".to_owned(),
    ///         State::SignedIn(session) => format!("Hello {}", session.user().first_name),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn state(&self) -> State {
        self.all.track();
        self.now()
    }

    /// The same as it is at this moment, and nobody runs again for it: for event handlers, which do something.
    ///
    /// ```
    /// # use keyrack_leptos::use_session;
    /// # use leptos::prelude::*;
    /// #[component]
    /// fn AccountSwitcher() -> impl IntoView {
    ///     let session = use_session();
    ///     let switch = move |id: &str| {
    ///         if let Some(loaded) = session.now().loaded() {
    ///             // It is under way, awaited or not.
    ///             drop(loaded.switch_sign_in(id));
    ///         }
    ///     };
    ///     view! {
    ///         <For each=move || session.signins() key=|signin| signin.id.clone() let(signin)>
    ///             <button on:click=move |_| switch(&signin.id)>{signin.user.email_address.clone()}</button>
    ///         </For>
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn now(&self) -> State {
        self.client().state()
    }

    /// Which of the four it is.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.get()
    }

    /// Whether the first load is not done yet. Once it is, this is false for good.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.is_loading.get()
    }

    /// The session; none before the first load.
    #[must_use]
    pub fn session(&self) -> Option<Arc<Session>> {
        self.session.get().0
    }

    /// The sign-in that requests act for; none before the first load, and while nobody is signed in.
    #[must_use]
    pub fn active_signin(&self) -> Option<Arc<SignIn>> {
        self.active.get()
    }

    /// All live sign-ins, the active one included, oldest first; empty before the first load.
    #[must_use]
    pub fn signins(&self) -> Vec<SignIn> {
        self.signins.get()
    }

    /// Why the last load or refresh failed; none once one succeeds.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.error.get()
    }

    /// Whether the last refresh failed, so that what is shown may be old.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.is_stale.get()
    }

    /// Whether a [`refetch`](Self::refetch) is under way. The periodic refresh is silent.
    #[must_use]
    pub fn is_refetching(&self) -> bool {
        self.is_refetching.get()
    }

    /// Why the last active sign-in ended, if it did.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        self.end_reason.get()
    }

    /// Whether the roles of the active sign-in, where it acts now, allow something; none until its memberships were read,
    /// which the first call begins, and before the first load. False while nobody is signed in.
    ///
    /// For what a page shows, not for what may be done: that is for the backend, which verifies a token.
    #[must_use]
    pub fn has(&self, permission: &str) -> Option<bool> {
        if self.is_loading() {
            return None;
        }
        self.allowed.track();
        self.now().loaded()?.allows(permission)
    }

    /// Reads the session now. What went wrong is shown, and no error of this call's.
    pub fn refetch(&self) -> Call<()> {
        self.client().refetch()
    }

    /// A token for the active sign-in, made by the deployment's template of this name. Before the first load is done it waits
    /// for it.
    ///
    /// # Errors
    /// Those of [`Client::get_token`].
    pub fn get_token(&self, template: &str) -> Call<String> {
        self.client().get_token(template)
    }

    /// The store itself.
    #[must_use]
    pub fn client(&self) -> Client {
        self.store.with_value(|(client, _)| client.clone())
    }
}

/// One part of what is shown, which changes only when it is another.
fn part<T: PartialEq + Send + Sync + 'static>(all: Memo<Shown>, of: fn(&Shown) -> T) -> Memo<T> {
    Memo::new(move |_| all.with(of))
}

impl std::fmt::Debug for UseSession {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("UseSession").finish_non_exhaustive()
    }
}
